"""What the server does later for Pandocast, by the kind of job."""

from collections.abc import Mapping
from functools import partial

from pandocast_server.jobs.worker import JobHandler, OnFailure
from pandocast_server.pandocast.analysing import analyse, give_up_analysis
from pandocast_server.pandocast.content import ANALYSIS
from pandocast_server.pandocast.generating import GENERATION, generate, give_up_generation
from pandocast_server.pandocast.injected_failures import InjectedFailures
from pandocast_server.pandocast.posts import PUBLISH, give_up_publishing, publish

GIVEN_UP: Mapping[str, OnFailure] = {
    ANALYSIS: give_up_analysis,
    GENERATION: give_up_generation,
    PUBLISH: give_up_publishing,
}


def job_handlers(failures: InjectedFailures | None = None) -> Mapping[str, JobHandler]:
    """Return the handlers of the jobs of each kind.

    Args:
        failures: Which analyses and generations are to fail; None lets each take its course.
    """
    wanted = InjectedFailures() if failures is None else failures
    return {ANALYSIS: partial(analyse, wanted), GENERATION: partial(generate, wanted), PUBLISH: publish}
