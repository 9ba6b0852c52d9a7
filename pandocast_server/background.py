"""All that the server does later, for both APIs, by the kind of job."""

from collections.abc import Mapping

from sqlalchemy import Connection

from pandocast_server.jobs.queue import Job
from pandocast_server.jobs.worker import JobHandler, JobWorker
from pandocast_server.pandocast.injected_failures import InjectedFailures
from pandocast_server.pandocast.jobs_table import GIVEN_UP as PANDOCAST_GIVEN_UP
from pandocast_server.pandocast.jobs_table import job_handlers
from pandocast_server.passband.jobs_table import GIVEN_UP as PASSBAND_GIVEN_UP
from pandocast_server.passband.jobs_table import JOB_HANDLERS
from pandocast_server.runtime import Runtime

_GIVEN_UP = {**PANDOCAST_GIVEN_UP, **PASSBAND_GIVEN_UP}


def job_worker(runtime: Runtime, failures: InjectedFailures | None = None) -> JobWorker:
    """Make the worker that runs every job there is.

    Args:
        runtime: The parts of this server.
        failures: Which analyses and generations are to fail; None lets each take its course.
    """
    handlers: Mapping[str, JobHandler] = {**job_handlers(failures), **JOB_HANDLERS}
    return JobWorker(runtime, handlers, on_failure=_give_up)


def _give_up(connection: Connection, runtime: Runtime, job: Job) -> None:
    """Let nothing wait for ever for a job that is not going to be run again."""
    _GIVEN_UP[job.kind](connection, runtime, job)
