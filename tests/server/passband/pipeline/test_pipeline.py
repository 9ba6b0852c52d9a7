"""Triggering runs and listing them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from support.feed_host import RUNS, run, trigger
from support.in_process import Api, StillClock, open_api

from pandocast_server.storage.passband_tables import pipeline_runs
from pandocast_server.storage.tables import open_jobs
from pandocast_server.workspaces import create_workspace


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as opened:
        yield opened


def runs(api: Api, query: str = "", *, key: str | None = "") -> dict[str, Any]:
    answer = api.send("GET", f"{RUNS}{query}", key=key)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def test_a_run_waits_until_it_is_begun(api: Api) -> None:
    assert trigger(api) == {"status": "queued", "message": "A pipeline run is queued"}
    (queued,) = runs(api)["runs"]
    assert queued == {
        "id": queued["id"],
        "status": "queued",
        "startedAt": None,
        "finishedAt": None,
        "duration": None,
        "itemsFetched": 0,
        "draftsGenerated": 0,
        "error": None,
    }
    assert queued["id"].startswith("run_")


def test_without_sources_a_run_completes_with_nothing(api: Api) -> None:
    ended = run(api)
    assert ended == {
        "id": ended["id"],
        "status": "completed",
        "startedAt": "2026-03-28T10:00:00Z",
        "finishedAt": "2026-03-28T10:00:00Z",
        "duration": 0,
        "itemsFetched": 0,
        "draftsGenerated": 0,
        "error": None,
    }


def test_a_trigger_while_one_is_queued_adds_none(api: Api) -> None:
    trigger(api)
    assert trigger(api) == {"status": "queued", "message": "A pipeline run was queued already"}
    assert len(runs(api)["runs"]) == 1
    api.run_jobs()
    trigger(api)
    assert [row["status"] for row in runs(api)["runs"]] == ["queued", "completed"]


def test_of_many_triggers_at_once_one_queues(api: Api) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: trigger(api), range(24)))
    assert {answer["status"] for answer in answers} == {"queued"}
    with api.runtime.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(pipeline_runs)) == 1
        assert connection.scalar(select(func.count()).select_from(open_jobs)) == 1


def test_each_workspace_has_runs_of_its_own(api: Api) -> None:
    other = create_workspace(api.runtime, "second").api_key
    trigger(api)
    assert trigger(api, key=other)["message"] == "A pipeline run is queued"
    assert len(runs(api)["runs"]) == len(runs(api, key=other)["runs"]) == 1


def test_a_body_is_ignored(api: Api) -> None:
    path = RUNS.replace("/runs", "/trigger")
    assert api.send("POST", path, content=b"not JSON").status_code == 202


def test_pages_follow_each_other_while_runs_are_added(api: Api) -> None:
    added = [run(api)["id"] for _ in range(5)]  # all at the same moment of the clock
    first = runs(api, "?limit=2")
    api.clock.move(minutes=1)
    newest = run(api)["id"]
    second = runs(api, f"?limit=2&cursor={first['nextCursor']}")
    third = runs(api, f"?limit=2&cursor={second['nextCursor']}")
    listed = [row["id"] for page in (first, second, third) for row in page["runs"]]
    assert listed == added[::-1]
    assert third["nextCursor"] is None
    assert runs(api, "?limit=1")["runs"][0]["id"] == newest


def test_ten_are_on_a_page_unless_told(api: Api) -> None:
    for _ in range(11):
        run(api)
    assert len(runs(api)["runs"]) == 10
    whole = runs(api, "?limit=11")
    assert (len(whole["runs"]), whole["nextCursor"]) == (11, None)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "limit=", "limit=1&limit=1", "cursor=", "cursor=bm9uc2Vuc2U"]
)
def test_a_parameter_that_breaks_a_rule_is_refused_by_name(api: Api, query: str) -> None:
    answer = api.send("GET", f"{RUNS}?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(query.partition("=")[0])


def test_a_cursor_leads_nowhere_in_another_workspace_or_list(api: Api) -> None:
    run(api)
    run(api)
    cursor = runs(api, "?limit=1")["nextCursor"]
    other = create_workspace(api.runtime, "second").api_key
    assert api.send("GET", f"{RUNS}?cursor={cursor}", key=other).status_code == 400
    drafts = RUNS.replace("/pipeline/runs", "/drafts")
    assert api.send("GET", f"{drafts}?cursor={cursor}").status_code == 400
