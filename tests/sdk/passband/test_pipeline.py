"""The pipeline: what each method puts on the wire, what it reads, and what it refuses to send."""

import pytest
from support.passband_wire import Call, make, refuse

from pandocast_sdk import PipelineRun, PipelineStats, PipelineTrigger

RUN = {
    "id": "run_1",
    "status": "completed",
    "startedAt": "2026-03-28T10:00:00Z",
    "finishedAt": "2026-03-28T10:00:01.5Z",
    "duration": 1.5,
    "itemsFetched": 3,
    "draftsGenerated": 2,
    "error": None,
}


def test_a_run_is_asked_for_without_a_body() -> None:
    exchange = make(lambda c: c.pipeline.trigger(), {"status": "queued", "message": "Soon."}, 202)
    assert exchange.asked == ("POST", "/pipeline/trigger", {}, None)
    assert exchange.result == PipelineTrigger(status="queued", message="Soon.")


@pytest.mark.parametrize(
    ("call", "query"),
    [
        (lambda c: c.pipeline.runs(), {}),
        (lambda c: c.pipeline.runs(limit=1000, cursor="n"), {"limit": "1000", "cursor": "n"}),
    ],
)
def test_runs_come_in_pages(call: Call, query: dict[str, str]) -> None:
    exchange = make(call, {"runs": [RUN], "nextCursor": "m"})
    assert exchange.asked == ("GET", "/pipeline/runs", query, None)
    assert exchange.result.next_cursor == "m"
    (run,) = exchange.result.items
    assert isinstance(run, PipelineRun)
    assert (run.duration, run.items_fetched, run.drafts_generated, run.error) == (1.5, 3, 2, None)


def test_the_newest_run_is_waited_for() -> None:
    exchange = make(lambda c: c.pipeline.wait(timeout=5), {"runs": [RUN], "nextCursor": None})
    assert exchange.asked == ("GET", "/pipeline/runs", {}, None)
    assert exchange.result.id == "run_1"


def test_all_runs_come_in_numbers() -> None:
    answer = {
        "totalRuns": 4,
        "successRate": 0.75,
        "averageDuration": 2,
        "averageItemsPerRun": 1.5,
        "averageDraftsPerRun": 1,
        "topErrors": [{"message": "no answer", "count": 1}],
        "last30Days": {"totalRuns": 2, "successRate": 1, "draftsGenerated": 5},
    }
    exchange = make(lambda c: c.pipeline.stats(), answer)
    assert exchange.asked == ("GET", "/pipeline/stats", {}, None)
    stats = exchange.result
    assert isinstance(stats, PipelineStats)
    assert (stats.total_runs, stats.success_rate, stats.average_items_per_run) == (4, 0.75, 1.5)
    assert stats.top_errors[0].message == "no answer"
    assert stats.last_30_days is not None
    assert stats.last_30_days.drafts_generated == 5


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda c: c.pipeline.runs(limit=0), "limit must be 1 or more"),
        (lambda c: c.pipeline.runs(limit=False), "limit must be a whole number"),
        (lambda c: c.pipeline.runs(cursor=""), "cursor must not be empty"),
        (lambda c: c.pipeline.wait(timeout=0), "timeout"),
    ],
)
def test_what_is_out_of_bounds_is_not_sent(call: Call, match: str) -> None:
    refuse(call, match)
