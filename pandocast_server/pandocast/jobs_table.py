"""What the server does later for Pandocast, by the kind of job."""

from collections.abc import Mapping

from pandocast_server.jobs.worker import JobHandler
from pandocast_server.pandocast.injected_failures import InjectedFailures


def job_handlers(failures: InjectedFailures | None = None) -> Mapping[str, JobHandler]:
    """Give what does the jobs of each kind.

    Args:
        failures: Which of them are to fail on demand; None lets each take its course.
    """
    _ = failures
    return {}
