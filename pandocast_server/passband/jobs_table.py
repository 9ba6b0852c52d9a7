"""What the server does later for Passband, by the kind of job."""

from collections.abc import Mapping

from pandocast_server.jobs.worker import JobHandler, OnFailure
from pandocast_server.passband.drafts.generating import GENERATION, generate, give_up_generation
from pandocast_server.passband.drafts.posting import give_up_posting, post_when_due
from pandocast_server.passband.pipeline.run import PIPELINE, give_up_run, run_pipeline
from pandocast_server.passband.schedule.scheduling import DUE_POST

JOB_HANDLERS: Mapping[str, JobHandler] = {DUE_POST: post_when_due}

FETCHING_HANDLERS: Mapping[str, JobHandler] = {GENERATION: generate, PIPELINE: run_pipeline}
"""Those that wait for web servers of others."""

GIVEN_UP: Mapping[str, OnFailure] = {
    GENERATION: give_up_generation,
    DUE_POST: give_up_posting,
    PIPELINE: give_up_run,
}
