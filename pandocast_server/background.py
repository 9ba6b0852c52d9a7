"""All that the server does later, for both APIs, by the kind of job."""

from sqlalchemy import Connection

from pandocast_server.jobs.queue import Job
from pandocast_server.jobs.worker import JobWorker
from pandocast_server.pandocast.injected_failures import InjectedFailures
from pandocast_server.pandocast.jobs_table import GIVEN_UP as PANDOCAST_GIVEN_UP
from pandocast_server.pandocast.jobs_table import job_handlers
from pandocast_server.passband.jobs_table import FETCHING_HANDLERS, JOB_HANDLERS
from pandocast_server.passband.jobs_table import GIVEN_UP as PASSBAND_GIVEN_UP
from pandocast_server.runtime import Runtime

_GIVEN_UP = {**PANDOCAST_GIVEN_UP, **PASSBAND_GIVEN_UP}


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
