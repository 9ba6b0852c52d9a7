"""A worker: it claims what is due, does several jobs at once, and sleeps until something happens.

What is due is kept in the database and nowhere else. Announcements and due times only say when to look; the
look each second is what makes it certain, because another process may have written.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import partial

from attrs import frozen
from sqlalchemy import Connection

from pandocast_server.runtime import Runtime
from pandocast_server.threads import in_thread
from pandocast_server.work import queue
from pandocast_server.work.queue import Job

_LOG = logging.getLogger(__name__)

POLL_SECONDS = 1.0
RENEW_SECONDS = queue.LEASE_SECONDS / 4
STOP_SECONDS = 12.0
MAX_FAILURES = 5
MAX_LOST_CLAIMS = 10

# Computing shares one processor whatever this is; it lets workspaces not wait for each other's long jobs.
AT_ONCE = 4


@frozen
class Outcome:
    """What a job has led to.

    `apply` writes it in the transaction that ends the job, unless another worker has taken that over. With
    `again_at`, on the server's clock, the job is run once more.
    """

    apply: Callable[[Connection], None]
    again_at: datetime | None = None


@frozen
class Kind:
    """What is done with jobs of one kind.

    `run` works outside any transaction; it returns None where the job's subject is gone. `give_up` writes
    what it means that a job is given up, in the transaction that ends it.
    """

    run: Callable[[Runtime, Job], Awaitable[Outcome | None]]
    give_up: Callable[[Connection, Runtime, Job], None]


def computed(
    compute: Callable[[Runtime, Job], Outcome | None], give_up: Callable[[Connection, Runtime, Job], None]
) -> Kind:
    """Return a kind of jobs that are computed in a thread; one that is cancelled computes in vain."""

    async def run(runtime: Runtime, job: Job) -> Outcome | None:
        return await in_thread(partial(compute, runtime, job), name="job")

    return Kind(run, give_up)


class Worker:
    """Does the jobs of some kinds, at most `limit` at once; other kinds are left to other workers.

    A job that raises, or whose outcome cannot be written, is run again at once, and given up after
    `MAX_FAILURES` such runs in a row. A claim that ends without a result, because the process died, does not
    count; but after `MAX_LOST_CLAIMS` in a row, and one more, the job is given up as well.

    A worker is run once, in one event loop. `busy` may be called in any thread, the rest in that loop only.
    """

    def __init__(self, runtime: Runtime, kinds: Mapping[str, Kind], *, limit: int = AT_ONCE) -> None:
        self._runtime = runtime
        self.kinds = kinds
        self._limit = limit
        self._tasks: dict[asyncio.Task[None], Job] = {}
        self._renewed_at = queue.real_now()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._settled = asyncio.Event()
        self._grace: float | None = None
        runtime.on_work(self._announced)

    def busy(self) -> bool:
        """Return whether a job is due or under way, be it in another process; a later one does not count."""
        with self._runtime.database.read() as connection:
            return queue.is_busy(connection, self.kinds, now=self._runtime.clock.now())

    async def run(self) -> None:
        """Work until stopped, or cancelled: then what is under way is cancelled at once and given back."""
        self._loop = asyncio.get_running_loop()
        try:
            while self._grace is None:
                self._wake.clear()
                await _first(self._wake, self._look())
            with suppress(TimeoutError):
                async with asyncio.timeout(self._grace):
                    while self._tasks:
                        self._renew()
                        await asyncio.wait(self._tasks, timeout=RENEW_SECONDS)
        finally:
            self._loop = None
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def stop(self, grace: float = STOP_SECONDS) -> None:
        """Begin nothing new; `run` returns when what is under way has ended, within `grace` seconds."""
        self._grace = grace
        self._wake.set()

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

    def _look(self) -> float:
        """Begin what is due, and return the seconds until it is time to look again."""
        now, free = self._runtime.clock.now(), self._limit - len(self._tasks)
        try:
            with self._runtime.database.read() as connection:
                is_due, pause = queue.look(connection, self.kinds, now=now)
            if is_due and free > 0:
                self._claim(now, free)
            elif self._tasks and abs(queue.real_now() - self._renewed_at) >= timedelta(seconds=RENEW_SECONDS):
                self._renew()
        except Exception:  # noqa: BLE001 - a database that is away for a moment must not end all work
            _LOG.exception("a worker cannot take work")
            return POLL_SECONDS
        if free == 0:
            return RENEW_SECONDS
        return min(RENEW_SECONDS if self._tasks else POLL_SECONDS, POLL_SECONDS if pause is None else pause)

    def _claim(self, now: datetime, free: int) -> None:
        with self._runtime.database.write() as connection:
            # First, so that what this worker is doing is not claimed anew, however long the machine slept.
            queue.renew(connection, self._tasks.values())
            claimed = queue.claim(connection, self.kinds, now=now, limit=free)
        self._renewed_at = queue.real_now()
        for job in claimed:
            task = asyncio.ensure_future(self._work(job))
            self._tasks[task] = job
            task.add_done_callback(self._ended_task)

    def _renew(self) -> None:
        with self._runtime.database.write() as connection:
            queue.renew(connection, self._tasks.values())
        self._renewed_at = queue.real_now()

    async def _work(self, job: Job) -> None:
        kind = self.kinds[job.kind]
        try:
            if job.claims > MAX_LOST_CLAIMS + 1:
                self._give_up(kind, job)
            else:
                self._write(job, await kind.run(self._runtime, job))
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is its job's failure
            self._note_failure(kind, job, error)
        self._runtime.announce_work()

    def _write(self, job: Job, outcome: Outcome | None) -> None:
        with self._runtime.database.write() as connection:
            if outcome is None or outcome.again_at is None:
                is_ours = queue.end(connection, job)
            else:
                is_ours = queue.give_back(connection, job, failures=0, due_at=outcome.again_at)
            if is_ours and outcome is not None:
                outcome.apply(connection)

    def _note_failure(self, kind: Kind, job: Job, error: Exception) -> None:
        failures = job.failures + 1
        if failures < MAX_FAILURES:
            with self._runtime.database.write() as connection:
                is_ours = queue.give_back(connection, job, failures=failures)
        else:
            is_ours = self._give_up(kind, job)
        if is_ours:  # else another worker has it, or all that it was about is gone
            _LOG.error("%s raised in run %d", job, failures, exc_info=error)

    def _give_up(self, kind: Kind, job: Job) -> bool:
        try:
            with self._runtime.database.write() as connection:
                is_ours = queue.end(connection, job)
                if is_ours:
                    kind.give_up(connection, self._runtime, job)
                return is_ours
        except Exception:  # noqa: BLE001 - or the job would be taken up again for ever
            _LOG.exception("%s is given up, and what that means cannot be written", job)
            with self._runtime.database.write() as connection:
                return queue.end(connection, job)

    def _ended_task(self, task: asyncio.Task[None]) -> None:
        job = self._tasks.pop(task)
        if task.cancelled():
            with self._runtime.database.write() as connection:
                queue.give_back(connection, job, failures=job.failures, claims=job.claims - 1)
        elif error := task.exception():
            # Nothing was recorded: the lease will run out and the work will be done again.
            _LOG.error("it could not be recorded how %s ended", job, exc_info=error)
        self._wake.set()
        self._settled.set()


@asynccontextmanager
async def working(
    workers: Sequence[Worker], *, grace: float = STOP_SECONDS, on_end: Callable[[], None] = lambda: None
) -> AsyncGenerator[None, None]:
    """Run workers beside what is within, and stop them after it, in `grace` seconds.

    `on_end` is called when a worker ends, which before the end of what is within is a fault.

    Raises:
        Exception: What a worker died of.
    """
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    for task in tasks:
        task.add_done_callback(lambda _: on_end())
    try:
        yield
    finally:
        for worker in workers:
            worker.stop(grace)
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


async def _first(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
