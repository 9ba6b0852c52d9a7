"""All that the server does beside its requests: jobs of both APIs by their kinds, and deliveries."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from sqlalchemy import Connection

from pandocast_server.delivery.worker import DeliveryWorker
from pandocast_server.jobs.queue import Job
from pandocast_server.jobs.worker import JobWorker
from pandocast_server.pandocast.injected_failures import InjectedFailures
from pandocast_server.pandocast.jobs_table import GIVEN_UP as PANDOCAST_GIVEN_UP
from pandocast_server.pandocast.jobs_table import job_handlers
from pandocast_server.passband.jobs_table import FETCHING_HANDLERS, JOB_HANDLERS
from pandocast_server.passband.jobs_table import GIVEN_UP as PASSBAND_GIVEN_UP
from pandocast_server.runtime import Runtime
from pandocast_server.workers import STOP_SECONDS


class Worker(Protocol):
    """Something that works in the background for as long as the server runs."""

    async def run(self) -> None:
        """Work until stopped."""
        ...

    def busy(self) -> bool:
        """Return whether anything is due or under way."""
        ...

    async def drain(self) -> None:
        """Return when nothing is due and nothing is under way."""
        ...

    async def stop(self, grace: float) -> None:
        """Begin nothing new, let what is under way end for `grace` seconds, and return when `run` has."""
        ...


_GIVEN_UP = {**PANDOCAST_GIVEN_UP, **PASSBAND_GIVEN_UP}


@asynccontextmanager
async def working(
    workers: Sequence[Worker], *, grace: float = STOP_SECONDS, on_end: Callable[[], None] = lambda: None
) -> AsyncGenerator[None, None]:
    """Run workers beside what is within, and stop them after it.

    Args:
        workers: Made by `background_workers`.
        grace: Seconds that work which is under way gets to end.
        on_end: Called when a worker ends, which before the end of what is within is a fault.

    Raises:
        Exception: What a worker died of.
    """
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    for task in tasks:
        task.add_done_callback(lambda _: on_end())
    try:
        yield
    finally:
        await asyncio.gather(*(worker.stop(grace) for worker in workers))
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


def background_workers(runtime: Runtime, failures: InjectedFailures | None = None) -> list[Worker]:
    """Make what every server runs beside its requests; for one run on one event loop.

    Args:
        runtime: The parts of the server.
        failures: Jobs that are to fail on demand, for tests.
    """
    return [*job_workers(runtime, failures), DeliveryWorker(runtime)]


def job_workers(runtime: Runtime, failures: InjectedFailures | None = None) -> list[JobWorker]:
    """Make the workers that run every job there is.

    What fetches has a worker of its own: web servers that keep it waiting must not hold up what is posted.

    Args:
        runtime: The parts of this server.
        failures: Which analyses and generations are to fail; None lets each take its course.
    """
    prompt = {**job_handlers(failures), **JOB_HANDLERS}
    return [JobWorker(runtime, handlers, on_failure=_give_up) for handlers in (prompt, FETCHING_HANDLERS)]


def _give_up(connection: Connection, runtime: Runtime, job: Job) -> None:
    """Let nothing wait for ever for a job that is not going to be run again."""
    _GIVEN_UP[job.kind](connection, runtime, job)
