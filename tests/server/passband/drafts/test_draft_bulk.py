"""One action on many drafts: each in its own right."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.draft_desk import DRAFTS, NEXT_SUNDAY, TOMORROW, create, in_status, read, rejects, set_slots
from support.in_process import Api, StillClock, open_api
from support.stored_drafts import statements_of

from pandocast_server.workspaces import create_workspace

BULK = f"{DRAFTS}/bulk"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as api:
        yield api


def bulk(api: Api, action: object, ids: object, **body: object) -> httpx.Response:
    return api.send("POST", BULK, json={"action": action, "ids": ids, **body})


def test_one_bad_id_fails_alone(api: Api) -> None:
    other = create_workspace(api.runtime, "other")
    foreign = create(api, key=other.api_key, text="Theirs")["id"]
    good = [create(api)["id"] for _ in range(2)]
    posted = in_status(api, "posted")
    ids = [good[0], foreign, posted, "drf_nobody", "", good[1], good[0], "🎈", "drf_nobody"]
    answer = bulk(api, "approve", ids)
    unknown = {"ok": False, "error": "Draft not found"}
    assert answer.json() == {
        "action": "approve",
        "total": 7,
        "succeeded": 2,
        "failed": 5,
        "results": {
            good[0]: {"ok": True},
            foreign: unknown,
            posted: {"ok": False, "error": "A draft that is posted cannot be approved"},
            "drf_nobody": unknown,
            "": unknown,
            good[1]: {"ok": True},
            "🎈": unknown,
        },
    }
    assert [read(api, draft_id)["status"] for draft_id in good] == ["approved", "approved"]
    assert api.send("GET", f"{DRAFTS}/{foreign}", key=other.api_key).json()["status"] == "pending_review"


@pytest.mark.parametrize(
    ("action", "before", "body", "expected"),
    [
        ("approve", "rejected", {}, {"status": "approved"}),
        ("reject", "approved", {"feedback": "No"}, {"status": "rejected", "rejectionFeedback": "No"}),
        ("archive", "failed", {}, {"status": "archived"}),
        ("schedule", "approved", {"scheduledAt": TOMORROW}, {"status": "scheduled", "scheduledAt": TOMORROW}),
        (
            "reschedule",
            "scheduled",
            {"scheduledAt": NEXT_SUNDAY},
            {"status": "scheduled", "scheduledAt": NEXT_SUNDAY},
        ),
        ("cancel_schedule", "scheduled", {}, {"status": "approved", "scheduledAt": None}),
    ],
)
def test_each_action_does_what_it_does_for_one(
    api: Api, action: str, before: str, body: dict[str, object], expected: dict[str, object]
) -> None:
    ids = [in_status(api, before) for _ in range(2)]
    wrong = in_status(api, "posted")
    answer = bulk(api, action, [*ids, wrong], **body).json()
    assert (answer["succeeded"], answer["failed"], answer["results"][wrong]["ok"]) == (2, 1, False)
    for draft_id in ids:
        draft = read(api, draft_id)
        assert {name: draft[name] for name in expected} == expected


@pytest.mark.parametrize("body", [{}, {"smartSchedule": True}])
def test_each_takes_a_slot_of_its_own(api: Api, body: dict[str, object]) -> None:
    set_slots(api)
    ids = [in_status(api, "approved") for _ in range(3)]
    assert bulk(api, "schedule", [ids[0], create(api)["id"], *ids[1:]], **body).json()["succeeded"] == 3
    assert [read(api, draft_id)["scheduledAt"] for draft_id in ids] == [
        "2026-03-29T09:30:00Z",
        "2026-04-05T09:30:00Z",
        "2026-04-12T09:30:00Z",
    ]


def test_without_slots_each_fails_and_says_so(api: Api) -> None:
    draft_id = in_status(api, "approved")
    answer = bulk(api, "schedule", [draft_id]).json()
    assert (answer["succeeded"], answer["failed"]) == (0, 1)
    assert "slot" in answer["results"][draft_id]["error"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "action is missing"),
        ({"action": "approve"}, "ids is missing"),
        ({"action": "approve", "ids": None}, "ids must be a list"),
        ({"action": "approve", "ids": []}, "ids must not be empty"),
        ({"action": "approve", "ids": "drf_1"}, "ids must be a list"),
        ({"action": "approve", "ids": ["drf_1", 7]}, "ids[1] must be a string"),
        ({"action": "approve", "ids": ["drf_1"] * 101}, "ids must have at most 100 entries, not 101"),
        ({"action": None, "ids": ["drf_1"]}, "action must be a string"),
        (
            {"action": "unapprove", "ids": ["drf_1"]},
            "action must be one of approve, reject, archive, schedule",
        ),
        ({"action": "regenerate", "ids": ["drf_1"]}, "action must be one of"),
        ({"action": "post", "ids": ["drf_1"]}, "action must be one of"),
        ({"action": "reject", "ids": ["drf_1"], "feedback": "a" * 5_001}, "feedback must have at most 5000"),
        ({"action": "reschedule", "ids": ["drf_1"]}, "scheduledAt is missing"),
        (
            {"action": "schedule", "ids": ["drf_1"], "scheduledAt": "2026-03-28T10:00:00Z"},
            "scheduledAt must be in the future",
        ),
        (
            {"action": "schedule", "ids": ["drf_1"], "scheduledAt": TOMORROW, "smartSchedule": True},
            "scheduledAt cannot be given together with smartSchedule",
        ),
    ],
)
def test_a_wrong_field_is_named(api: Api, body: dict[str, object], message: str) -> None:
    rejects(api.send("POST", BULK, json=body), 400, message)


def test_a_hundred_are_taken(api: Api) -> None:
    ids = [create(api)["id"] for _ in range(100)]
    answer = bulk(api, "archive", ids).json()
    assert (answer["total"], answer["succeeded"]) == (100, 100)


def test_the_schedule_is_read_once_however_many_drafts_take_slots(api: Api) -> None:
    set_slots(api)
    ids = [in_status(api, "approved") for _ in range(5)]
    with statements_of(api) as statements:
        answer = bulk(api, "schedule", [ids[0], "drf_nobody", *ids[1:]], smartSchedule=True).json()
    assert (answer["succeeded"], answer["failed"]) == (5, 1)
    assert sum("FROM slots" in statement for statement in statements) == 1
    times = [read(api, draft_id)["scheduledAt"] for draft_id in ids]
    assert times == sorted(set(times))
