"""The operations on the pipeline.

Reference: "Trigger pipeline run" to "Pipeline statistics".
"""

from __future__ import annotations

from functools import partial

from pandocast_sdk import models
from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_sdk._core.paging.cursor_paging import CursorListing, CursorRows
from pandocast_sdk._core.requests.argument_types import optional_string
from pandocast_sdk._core.requests.operation import Operation, operation
from pandocast_sdk._core.requests.reading import reads
from pandocast_sdk._core.requests.validation import optional_at_least

_PIPELINE_TRIGGER = reads(lambda: models.PipelineTrigger)
_PIPELINE_STATS = reads(lambda: models.PipelineStats)
_ROWS = reads(lambda: models.PipelineRunList).then(lambda page: CursorRows(page.runs, page.next_cursor))


def trigger_pipeline() -> Operation[models.PipelineTrigger]:
    """Queue a run."""
    return operation(ROUTES["trigger_pipeline"], _PIPELINE_TRIGGER)


def all_runs(limit: int | None) -> CursorListing[models.PipelineRun]:
    """List the runs, newest first."""
    return CursorListing(partial(list_runs, limit), lambda run: run.id)


def list_runs(limit: int | None, cursor: str | None) -> Operation[CursorRows[models.PipelineRun]]:
    """List one page of runs, newest first."""
    query = {"limit": optional_at_least("limit", limit, 1), "cursor": optional_string("cursor", cursor)}
    return operation(ROUTES["list_pipeline_runs"], _ROWS, query=query)


def get_stats() -> Operation[models.PipelineStats]:
    """Get statistics over all runs."""
    return operation(ROUTES["get_pipeline_stats"], _PIPELINE_STATS)
