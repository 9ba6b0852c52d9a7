"""Scheduling: what each method puts on the wire, what it reads, and what it refuses to send."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from support.passband_wire import DRAFT, Call, make, refuse

from pandocast_sdk import BulkSchedule, Conflicts, Draft, PostingTime, Slot

NOON = datetime(2026, 3, 30, 14, 0, tzinfo=timezone(timedelta(hours=2)))
SLOT = {"dayOfWeek": 6, "hour": 23, "minute": 59}
TIME = {"platform": "twitter", "dayOfWeek": 1, "hour": 9, "minute": 30, "score": 0.5}


def test_slots_are_read() -> None:
    exchange = make(lambda c: c.schedule.slots(), {"slots": [SLOT]})
    assert exchange.asked == ("GET", "/schedule/slots", {}, None)
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
def test_slots_are_replaced_by_an_array(call: Call, body: list[object]) -> None:
    exchange = make(call, {"slots": [SLOT]})
    assert exchange.asked == ("PUT", "/schedule/slots", {}, body)
    assert exchange.result[0].minute == 59


def test_a_draft_is_queued() -> None:
    exchange = make(lambda c: c.schedule.enqueue("drf/1"), DRAFT)
    assert exchange.asked == ("POST", "/schedule/queue", {}, {"draftId": "drf/1"})
    assert isinstance(exchange.result, Draft)


def test_drafts_without_a_time_are_read() -> None:
    exchange = make(lambda c: c.schedule.unscheduled(), {"drafts": [DRAFT]})
    assert exchange.asked == ("GET", "/schedule/unscheduled", {}, None)
    assert exchange.result == [Draft.model_validate(DRAFT)]


@pytest.mark.parametrize(
    ("call", "extra"),
    [
        (lambda c: c.schedule.conflicts(NOON), {}),
        (lambda c: c.schedule.conflicts(NOON, exclude_draft_id="d&1"), {"excludeDraftId": "d&1"}),
    ],
)
def test_conflicts_are_read(call: Call, extra: dict[str, str]) -> None:
    exchange = make(call, {"hasConflict": True, "count": 1, "conflicts": [DRAFT]})
    query = {"scheduledAt": "2026-03-30T12:00:00Z", **extra}
    assert exchange.asked == ("GET", "/schedule/conflicts", query, None)
    assert isinstance(exchange.result, Conflicts)
    assert (exchange.result.has_conflict, exchange.result.conflicts[0].id) == (True, "drf_1")


def test_times_are_recommended() -> None:
    exchange = make(
        lambda c: c.schedule.recommended_times(platforms=iter(["twitter", "a b"])), {"times": [TIME]}
    )
    assert exchange.asked == ("GET", "/schedule/recommended-times", {"platforms": "twitter,a b"}, None)
    assert exchange.result == [PostingTime(platform="twitter", day_of_week=1, hour=9, minute=30, score=0.5)]


@pytest.mark.parametrize(
    ("call", "query"),
    [
        (lambda c: c.schedule.best_times(), {}),
        (lambda c: c.schedule.best_times(platform="threads"), {"platform": "threads"}),
    ],
)
def test_the_best_times_are_read(call: Call, query: dict[str, str]) -> None:
    exchange = make(call, {"times": [TIME]})
    assert exchange.asked == ("GET", "/schedule/best-times", query, None)
    assert exchange.result[0].score == 0.5


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (lambda c: c.schedule.bulk(), {}),
        (lambda c: c.schedule.bulk(draft_ids=iter(["a", "b"])), {"draftIds": ["a", "b"]}),
    ],
)
def test_many_drafts_are_scheduled(call: Call, body: dict[str, object]) -> None:
    scheduled = [{"id": "drf_1", "scheduledAt": "2026-03-30T12:00:00Z"}]
    exchange = make(call, {"scheduled": scheduled, "skipped": 1, "reason": "No free slot."})
    assert exchange.asked == ("POST", "/schedule/bulk", {}, body)
    assert isinstance(exchange.result, BulkSchedule)
    assert exchange.result.scheduled[0].scheduled_at == datetime(2026, 3, 30, 12, tzinfo=UTC)
    assert (exchange.result.skipped, exchange.result.reason) == (1, "No free slot.")


@pytest.mark.parametrize("paused", [True, False])
def test_whether_posting_is_paused_is_told(paused: bool) -> None:  # noqa: FBT001
    exchange = make(lambda c: c.schedule.is_paused(), {"paused": paused})
    assert exchange.asked == ("GET", "/schedule/pause", {}, None)
    assert exchange.result is paused


@pytest.mark.parametrize(
    ("call", "paused"), [(lambda c: c.schedule.pause(), True), (lambda c: c.schedule.resume(), False)]
)
def test_posting_is_paused_and_resumed(call: Call, paused: bool) -> None:  # noqa: FBT001
    exchange = make(call, {"paused": paused})
    assert exchange.asked == ("PUT", "/schedule/pause", {}, {"paused": paused})
    assert exchange.result is None


def replacing(**changes: object) -> Call:
    slot = {"day_of_week": 1, "hour": 2, "minute": 3}
    return lambda c: c.schedule.replace_slots([slot, {**slot, **changes}])


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (replacing(day_of_week=-1), r"slots\[1\].day_of_week must be from 0 to 6, not -1"),
        (replacing(day_of_week=7), r"slots\[1\].day_of_week must be from 0 to 6, not 7"),
        (replacing(hour=-1), r"slots\[1\].hour must be from 0 to 23"),
        (replacing(hour=24), r"slots\[1\].hour must be from 0 to 23"),
        (replacing(minute=-1), r"slots\[1\].minute must be from 0 to 59"),
        (replacing(minute=60), r"slots\[1\].minute must be from 0 to 59"),
        (replacing(minute=True), r"slots\[1\].minute must be a whole number"),
        (replacing(minute="0"), r"slots\[1\].minute must be a whole number"),
        (replacing(minute=None), r"slots\[1\].minute must be a whole number"),
        (replacing(second=0), r"slots\[1\] may have these members only: day_of_week, hour, minute"),
        (lambda c: c.schedule.replace_slots([SLOT]), r"slots\[0\] may have these members only"),
        (lambda c: c.schedule.replace_slots([(1, 2, 3)]), r"slots\[0\].day_of_week must be a whole number"),
        (
            lambda c: c.schedule.replace_slots([Slot(day_of_week=9, hour=0, minute=0)]),
            r"slots\[0\].day_of_week must be from 0 to 6",
        ),
        (lambda c: c.schedule.replace_slots({"day_of_week": 1, "hour": 2, "minute": 3}), "must be a list"),
        (lambda c: c.schedule.enqueue(""), "draft_id must not be empty"),
        (
            lambda c: c.schedule.conflicts(datetime(2026, 3, 30, 14, 0)),  # noqa: DTZ001
            "scheduled_at must have a UTC offset",
        ),
        (lambda c: c.schedule.recommended_times(platforms=[]), "platforms must have at least 1"),
        (lambda c: c.schedule.recommended_times(platforms="twitter"), "platforms must be a list"),
        (
            lambda c: c.schedule.recommended_times(platforms=["a,b"]),
            r"platforms\[0\] must not be blank or hold",
        ),
        (lambda c: c.schedule.bulk(draft_ids=[]), "draft_ids must have at least 1"),
        (lambda c: c.schedule.bulk(draft_ids="drf_1"), "draft_ids must be a list"),
    ],
)
def test_what_is_out_of_bounds_is_not_sent(call: Call, match: str) -> None:
    refuse(call, match)
