"""All that the server does beside its requests: what is done later, for both APIs, by the kind of job."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

from pandocast_server.delivery.endpoints import DELIVERY
from pandocast_server.delivery.sending import deliver, give_up_delivery
from pandocast_server.pandocast import content, generating, posts
from pandocast_server.pandocast.injected_failures import InjectedFailures
from pandocast_server.passband.drafts import generating as draft_generating
from pandocast_server.passband.drafts import posting
from pandocast_server.passband.pipeline import run as pipeline_run
from pandocast_server.passband.schedule.scheduling import DUE_POST
from pandocast_server.runtime import Runtime
from pandocast_server.work.worker import STOP_SECONDS, Kind, computed
from pandocast_server.work.worker import Worker as JobWorker

FETCHING: Mapping[str, Kind] = {
    draft_generating.GENERATION: computed(draft_generating.generate, draft_generating.give_up_generation),
    pipeline_run.PIPELINE: computed(pipeline_run.run_pipeline, pipeline_run.give_up_run),
}
DELIVERING: Mapping[str, Kind] = {DELIVERY: Kind(deliver, give_up_delivery)}

# Connections and memory are finite; so many endpoints can be slow at once before others wait for them.
_DELIVERIES_AT_ONCE = 500


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


def background_workers(runtime: Runtime, failures: InjectedFailures | None = None) -> list[JobWorker]:
    """Make what every server runs beside its requests; for one run on one event loop.

    What fetches has a worker of its own: web servers that keep it waiting must not hold up what is posted.

    Args:
        runtime: The parts of this server.
        failures: Which analyses and generations are to fail; None lets each take its course.
    """
    return [
        JobWorker(runtime, _prompt(InjectedFailures() if failures is None else failures)),
        JobWorker(runtime, FETCHING),
        JobWorker(runtime, DELIVERING, limit=_DELIVERIES_AT_ONCE),
    ]


def _prompt(failures: InjectedFailures) -> Mapping[str, Kind]:
    return {
        content.ANALYSIS: computed(partial(content.analyse, failures), content.give_up_analysis),
        generating.GENERATION: computed(
            partial(generating.generate, failures), generating.give_up_generation
        ),
        posts.PUBLISH: computed(posts.publish, posts.give_up_publishing),
        DUE_POST: computed(posting.post_when_due, posting.give_up_posting),
    }
