"""Scheduling: the request of each method, its result, and the arguments it rejects."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from support.passband_wire import (
    DRAFT,
    NO_CONFIRMATIONS,
    Call,
    assert_outcome_unknown,
    assert_rejected,
    make_call,
)

from pandocast_sdk import BulkSchedule, Conflicts, Draft, PostingTime, Slot

NOON = datetime(2026, 3, 30, 14, 0, tzinfo=timezone(timedelta(hours=2)))
SLOT = {"dayOfWeek": 6, "hour": 23, "minute": 59}
TIME = {"platform": "twitter", "dayOfWeek": 1, "hour": 9, "minute": 30, "score": 0.5}


def test_slots_reads_the_slots() -> None:
    exchange = make_call(lambda c: c.schedule.slots(), {"slots": [SLOT]})
    assert exchange.request == ("GET", "/schedule/slots", {}, None)
    assert exchange.result == [Slot(day_of_week=6, hour=23, minute=59)]


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (lambda c: c.schedule.replace_slots([]), []),
        (
            lambda c: c.schedule.replace_slots(
                slot
                for slot in (
                    Slot(day_of_week=0, hour=0, minute=0),
                    {"day_of_week": 6, "hour": 23, "minute": 59},
                    Slot.model_validate({**SLOT, "id": "slt_1"}),
                )
            ),
            [{"dayOfWeek": 0, "hour": 0, "minute": 0}, SLOT, SLOT],
        ),
    ],
)
def test_replace_slots_sends_an_array(call: Call, body: list[object]) -> None:
    exchange = make_call(call, {"slots": [SLOT]})
    assert exchange.request == ("PUT", "/schedule/slots", {}, body)
    assert exchange.result[0].minute == 59


def test_enqueue_sends_the_id_of_a_draft() -> None:
    exchange = make_call(lambda c: c.schedule.enqueue("drf/1"), DRAFT)
    assert exchange.request == ("POST", "/schedule/queue", {}, {"draftId": "drf/1"})
    assert isinstance(exchange.result, Draft)


def test_unscheduled_reads_drafts() -> None:
    exchange = make_call(lambda c: c.schedule.unscheduled(), {"drafts": [DRAFT]})
    assert exchange.request == ("GET", "/schedule/unscheduled", {}, None)
    assert exchange.result == [Draft.model_validate(DRAFT)]


@pytest.mark.parametrize(
    ("call", "extra"),
    [
        (lambda c: c.schedule.conflicts(NOON), {}),
        (lambda c: c.schedule.conflicts(NOON, exclude_draft_id="d&1"), {"excludeDraftId": "d&1"}),
    ],
)
def test_conflicts_reads_the_drafts_near_a_time(call: Call, extra: dict[str, str]) -> None:
    exchange = make_call(call, {"hasConflict": True, "count": 1, "conflicts": [DRAFT]})
    query = {"scheduledAt": "2026-03-30T12:00:00Z", **extra}
    assert exchange.request == ("GET", "/schedule/conflicts", query, None)
    assert isinstance(exchange.result, Conflicts)
    assert (exchange.result.has_conflict, exchange.result.conflicts[0].id) == (True, "drf_1")


def test_recommended_times_sends_platforms() -> None:
    exchange = make_call(
        lambda c: c.schedule.recommended_times(platforms=iter(["twitter", "a b"])), {"times": [TIME]}
    )
    assert exchange.request == ("GET", "/schedule/recommended-times", {"platforms": "twitter,a b"}, None)
    assert exchange.result == [PostingTime(platform="twitter", day_of_week=1, hour=9, minute=30, score=0.5)]


@pytest.mark.parametrize(
    ("call", "query"),
    [
        (lambda c: c.schedule.best_times(), {}),
        (lambda c: c.schedule.best_times(platform="threads"), {"platform": "threads"}),
    ],
)
def test_best_times_reads_times(call: Call, query: dict[str, str]) -> None:
    exchange = make_call(call, {"times": [TIME]})
    assert exchange.request == ("GET", "/schedule/best-times", query, None)
    assert exchange.result[0].score == 0.5


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (lambda c: c.schedule.bulk(), {}),
        (lambda c: c.schedule.bulk(draft_ids=iter(["a", "b"])), {"draftIds": ["a", "b"]}),
    ],
)
def test_bulk_schedules_drafts(call: Call, body: dict[str, object]) -> None:
    scheduled = [{"id": "drf_1", "scheduledAt": "2026-03-30T12:00:00Z"}]
    exchange = make_call(call, {"scheduled": scheduled, "skipped": 1, "reason": "No free slot."})
    assert exchange.request == ("POST", "/schedule/bulk", {}, body)
    assert isinstance(exchange.result, BulkSchedule)
    assert exchange.result.scheduled[0].scheduled_at == datetime(2026, 3, 30, 12, tzinfo=UTC)
    assert (exchange.result.skipped, exchange.result.reason) == (1, "No free slot.")


@pytest.mark.parametrize("paused", [True, False])
def test_is_paused_reads_whether_posting_is_paused(paused: bool) -> None:  # noqa: FBT001
    exchange = make_call(lambda c: c.schedule.is_paused(), {"paused": paused})
    assert exchange.request == ("GET", "/schedule/pause", {}, None)
    assert exchange.result is paused


@pytest.mark.parametrize(
    ("call", "paused"), [(lambda c: c.schedule.pause(), True), (lambda c: c.schedule.resume(), False)]
)
def test_pause_and_resume_send_the_state(call: Call, paused: bool) -> None:  # noqa: FBT001
    exchange = make_call(call, {"paused": paused})
    assert exchange.request == ("PUT", "/schedule/pause", {}, {"paused": paused})
    assert exchange.result is None


@pytest.mark.parametrize(
    ("call", "paused"), [(lambda c: c.schedule.pause(), True), (lambda c: c.schedule.resume(), False)]
)
def test_pause_and_resume_believe_only_the_state_that_they_sent(call: Call, paused: bool) -> None:  # noqa: FBT001
    for body in (*NO_CONFIRMATIONS, b'{"paused": %s}' % (b"false" if paused else b"true")):
        assert_outcome_unknown(call, 200, body)


@pytest.mark.parametrize("call", [lambda c: c.schedule.pause(), lambda c: c.schedule.resume()])
@pytest.mark.parametrize("status", [200, 204])
def test_pause_and_resume_believe_a_success_without_a_body(call: Call, status: int) -> None:
    assert make_call(call, None, status).result is None


def replace_slots(**changes: object) -> Call:
    slot = {"day_of_week": 1, "hour": 2, "minute": 3}
    return lambda c: c.schedule.replace_slots([slot, {**slot, **changes}])


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (replace_slots(day_of_week=-1), r"slots\[1\].day_of_week must be from 0 to 6, not -1"),
        (replace_slots(day_of_week=7), r"slots\[1\].day_of_week must be from 0 to 6, not 7"),
        (replace_slots(hour=-1), r"slots\[1\].hour must be from 0 to 23"),
        (replace_slots(hour=24), r"slots\[1\].hour must be from 0 to 23"),
        (replace_slots(minute=-1), r"slots\[1\].minute must be from 0 to 59"),
        (replace_slots(minute=60), r"slots\[1\].minute must be from 0 to 59"),
        (replace_slots(minute=True), r"slots\[1\].minute must be a whole number"),
        (replace_slots(minute="0"), r"slots\[1\].minute must be a whole number"),
        (replace_slots(minute=None), r"slots\[1\].minute must be a whole number"),
        (replace_slots(second=0), r"slots\[1\] may have these members only: day_of_week, hour, minute"),
        (lambda c: c.schedule.replace_slots([SLOT]), r"slots\[0\] may have these members only"),
        (lambda c: c.schedule.replace_slots([(1, 2, 3)]), r"slots\[0\].day_of_week must be a whole number"),
        (
            lambda c: c.schedule.replace_slots([Slot(day_of_week=9, hour=0, minute=0)]),
            r"slots\[0\].day_of_week must be from 0 to 6",
        ),
        (lambda c: c.schedule.replace_slots({"day_of_week": 1, "hour": 2, "minute": 3}), "must be a list"),
        (lambda c: c.schedule.enqueue(None), "draft_id must be text, not None"),
        (
            lambda c: c.schedule.conflicts(datetime(2026, 3, 30, 14, 0)),  # noqa: DTZ001
            "scheduled_at must have a UTC offset",
        ),
        (lambda c: c.schedule.recommended_times(platforms=[]), "platforms must have at least 1"),
        (lambda c: c.schedule.recommended_times(platforms="twitter"), "platforms must be a list"),
        (
            lambda c: c.schedule.recommended_times(platforms=["a,b"]),
            r"platforms\[0\] must not have a comma",
        ),
        (lambda c: c.schedule.bulk(draft_ids=[]), "draft_ids must have at least 1"),
        (lambda c: c.schedule.bulk(draft_ids="drf_1"), "draft_ids must be a list"),
    ],
)
def test_an_invalid_argument_is_rejected_before_anything_is_sent(call: Call, match: str) -> None:
    assert_rejected(call, match)
