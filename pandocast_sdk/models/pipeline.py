"""The models of Passband's pipeline.

Reference: "Trigger pipeline run" to "Pipeline statistics".
"""

from typing import Literal, TypeAlias

from pandocast_sdk.models.base import Open, PassbandModel, Timestamp

__all__ = [
    "PipelineErrorCount",
    "PipelineRun",
    "PipelineStats",
    "PipelineTrigger",
    "RecentPipelineStats",
    "RunStatus",
]
_UNEXPORTED = ["PipelineRunList"]

RunStatus: TypeAlias = Literal["queued", "running", "completed", "failed"]
"""The life of a run. Only `queued` is published; others may come."""


class PipelineTrigger(PassbandModel):
    """A run was requested.

    Attributes:
        status: `queued`.
        message: A sentence for people.
    """

    status: Open[RunStatus]
    message: str


class PipelineRun(PassbandModel):
    """One run over all sources.

    Attributes:
        id: Its id.
        status: Where it stands between its request and its end.
        started_at: When it began.
        finished_at: When it ended.
        duration: How long it took, in seconds.
        items_fetched: The number of new items in the sources.
        drafts_generated: The number of drafts generated from them.
        error: What went wrong, if anything.
    """

    id: str | None = None
    status: Open[RunStatus] | None = None
    started_at: Timestamp | None = None
    finished_at: Timestamp | None = None
    duration: float | None = None
    items_fetched: int | None = None
    drafts_generated: int | None = None
    error: str | None = None


class PipelineRunList(PassbandModel):
    """One page of runs as the service sends it.

    Attributes:
        runs: The runs, newest first.
        next_cursor: Where the next page begins; None at the end.
    """

    runs: list[PipelineRun]
    next_cursor: str | None = None


class PipelineErrorCount(PassbandModel):
    """An error and how often it ended a run.

    Attributes:
        message: The error.
        count: The number of runs.
    """

    message: str | None = None
    count: int | None = None


class RecentPipelineStats(PassbandModel):
    """The last 30 days in numbers.

    Attributes:
        total_runs: The number of runs that have ended.
        success_rate: The share of them that completed, 0 to 1.
        drafts_generated: The number of drafts they generated.
    """

    total_runs: int | None = None
    success_rate: float | None = None
    drafts_generated: int | None = None


class PipelineStats(PassbandModel):
    """All runs in numbers.

    Attributes:
        total_runs: The number that have ended.
        top_errors: The most frequent errors, most frequent first.
        success_rate: The share of the runs that completed, 0 to 1.
        average_duration: The mean duration of a run, in seconds.
        average_items_per_run: The mean number of new items.
        average_drafts_per_run: The mean number of drafts generated.
        last_30_days: The same for the last 30 days.
    """

    total_runs: int
    top_errors: list[PipelineErrorCount]
    success_rate: float | None = None
    average_duration: float | None = None
    average_items_per_run: float | None = None
    average_drafts_per_run: float | None = None
    last_30_days: RecentPipelineStats | None = None
