import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.in_process import Api, StillClock, open_api
from support.passband_rows import PASSBAND, add_row, record

from pandocast_server.validation import LARGEST_COUNT
from pandocast_server.workspaces import create_workspace

PATH = f"{PASSBAND}/engagement"
METRICS = ("likes", "replies", "reposts", "impressions", "clicks")


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as api:
        yield api


def test_what_is_recorded_first_is_answered_whole(api: Api) -> None:
    draft_id = add_row(api)
    row = record(api, draft_id, unknown=1)
    assert row == {
        "id": row["id"],
        "draftId": draft_id,
        "platform": "twitter",
        "postId": None,
        "status": "pending",
        "retryCount": 0,
        "retryAfter": None,
        "errorMessage": None,
        "failedAt": None,
        **dict.fromkeys(METRICS, 0),
        "engagementRate": 0,
        "measuredAt": None,
        "createdAt": "2026-03-28T10:00:00Z",
    }


def test_what_is_absent_stays_as_it_is(api: Api) -> None:
    draft_id = add_row(api)
    given = {
        "postId": "post_1",
        "status": "posted",
        "errorMessage": "slow",
        "likes": 3,
        "replies": 2,
        "reposts": 1,
        "impressions": 100,
        "clicks": 4,
    }
    row = record(api, draft_id, **given)
    assert {name: row[name] for name in given} == given
    assert (row["engagementRate"], row["measuredAt"]) == (0.1, "2026-03-28T10:00:00Z")
    api.clock.move(hours=1)
    assert record(api, draft_id) == row
    assert record(api, draft_id, **dict.fromkeys(given)) == row
    for name, value in {"postId": "", "errorMessage": "", "status": "pending"}.items():
        row = record(api, draft_id, **{name: value})
        assert row[name] == value
    assert row["measuredAt"] == "2026-03-28T10:00:00Z"
    for name in METRICS:
        before, row = row, record(api, draft_id, **{name: 0})
        assert row == {
            **before,
            name: 0,
            "engagementRate": row["engagementRate"],
            "measuredAt": "2026-03-28T11:00:00Z",
        }


def test_each_platform_of_a_draft_has_its_own(api: Api) -> None:
    draft_id = add_row(api)
    names = ["twitter", "Twitter", "x" * 50, "😀", " "]
    rows = [record(api, draft_id, name, likes=place) for place, name in enumerate(names)]
    assert len({row["id"] for row in rows}) == len(names)
    assert [record(api, draft_id, name) for name in names] == rows


@pytest.mark.parametrize("status", ["failed", "abandoned"])
def test_a_failure_has_a_time_until_it_is_none(api: Api, status: str) -> None:
    draft_id = add_row(api)
    assert record(api, draft_id, status=status, errorMessage="No")["failedAt"] == "2026-03-28T10:00:00Z"
    api.clock.move(hours=1)
    assert record(api, draft_id, likes=1)["failedAt"] == "2026-03-28T10:00:00Z"
    assert record(api, draft_id, status=status)["failedAt"] == "2026-03-28T11:00:00Z"
    row = record(api, draft_id, status="posted")
    assert (row["failedAt"], row["errorMessage"]) == (None, "No")


@pytest.mark.parametrize(
    ("metrics", "rate"),
    [
        ({"likes": 10}, 0),
        ({"likes": 10, "impressions": 0}, 0),
        ({"impressions": 10}, 0),
        ({"likes": 1, "replies": 2, "reposts": 3, "clicks": 4, "impressions": 40}, 0.25),
        ({"likes": 1, "impressions": 3}, 1 / 3),
        ({"likes": 5, "clicks": 5, "impressions": 4}, 2.5),
        (dict.fromkeys(METRICS, LARGEST_COUNT), 4),
        ({"likes": 1.0, "impressions": 2e0}, 0.5),
    ],
)
def test_the_rate_is_of_all_reactions(api: Api, metrics: dict[str, object], rate: float) -> None:
    assert record(api, add_row(api), **metrics)["engagementRate"] == rate
    top = api.send("GET", PATH).json()["topPosts"]
    assert [post["engagementRate"] for post in top] == [rate]


