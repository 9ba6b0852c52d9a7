"""The queue: which drafts get which slots, and what is said of the others."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import httpx
import pytest
from support.in_process import Api, StillClock, open_api
from support.stored_drafts import jobs_of, status_of, store_draft

from pandocast_server.passband.drafts.transitions import APPROVED, SCHEDULED, STATUSES
from pandocast_server.passband.schedule.scheduling import DUE_POST
from pandocast_server.workspaces import create_workspace

SCHEDULE = "http://server/passband/v1/schedule"
MONDAY_9 = datetime(2026, 3, 30, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)
NO_SLOTS = "No schedule slots are configured, or none of them is free"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as api:
        yield api


@pytest.fixture
def mondays(api: Api) -> None:
    """Let there be one slot, on Mondays at 9."""
    slots = [{"dayOfWeek": 1, "hour": 9, "minute": 0}]
    assert api.send("PUT", f"{SCHEDULE}/slots", json=slots).status_code == 200


def queue(api: Api, draft_id: object, **more: object) -> httpx.Response:
    return api.send("POST", f"{SCHEDULE}/queue", json={"draftId": draft_id, **more})


def bulk(api: Api, **body: object) -> dict[str, object]:
    answer = api.send("POST", f"{SCHEDULE}/bulk", json=body)
    assert answer.status_code == 200, answer.text
    outcome: dict[str, object] = answer.json()
    return outcome


def unscheduled(api: Api) -> list[str]:
    drafts = api.send("GET", f"{SCHEDULE}/unscheduled").json()["drafts"]
    return [cast("str", draft["id"]) for draft in drafts]


def outcome(*scheduled: tuple[str, str], skipped: int = 0, reason: str | None = None) -> dict[str, object]:
    times = [{"id": draft_id, "scheduledAt": at} for draft_id, at in scheduled]
    return {"scheduled": times, "skipped": skipped, "reason": reason}


@pytest.mark.usefixtures("mondays")
def test_a_draft_takes_the_next_slot_and_will_be_posted_then(api: Api) -> None:
    draft_id = store_draft(api)
    answer = queue(api, draft_id)
    assert answer.status_code == 200
    assert answer.json()["id"] == draft_id
    assert answer.json()["status"] == "scheduled"
    assert answer.json()["scheduledAt"] == "2026-03-30T09:00:00Z"
    assert jobs_of(api, DUE_POST) == [(draft_id, MONDAY_9)]
    assert queue(api, store_draft(api)).json()["scheduledAt"] == "2026-04-06T09:00:00Z"


@pytest.mark.usefixtures("mondays")
def test_a_slot_is_in_the_future(api: Api) -> None:
    api.clock.moment = MONDAY_9
    assert queue(api, store_draft(api)).json()["scheduledAt"] == "2026-04-06T09:00:00Z"


@pytest.mark.usefixtures("mondays")
@pytest.mark.parametrize("status", [status for status in STATUSES if status != APPROVED])
def test_only_an_approved_draft_can_be_queued(api: Api, status: str) -> None:
    draft_id = store_draft(api, status=status)
    answer = queue(api, draft_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert status_of(api, draft_id) == status
    assert jobs_of(api, DUE_POST) == []


def test_without_slots_there_is_no_place(api: Api) -> None:
    rejected = queue(api, store_draft(api, status="rejected"))
    assert (rejected.status_code, "rejected" in rejected.json()["error"]) == (409, True)
    draft_id = store_draft(api)
    answer = queue(api, draft_id)
    assert (answer.status_code, answer.json()["error"]) == (409, NO_SLOTS)
    assert status_of(api, draft_id) == APPROVED


@pytest.mark.usefixtures("mondays")
def test_a_foreign_draft_and_one_that_is_none_are_alike(api: Api) -> None:
    foreign = store_draft(api, workspace_id=create_workspace(api.runtime, "other").workspace_id)
    answers = [queue(api, foreign), queue(api, "nobody"), queue(api, "é" * 1000)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert status_of(api, foreign) == APPROVED


@pytest.mark.usefixtures("mondays")
@pytest.mark.parametrize("draft_id", [None, "", 1, ["x"], "x" * 1001])
def test_what_is_no_id_is_refused_by_name(api: Api, draft_id: object) -> None:
    answer = queue(api, draft_id)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("draftId ")


@pytest.mark.usefixtures("mondays")
def test_no_two_drafts_get_one_slot(api: Api) -> None:
    drafts = [store_draft(api) for _ in range(24)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda draft_id: queue(api, draft_id), drafts))
    assert {answer.status_code for answer in answers} == {200}
    times = {datetime.fromisoformat(answer.json()["scheduledAt"]) for answer in answers}
    assert times == {MONDAY_9 + number * WEEK for number in range(24)}


def test_approved_drafts_wait_oldest_first(api: Api) -> None:
    first, second = store_draft(api), store_draft(api)
    for status in STATUSES:
        if status != APPROVED:
            store_draft(api, status=status)
    store_draft(api, workspace_id=create_workspace(api.runtime, "other").workspace_id)
    api.clock.move(seconds=1)
    third = store_draft(api)
    assert unscheduled(api) == [first, second, third]


@pytest.mark.usefixtures("mondays")
@pytest.mark.parametrize("content", [b"", b"{}", b'{"draftIds": null}', b'{"other": 1}'])
def test_all_that_are_approved_are_scheduled_oldest_first(api: Api, content: bytes) -> None:
    first, second = store_draft(api), store_draft(api)
    store_draft(api, status=SCHEDULED, scheduled_at=MONDAY_9)
    foreign = store_draft(api, workspace_id=create_workspace(api.runtime, "other").workspace_id)
    answer = api.send("POST", f"{SCHEDULE}/bulk", content=content)
    assert answer.json() == outcome((first, "2026-04-06T09:00:00Z"), (second, "2026-04-13T09:00:00Z"))
    assert [draft_id for draft_id, _ in jobs_of(api, DUE_POST)] == [first, second]
    assert unscheduled(api) == []
    assert status_of(api, foreign) == APPROVED


@pytest.mark.usefixtures("mondays")
def test_named_drafts_are_scheduled_in_the_order_of_the_names(api: Api) -> None:
    first, second, third = (store_draft(api) for _ in range(3))
    assert bulk(api, draftIds=[third, first, third]) == outcome(
        (third, "2026-03-30T09:00:00Z"), (first, "2026-04-06T09:00:00Z")
    )
    assert unscheduled(api) == [second]


@pytest.mark.usefixtures("mondays")
def test_what_cannot_be_scheduled_is_counted_and_the_first_cause_told(api: Api) -> None:
    good, posted = store_draft(api), store_draft(api, status="posted")
    foreign = store_draft(api, workspace_id=create_workspace(api.runtime, "other").workspace_id)
    taken = (good, "2026-03-30T09:00:00Z")
    reason = "A draft that is posted cannot be scheduled"
    assert bulk(api, draftIds=[posted, foreign, good, "nobody"]) == outcome(taken, skipped=3, reason=reason)
    reason = "Draft not found"
    assert bulk(api, draftIds=[foreign, posted]) == outcome(skipped=2, reason=reason)
    assert status_of(api, foreign) == APPROVED


def test_without_slots_all_are_skipped_for_that(api: Api) -> None:
    drafts = [store_draft(api), store_draft(api)]
    assert bulk(api) == outcome(skipped=2, reason=NO_SLOTS)
    assert bulk(api, draftIds=[*drafts, "nobody"]) == outcome(skipped=3, reason=NO_SLOTS)
    assert unscheduled(api) == drafts


def test_nothing_to_schedule_is_no_reason(api: Api) -> None:
    store_draft(api)
    assert bulk(api, draftIds=[]) == outcome()
    assert bulk(api, draftIds=[]) == bulk(api, draftIds=[], unknown=1)


@pytest.mark.usefixtures("mondays")
def test_what_time_has_no_room_for_is_skipped(api: Api) -> None:
    last = datetime(9999, 12, 27, 9, tzinfo=UTC)
    first, *others = (store_draft(api) for _ in range(4))
    api.clock.moment = last - timedelta(minutes=1)
    assert bulk(api) == outcome((first, "9999-12-27T09:00:00Z"), skipped=3, reason=NO_SLOTS)
    assert unscheduled(api) == others
    assert queue(api, others[0]).status_code == 409


@pytest.mark.usefixtures("mondays")
@pytest.mark.parametrize(
    "draft_ids", ["drf_x", {}, 1, [1], [None], [["x"]], ["x"] * 101], ids=lambda value: type(value).__name__
)
def test_what_is_no_list_of_ids_is_refused_and_nothing_is_scheduled(api: Api, draft_ids: object) -> None:
    draft_id = store_draft(api)
    if isinstance(draft_ids, list):
        draft_ids = [draft_id, *draft_ids]
    answer = api.send("POST", f"{SCHEDULE}/bulk", json={"draftIds": draft_ids})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("draftIds")
    assert status_of(api, draft_id) == APPROVED


@pytest.mark.usefixtures("mondays")
def test_bulks_and_queues_at_the_same_moment_share_no_slot(api: Api) -> None:
    drafts = [store_draft(api) for _ in range(40)]

    def plan(number: int) -> None:
        if number % 2:
            assert queue(api, drafts[number]).status_code in {200, 409}  # the bulk may have been first
        else:
            bulk(api, draftIds=drafts[number :: len(drafts) // 2])

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(plan, range(len(drafts) // 2)))
        threads.submit(bulk, api).result()
    due = [at for _, at in jobs_of(api, DUE_POST)]
    assert due == [MONDAY_9 + number * WEEK for number in range(40)]
