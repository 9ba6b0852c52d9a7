"""What the server does later for Passband, by the kind of job."""

from collections.abc import Mapping

from pandocast_server.jobs.worker import JobHandler, OnFailure

JOB_HANDLERS: Mapping[str, JobHandler] = {}

GIVEN_UP: Mapping[str, OnFailure] = {}
