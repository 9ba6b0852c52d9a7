"""A worker: it takes what is due, does several things at once, and sleeps until something happens.

What is due stands in the database and nowhere else. Announcements and due times only say when to look; the
look each second is what makes it certain, because another process may have written.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from typing import Generic, TypeVar

from pandocast_server.runtime import Runtime

_LOG = logging.getLogger(__name__)

POLL_SECONDS = 1.0
STOP_SECONDS = 12.0

T = TypeVar("T")


class Worker(ABC, Generic[T]):
    """The life that all background work shares; what the work is, the subclasses say.

    A worker lives once: it is run in one event loop and then thrown away. `busy` may be called in any thread,
    everything else in that loop only.
    """

    def __init__(self, runtime: Runtime, *, limit: int) -> None:
        """Make a worker that does at most `limit` things at once."""
        self._runtime = runtime
        self._limit = limit
        self._tasks: dict[asyncio.Task[None], T] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._settled = asyncio.Event()
        self._ended = asyncio.Event()
        self._grace: float | None = None
        runtime.on_work(self._announced)

    @abstractmethod
    def busy(self) -> bool:
        """Tell whether anything is due or under way, be it in another process."""

    @abstractmethod
    def _claim(self, limit: int) -> Sequence[T]:
        """Take at most `limit` things that are due."""

    @abstractmethod
    async def _work(self, item: T) -> None:
        """Do one thing and record how it ended."""

    @abstractmethod
    def _release(self, item: T) -> None:
        """Give back a thing whose work was cancelled, so that it need not wait for its lease to run out."""

    def _seconds_to_next(self) -> float:
        """Give the seconds until something may be due that nobody will announce."""
        return POLL_SECONDS

    async def run(self) -> None:
        """Work until stopped, or cancelled: then what is under way is cancelled at once and given back."""
        self._loop = asyncio.get_running_loop()
        try:
            while self._grace is None:
                self._wake.clear()
                await _first(self._wake, self._start_what_is_due())
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=self._grace)
        finally:
            self._loop = None
            await self._cancel_what_is_left()
            self._ended.set()

    async def stop(self, grace: float = STOP_SECONDS) -> None:
        """Begin nothing new, let what is under way end for `grace` seconds, and return when `run` has."""
        self._grace = grace
        self._wake.set()
        if self._loop is not None:
            await self._ended.wait()

    async def drain(self) -> None:
        """Return when nothing is due and nothing is under way; a worker must be running somewhere."""
        self._wake.set()
        while self.busy():
            self._settled.clear()
            await _first(self._settled, POLL_SECONDS)

    def _announced(self) -> None:
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop was closed a moment ago
                loop.call_soon_threadsafe(self._wake.set)

    def _start_what_is_due(self) -> float:
        """Begin what is due, and give the seconds until it is time to look again."""
        free = self._limit - len(self._tasks)
        try:
            # Asked before claiming, so that what becomes due in between is either claimed or waited for.
            pause = self._seconds_to_next()
            items = self._claim(free) if free > 0 else ()
        except Exception:  # noqa: BLE001 - a database that is away for a moment must not end all work
            _LOG.exception("%s cannot take work", type(self).__name__)
            return POLL_SECONDS
        for item in items:
            task = asyncio.ensure_future(self._work(item))
            self._tasks[task] = item
            task.add_done_callback(self._ended_task)
        return pause

    def _ended_task(self, task: asyncio.Task[None]) -> None:
        item = self._tasks.pop(task)
        if task.cancelled():
            self._release(item)
        elif error := task.exception():
            # Nothing was recorded: the lease will run out and the work will be done again.
            _LOG.error("%s could not record how %r ended", type(self).__name__, item, exc_info=error)
        self._wake.set()
        self._settled.set()

    async def _cancel_what_is_left(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _first(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
