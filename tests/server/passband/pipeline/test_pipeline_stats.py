"""Statistics of runs."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from support.feed_host import PASSBAND, trigger
from support.in_process import Api, StillClock, open_api

from pandocast_server.storage.passband_tables import pipeline_runs
from pandocast_server.workspaces import create_workspace


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as opened:
        yield opened


def stats(api: Api, *, key: str | None = "") -> dict[str, Any]:
    answer = api.send("GET", f"{PASSBAND}/pipeline/stats", key=key)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def ended(
    api: Api,
    *,
    status: str = "completed",
    took: float | None = 1,
    items: int = 0,
    drafts: int = 0,
    error: str | None = None,
    ago: timedelta = timedelta(),
) -> None:
    """Write down a run that ended `ago`; one that `took` None was never begun."""
    finished = api.clock.now() - ago
    begun = None if took is None else finished - timedelta(seconds=took)
    with api.runtime.database.write() as connection:
        connection.execute(
            insert(pipeline_runs).values(
                id=api.runtime.identifiers.new("run"),
                workspace_id=api.workspace.workspace_id,
                status=status,
                items_fetched=items,
                drafts_generated=drafts,
                error=error,
                started_at=begun,
                finished_at=finished,
                created_at=finished,
            )
        )


NOTHING = {
    "totalRuns": 0,
    "successRate": 0,
    "averageDuration": 0,
    "averageItemsPerRun": 0,
    "averageDraftsPerRun": 0,
    "topErrors": [],
    "last30Days": {"totalRuns": 0, "successRate": 0, "draftsGenerated": 0},
}


def test_without_a_run_that_has_ended_all_is_nothing(api: Api) -> None:
    assert stats(api) == NOTHING
    trigger(api)
    assert stats(api) == NOTHING


def test_means_are_over_all_runs_that_have_ended(api: Api) -> None:
    ended(api, took=1.5, items=3, drafts=6)
    ended(api, took=2.5, items=0, drafts=0)
    ended(api, took=0, items=1, drafts=1, error="The feed answered 500")
    ended(api, status="failed", took=4, error="The feed answered 404")
    trigger(api)  # has not ended
    assert stats(api) == {
        "totalRuns": 4,
        "successRate": 0.75,
        "averageDuration": 2.0,
        "averageItemsPerRun": 1.0,
        "averageDraftsPerRun": 1.75,
        "topErrors": [
            {"message": "The feed answered 404", "count": 1},
            {"message": "The feed answered 500", "count": 1},
        ],
        "last30Days": {"totalRuns": 4, "successRate": 0.75, "draftsGenerated": 7},
    }
    assert stats(api, key=create_workspace(api.runtime, "second").api_key) == NOTHING


def test_a_run_that_was_never_begun_has_no_part_in_the_duration(api: Api) -> None:
    ended(api, took=3)
    ended(api, status="failed", took=None, error="gone")
    assert stats(api)["averageDuration"] == 3
    assert stats(api)["successRate"] == 0.5


def test_the_five_most_frequent_errors_are_told_most_frequent_first(api: Api) -> None:
    for number, times in enumerate((1, 4, 2, 3, 6, 5, 1)):
        for _ in range(times):
            ended(api, status="failed", error=f"Error {number}")
    told = [(row["message"], row["count"]) for row in stats(api)["topErrors"]]
    assert told == [("Error 4", 6), ("Error 5", 5), ("Error 1", 4), ("Error 3", 3), ("Error 2", 2)]


def test_thirty_days_are_those_of_the_servers_clock(api: Api) -> None:
    ended(api, drafts=5)
    ended(api, status="failed", error="x", ago=timedelta(days=29))
    ended(api, drafts=100, ago=timedelta(days=31))
    recent = {"totalRuns": 2, "successRate": 0.5, "draftsGenerated": 5}
    assert (stats(api)["totalRuns"], stats(api)["last30Days"]) == (3, recent)
    api.clock.move(days=29)
    assert stats(api)["last30Days"] == {"totalRuns": 1, "successRate": 1, "draftsGenerated": 5}
    api.clock.move(days=2)
    assert stats(api)["last30Days"] == NOTHING["last30Days"]
