"""Sends deliveries: the first of every line at once, each line one after the other."""

from collections.abc import Sequence

from pandocast_server.delivery import queue
from pandocast_server.delivery.queue import ClaimedDelivery
from pandocast_server.delivery.sender import DEADLINE_SECONDS, send
from pandocast_server.runtime import Runtime
from pandocast_server.workers import Worker

# Connections and memory are finite; so many endpoints can be slow at once before others wait for them.
AT_ONCE = 500


class DeliveryWorker(Worker[ClaimedDelivery]):
    """Sends the deliveries of every endpoint."""

    def __init__(self, runtime: Runtime, *, deadline: float = DEADLINE_SECONDS) -> None:
        """Make a worker that gives each delivery `deadline` seconds of real time."""
        super().__init__(runtime, limit=AT_ONCE)
        self._deadline = deadline

    def busy(self) -> bool:
        """Tell whether a delivery waits or is under way."""
        with self._runtime.database.read() as connection:
            return queue.is_busy(connection)

    def _claim(self, limit: int) -> Sequence[ClaimedDelivery]:
        with self._runtime.database.read() as connection:
            if not queue.is_due(connection):
                return ()
        with self._runtime.database.write() as connection:
            return queue.claim(connection, limit=limit)

    def _release(self, item: ClaimedDelivery) -> None:
        with self._runtime.database.write() as connection:
            queue.release(connection, item)

    async def _work(self, item: ClaimedDelivery) -> None:
        attempt = await send(
            item, private_targets=self._runtime.settings.allows_private_targets, deadline=self._deadline
        )
        with self._runtime.database.write() as connection:
            queue.finish(connection, self._runtime, item, attempt)
