"""Updating a draft: what each action keeps and clears, what is refused first, and who wins a race."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from support.draft_desk import (
    NEXT_SUNDAY,
    TOMORROW,
    act,
    create,
    in_status,
    listed,
    patch,
    read,
    rejects,
    set_slots,
)
from support.in_process import Api, StillClock, open_api

from pandocast_server.passband.schedule.scheduling import DUE_POST
from pandocast_server.storage.tables import open_jobs
from pandocast_server.workspaces import create_workspace

MATERIAL = """
Memory is what makes an agent useful over weeks instead of minutes. Without it, every talk starts cold.

Teams that added a notebook to their agents saw fewer repeated questions. It was a plain text file.

Forgetting matters as much as remembering. Old facts that nobody corrects become confident mistakes.

A weekly review by a person keeps the notebook honest. It takes ten minutes and saves hours of confusion.
"""


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as api:
        yield api


def test_an_action_answers_with_the_draft_as_it_is_now(api: Api) -> None:
    draft = create(api)
    api.clock.move(seconds=90)
    approved = act(api, draft["id"], "approve")
    assert approved == {**draft, "status": "approved", "updatedAt": "2026-03-28T10:01:30Z"}
    assert read(api, draft["id"]) == approved


def test_feedback_is_kept_where_it_was_given(api: Api) -> None:
    draft_id = create(api)["id"]
    rejected = act(api, draft_id, "reject", feedback="Too long")
    assert (rejected["rejectionFeedback"], rejected["feedback"]) == ("Too long", None)
    assert act(api, draft_id, "approve", feedback="ignored")["rejectionFeedback"] == "Too long"
    reopened = act(api, draft_id, "unapprove", feedback="Not yet")
    assert (reopened["rejectionFeedback"], reopened["feedback"]) == ("Too long", "Not yet")
    assert act(api, draft_id, "reject")["rejectionFeedback"] is None


def test_a_text_can_be_changed_without_changing_the_status(api: Api) -> None:
    draft_id = in_status(api, "scheduled")
    before = read(api, draft_id)
    api.clock.move(seconds=1)
    answer = patch(api, draft_id, text="🎈 New", action=None, feedback="ignored")
    assert answer.json() == {**before, "text": "🎈 New", "updatedAt": "2026-03-28T10:00:01Z"}


@pytest.mark.parametrize(
    "body", [{}, {"smartSchedule": True}, {"smartSchedule": False}, {"scheduledAt": None}]
)
def test_without_a_time_a_draft_takes_the_next_free_slot(api: Api, body: dict[str, object]) -> None:
    set_slots(api)
    first, second = (act(api, in_status(api, "approved"), "schedule", **body) for _ in range(2))
    assert (first["status"], first["scheduledAt"]) == ("scheduled", NEXT_SUNDAY)
    assert second["scheduledAt"] == "2026-04-05T09:30:00Z"


def test_without_slots_there_is_no_free_one(api: Api) -> None:
    draft_id = in_status(api, "approved")
    rejects(patch(api, draft_id, action="schedule"), 409, "slot")
    assert read(api, draft_id)["status"] == "approved"


def test_a_time_is_given_moved_and_taken_back(api: Api) -> None:
    draft_id = in_status(api, "approved")
    given = "2026-03-29T12:00:00.250+02:00"
    scheduled = act(api, draft_id, "schedule", scheduledAt=given, smartSchedule=False)
    assert scheduled["scheduledAt"] == "2026-03-29T10:00:00.250000Z"
    assert act(api, draft_id, "reschedule", scheduledAt=TOMORROW)["scheduledAt"] == TOMORROW
    cancelled = act(api, draft_id, "cancel_schedule")
    assert (cancelled["status"], cancelled["scheduledAt"]) == ("approved", None)


def test_two_drafts_may_stand_at_the_same_time(api: Api) -> None:
    for _ in range(2):
        act(api, in_status(api, "approved"), "schedule", scheduledAt=TOMORROW)
    assert len(listed(api, "status=scheduled")) == 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Either action or text must be given"),
        ({"action": None, "text": None, "feedback": "x"}, "Either action or text must be given"),
        ({"action": "approve", "text": "New"}, "Either action or text must be given, and not both"),
        ({"action": "edit"}, "action must be one of approve, reject, unapprove"),
        ({"action": "Approve"}, "action must be one of"),
        ({"action": ""}, "action must be one of"),
        ({"action": ["approve"]}, "action must be a string"),
        ({"text": ""}, "text must not be empty"),
        ({"text": "\n "}, "text must not be of white space alone"),
        ({"text": "a" * 50_001}, "text must have at most 50000 characters"),
        ({"text": 7}, "text must be a string"),
        ({"action": "reject", "feedback": 7}, "feedback must be a string"),
        ({"action": "reject", "feedback": "a" * 5_001}, "feedback must have at most 5000 characters"),
        ({"action": "approve", "feedback": []}, "feedback must be a string"),
        ({"action": "approve", "smartSchedule": 1}, "smartSchedule must be true or false"),
        ({"action": "approve", "scheduledAt": "soon"}, "scheduledAt must be a date and time"),
        ({"action": "approve", "platforms": "twitter"}, "platforms must be a list"),
        ({"text": "New", "platforms": [7]}, "platforms[0] must be a string"),
        ({"action": "post", "platforms": []}, "platforms must not be empty"),
        (
            {"action": "post", "platforms": ["twitter", "x"]},
            "platforms[1] must be one of twitter, linkedin, threads, bluesky",
        ),
        ({"action": "reschedule"}, "scheduledAt is missing"),
        ({"action": "reschedule", "smartSchedule": True}, "scheduledAt is missing"),
        (
            {"action": "schedule", "scheduledAt": TOMORROW, "smartSchedule": True},
            "together with smartSchedule",
        ),
        ({"action": "schedule", "scheduledAt": 1774692000}, "scheduledAt must be a string"),
        ({"action": "schedule", "scheduledAt": "2026-03-29T10:00:00"}, "scheduledAt must be a date and time"),
        ({"action": "schedule", "scheduledAt": "2026-03-28T10:00:00Z"}, "scheduledAt must be in the future"),
        ({"action": "reschedule", "scheduledAt": "2026-03-28T11:59:59+02:00"}, "must be in the future"),
        ({"action": "schedule", "scheduledAt": "0001-01-01T00:00:00Z"}, "must be in the future"),
    ],
)
def test_a_wrong_field_is_named_before_anything_else_is_looked_at(
    api: Api, body: dict[str, Any], message: str
) -> None:
    for draft_id in (create(api)["id"], in_status(api, "posted"), "drf_nobody"):
        rejects(patch(api, draft_id, **body), 400, message)
    assert {draft["status"] for draft in listed(api)} == {"pending_review", "posted"}


def test_what_belongs_to_another_action_is_ignored(api: Api) -> None:
    body = {"scheduledAt": "2020-01-01T00:00:00Z", "smartSchedule": True, "platforms": ["twitter"]}
    approved = act(api, create(api)["id"], "approve", **body, feedback="x", unknown=1)
    assert (approved["scheduledAt"], approved["feedback"], approved["rejectionFeedback"]) == (
        None,
        None,
        None,
    )


def test_the_last_moment_that_there_is_can_be_scheduled(api: Api) -> None:
    last = "9999-12-31T23:59:59.999999Z"
    assert act(api, in_status(api, "approved"), "schedule", scheduledAt=last)["scheduledAt"] == last
    api.run_jobs()


def test_regenerating_answers_with_a_new_draft_and_archives_the_old_one(api: Api) -> None:
    image = {"url": "https://example.com/a.png"}
    extras: dict[str, Any] = {"tags": ["a"], "targetPlatforms": ["bluesky"], "images": [image]}
    old = create(api, prompt=MATERIAL, **extras)
    api.run_jobs()
    act(api, old["id"], "reject", feedback="Say more of forgetting")
    new = act(api, old["id"], "regenerate")
    assert new["id"] != old["id"]
    assert (new["status"], new["text"], new["confidence"]) == ("pending_generation", "", None)
    assert new["regeneratedFromId"] == old["id"]
    assert new["item"] == old["item"]
    assert {name: new[name] for name in extras} == extras
    assert read(api, old["id"])["status"] == "archived"
    api.run_jobs()
    written = read(api, new["id"])
    assert written["status"] == "pending_review"
    assert "orgetting" in written["text"]
    assert 0 < written["confidence"] <= 1
    assert read(api, old["id"])["text"] != written["text"]


def test_each_regeneration_opens_anew(api: Api) -> None:
    draft = create(api, prompt=MATERIAL)
    texts: list[str] = []
    for _ in range(3):
        api.run_jobs()
        texts.append(read(api, draft["id"])["text"])
        draft = act(api, draft["id"], "regenerate")
    assert texts[0] != texts[1] != texts[2]  # the material has two openings; the third is the first again


def test_a_text_of_ones_own_is_the_material_of_what_replaces_it(api: Api) -> None:
    old = create(api, text=MATERIAL, format="THREAD")
    new = act(api, old["id"], "regenerate")
    assert (new["itemId"], new["item"], new["format"]) == (None, None, "THREAD")
    api.run_jobs()
    written = read(api, new["id"])
    assert (written["status"], written["text"][:4]) == ("pending_review", "1/2 ")
    assert "plain text file" in written["text"]


def test_of_two_schedulings_at_once_one_wins(api: Api) -> None:
    draft_id = in_status(api, "approved")
    times = [f"2026-03-29T10:00:0{number}Z" for number in range(4)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(
            threads.map(lambda time: patch(api, draft_id, action="schedule", scheduledAt=time), times)
        )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    won = next(answer.json()["scheduledAt"] for answer in answers if answer.status_code == 200)
    assert read(api, draft_id)["scheduledAt"] == won
    due = select(func.count()).where(open_jobs.c.kind == DUE_POST)
    with api.runtime.database.read() as connection:
        assert connection.scalar(due) == 1


def test_of_two_regenerations_at_once_one_wins(api: Api) -> None:
    draft_id = create(api)["id"]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: patch(api, draft_id, action="regenerate"), range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(listed(api)) == 2


def test_a_foreign_draft_is_as_if_it_did_not_exist(api: Api) -> None:
    stranger = create_workspace(api.runtime, "other").api_key
    draft = create(api)
    bodies: list[dict[str, object]] = [
        {"action": "approve"},
        {"text": "Theirs"},
        {"action": "regenerate"},
        {"action": "post"},
        {"action": "reschedule", "scheduledAt": TOMORROW},
    ]
    for body in bodies:
        for draft_id in (draft["id"], "drf_nobody"):
            rejects(patch(api, draft_id, key=stranger, **body), 404, "Draft not found")
    assert listed(api) == [draft]
    assert listed(api, key=stranger) == []


def test_a_key_that_only_reads_changes_nothing(api: Api) -> None:
    draft = create(api)
    rejects(patch(api, draft["id"], key=api.new_key(read_only=True), action="approve"), 403, "")
    assert read(api, draft["id"]) == draft
