"""The pipeline: the request of each method, its result, and the arguments it rejects."""

import pytest
from support.passband_wire import Call, assert_rejected, make_call

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


def test_trigger_sends_no_body() -> None:
    exchange = make_call(lambda c: c.pipeline.trigger(), {"status": "queued", "message": "Soon."}, 202)
    assert exchange.request == ("POST", "/pipeline/trigger", {}, None)
    assert exchange.result == PipelineTrigger(status="queued", message="Soon.")


@pytest.mark.parametrize(
    ("call", "query"),
    [
        (lambda c: c.pipeline.runs(), {}),
        (lambda c: c.pipeline.runs(limit=1000, cursor="n"), {"limit": "1000", "cursor": "n"}),
    ],
)
def test_runs_reads_a_page(call: Call, query: dict[str, str]) -> None:
    exchange = make_call(call, {"runs": [RUN], "nextCursor": "m"})
    assert exchange.request == ("GET", "/pipeline/runs", query, None)
    assert exchange.result.next_cursor == "m"
    (run,) = exchange.result.items
    assert isinstance(run, PipelineRun)
    assert (run.duration, run.items_fetched, run.drafts_generated, run.error) == (1.5, 3, 2, None)


def test_wait_reads_the_newest_run() -> None:
    exchange = make_call(lambda c: c.pipeline.wait(timeout=5), {"runs": [RUN], "nextCursor": None})
    assert exchange.request == ("GET", "/pipeline/runs", {}, None)
    assert exchange.result.id == "run_1"


def test_stats_reads_totals() -> None:
    response = {
        "totalRuns": 4,
        "successRate": 0.75,
        "averageDuration": 2,
        "averageItemsPerRun": 1.5,
        "averageDraftsPerRun": 1,
        "topErrors": [{"message": "no answer", "count": 1}],
        "last30Days": {"totalRuns": 2, "successRate": 1, "draftsGenerated": 5},
    }
    exchange = make_call(lambda c: c.pipeline.stats(), response)
    assert exchange.request == ("GET", "/pipeline/stats", {}, None)
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
def test_an_invalid_argument_is_rejected_before_anything_is_sent(call: Call, match: str) -> None:
    assert_rejected(call, match)
