"""Runs jobs: computing happens in a thread outside any transaction, its result is written in one."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from attrs import frozen
from sqlalchemy import Connection

from pandocast_server.jobs import queue
from pandocast_server.jobs.queue import Job
from pandocast_server.runtime import Runtime
from pandocast_server.threads import in_thread
from pandocast_server.workers import POLL_SECONDS, Worker

_LOG = logging.getLogger(__name__)

# Computing shares one processor whatever this is; it lets workspaces not wait for each other's long jobs.
AT_ONCE = 4
MAX_ATTEMPTS = 5
_RENEW_SECONDS = queue.LEASE_SECONDS / 3


@frozen
class Outcome:
    """What a job has led to.

    Attributes:
        apply: Writes it, and its events, in the transaction that ends the job; not called when another worker
            has taken the job over meanwhile.
        again_at: When the job is to run once more, on the server's clock; None when it is done.
    """

    apply: Callable[[Connection], None]
    again_at: datetime | None = None


JobHandler = Callable[[Runtime, Job], Outcome]
OnFailure = Callable[[Connection, Runtime, Job], None]


class JobWorker(Worker[Job]):
    """Runs the jobs that it has handlers for.

    A handler runs in a thread, may read with `runtime.database.read()`, and holds no transaction while it
    computes. One that raises, or whose outcome cannot be applied, is run again at once; after `MAX_ATTEMPTS`
    runs without an outcome, those that took their process along included, the job is `failed`. Of a worker
    that is cancelled, a handler that is computing computes in vain.
    """

    def __init__(
        self, runtime: Runtime, handlers: Mapping[str, JobHandler], *, on_failure: OnFailure | None = None
    ) -> None:
        """Make a worker.

        Args:
            runtime: The parts of this server.
            handlers: What does the jobs of each kind; jobs of other kinds are left to other processes.
            on_failure: Writes what it means that a job is given up, in the transaction that ends it.
        """
        super().__init__(runtime, limit=AT_ONCE)
        self._handlers = handlers
        self._on_failure = on_failure

    def busy(self) -> bool:
        """Tell whether a job is due or under way; one that is due in the future does not count."""
        with self._runtime.database.read() as connection:
            return queue.is_busy(connection, self._handlers, now=self._runtime.clock.now())

    def _claim(self, limit: int) -> Sequence[Job]:
        kinds, now = self._handlers, self._runtime.clock.now()
        with self._runtime.database.read() as connection:
            if not queue.is_due(connection, kinds, now=now):
                return ()
        claimed: list[Job] = []
        with self._runtime.database.write() as connection:
            while len(claimed) < limit and (job := queue.claim(connection, kinds, now=now)):
                claimed.append(job)
        return claimed

    def _release(self, item: Job) -> None:
        with self._runtime.database.write() as connection:
            queue.release(connection, item)

    def _seconds_to_next(self) -> float:
        now = self._runtime.clock.now()
        with self._runtime.database.read() as connection:
            due = queue.next_due(connection, self._handlers, now=now)
        return POLL_SECONDS if due is None else min(POLL_SECONDS, (due - now).total_seconds())

    async def _work(self, item: Job) -> None:
        try:
            if item.attempts >= MAX_ATTEMPTS:
                self._give_up(item)  # its runs have ended with their processes
            else:
                self._end(item, await self._compute(item))
        except Exception:  # noqa: BLE001 - whatever a handler raises is its job's failure
            _LOG.exception("job %s (%s) raised in run %d", item.id, item.kind, item.attempts + 1)
            self._end_badly(item)
        self._runtime.announce_work()

    async def _compute(self, job: Job) -> Outcome:
        computing = in_thread(partial(self._handlers[job.kind], self._runtime, job), name="job")
        try:
            while not (await asyncio.wait([computing], timeout=_RENEW_SECONDS))[0]:
                with self._runtime.database.write() as connection:
                    queue.renew(connection, job)
            return computing.result()
        finally:
            computing.cancel()  # no effect but where this worker is cancelled: then nobody wants the outcome

    def _end(self, job: Job, outcome: Outcome) -> None:
        with self._runtime.database.write() as connection:
            if outcome.again_at is None:
                ours = queue.finish(connection, job)
            else:
                ours = queue.requeue(connection, job, due_at=outcome.again_at)
            if ours:
                outcome.apply(connection)

    def _end_badly(self, job: Job) -> None:
        if job.attempts + 1 < MAX_ATTEMPTS:
            with self._runtime.database.write() as connection:
                queue.retry(connection, job)
        else:
            self._give_up(job)

    def _give_up(self, job: Job) -> None:
        try:
            with self._runtime.database.write() as connection:
                if queue.finish(connection, job, status=queue.FAILED) and self._on_failure is not None:
                    self._on_failure(connection, self._runtime, job)
        except Exception:  # noqa: BLE001 - or the job would be taken up again for ever
            _LOG.exception("job %s (%s) is given up, and what that means cannot be written", job.id, job.kind)
            with self._runtime.database.write() as connection:
                queue.finish(connection, job, status=queue.FAILED)
