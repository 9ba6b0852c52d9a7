"""The operations on the pipeline (reference, "Trigger pipeline run" to "Pipeline statistics")."""

from functools import partial

from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_sdk._core.paging.cursor_paging import CursorListing, CursorRows
from pandocast_sdk._core.protocol import WireResponse
from pandocast_sdk._core.requests.operation import Operation, operation
from pandocast_sdk._core.requests.reading import reads
from pandocast_sdk._core.requests.validation import optional_at_least
from pandocast_sdk.models.base import read_model
from pandocast_sdk.models.pipeline import PipelineRun, PipelineRunList, PipelineStats, PipelineTrigger


def trigger_pipeline() -> Operation[PipelineTrigger]:
    """Ask for a run."""
    return operation(ROUTES["trigger_pipeline"], reads(PipelineTrigger))


def all_runs(limit: int | None) -> CursorListing[PipelineRun]:
    """All pages of runs, newest first."""
    return CursorListing(partial(list_runs, limit), lambda run: run.id)


def list_runs(limit: int | None, cursor: str | None) -> Operation[CursorRows[PipelineRun]]:
    """One page of runs, newest first."""
    query = {"limit": optional_at_least("limit", limit, 1), "cursor": cursor}
    return operation(ROUTES["list_pipeline_runs"], _rows, query=query)


def get_stats() -> Operation[PipelineStats]:
    """All runs in numbers."""
    return operation(ROUTES["get_pipeline_stats"], reads(PipelineStats))


def _rows(answer: WireResponse) -> CursorRows[PipelineRun]:
    page = read_model(PipelineRunList, answer.body)
    return CursorRows(page.runs, page.next_cursor)