def count_of(name: str) -> str:
    return f"{name} must be a whole number from 0 to {LARGEST_COUNT}"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"draftId": None}, "draftId must be a string"),
        ({"draftId": 7}, "draftId must be a string"),
        ({"draftId": ""}, "draftId must not be empty"),
        ({"draftId": "x" * 1_001}, "draftId must have at most 1000 characters, not 1001"),
        ({"platform": None}, "platform must be a string"),
        ({"platform": ""}, "platform must not be empty"),
        ({"platform": "x" * 51}, "platform must have at most 50 characters, not 51"),
        ({"postId": 1}, "postId must be a string"),
        ({"postId": "x" * 1_001}, "postId must have at most 1000 characters, not 1001"),
        ({"status": "Posted"}, 'status must be one of pending, posted, failed, abandoned, not "Posted"'),
        ({"status": 1}, "status must be a string"),
        ({"errorMessage": {}}, "errorMessage must be a string"),
        ({"errorMessage": "x" * 10_001}, "errorMessage must have at most 10000 characters, not 10001"),
        *(({name: -1}, count_of(name)) for name in METRICS),
        ({"likes": 1.5}, count_of("likes")),
        ({"likes": "1"}, count_of("likes")),
        ({"likes": True}, count_of("likes")),
        ({"likes": [1]}, count_of("likes")),
        ({"likes": LARGEST_COUNT + 1}, count_of("likes")),
        ({"likes": 10**400}, count_of("likes")),
    ],
)
def test_what_breaks_a_rule_is_named_and_changes_nothing(
    api: Api, changes: dict[str, object], message: str
) -> None:
    draft_id = add_row(api)
    before = record(api, draft_id, likes=1)
    body = {"draftId": draft_id, "platform": "twitter", "replies": 5, **changes}
    answer = api.send("PUT", PATH, json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, message)
    assert record(api, draft_id) == before


@pytest.mark.parametrize("name", ["draftId", "platform"])
def test_what_is_required_is_named(api: Api, name: str) -> None:
    body = {"draftId": add_row(api), "platform": "twitter"}
    del body[name]
    answer = api.send("PUT", PATH, json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, f"{name} is missing")


@pytest.mark.parametrize("top", ["0", "51", "-1", "1.5", "", "x"])
def test_a_top_out_of_bounds_is_refused(api: Api, top: str) -> None:
    answer = api.send("GET", f"{PATH}?top={top}")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(
        "top must be a whole number from 1 to 50" if top else "top must not be empty"
    )


def test_a_draft_that_is_unknown_or_foreign_is_not_there(api: Api) -> None:
    stranger = create_workspace(api.runtime, "other")
    ours, theirs = add_row(api), add_row(api, workspace_id=stranger.workspace_id)
    for key, draft_id in ((api.key, theirs), (stranger.api_key, ours), (api.key, "drf_nobody")):
        answer = api.send("PUT", PATH, key=key, json={"draftId": draft_id, "platform": "twitter"})
        assert (answer.status_code, answer.json()["error"]) == (404, "Draft not found")
    record(api, ours, likes=1, impressions=2)
    assert api.send("GET", PATH, key=stranger.api_key).json()["totalWithMetrics"] == 0


def test_a_read_only_key_may_look(api: Api) -> None:
    key = api.new_key(read_only=True)
    assert api.send("GET", PATH, key=key).status_code == 200
    body = {"draftId": add_row(api), "platform": "twitter"}
    assert api.send("PUT", PATH, key=key, json=body).status_code == 403


def test_calls_at_the_same_moment_make_one_row_and_lose_nothing(api: Api) -> None:
    draft_id = add_row(api)
    with ThreadPoolExecutor(len(METRICS) * 2) as threads:
        calls = [threads.submit(record, api, draft_id, **{name: 7}) for name in METRICS * 2]
    assert len({call.result()["id"] for call in calls}) == 1
    row = record(api, draft_id)
    assert json.dumps([row[name] for name in METRICS]) == "[7, 7, 7, 7, 7]"
