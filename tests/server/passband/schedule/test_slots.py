"""The slots of the schedule, and which of them is free."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.in_process import Api, StillClock, open_api

from pandocast_server.passband.drafts.rows import NewDraft, add_drafts, find_draft
from pandocast_server.passband.drafts.transitions import APPROVED
from pandocast_server.passband.schedule.scheduling import _occurrences, free_slots, put_on_schedule
from pandocast_server.timestamps import from_microseconds
from pandocast_server.workspaces import create_workspace

PATH = "http://server/passband/v1/schedule/slots"
WEEK = timedelta(weeks=1)
MONDAY_9 = {"dayOfWeek": 1, "hour": 9, "minute": 0}
SATURDAY = datetime(2026, 3, 28, 10, tzinfo=UTC)  # where the clock stands


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock(SATURDAY)) as api:
        yield api


def put(api: Api, slots: object) -> list[object]:
    answer = api.send("PUT", PATH, json=slots)
    assert answer.status_code == 200, answer.text
    assert api.send("GET", PATH).json() == answer.json()
    found: list[object] = answer.json()["slots"]
    return found


def schedule(api: Api, *times: datetime, workspace_id: str | None = None) -> None:
    whose = workspace_id or api.workspace.workspace_id
    for at in times:
        with api.runtime.database.write() as connection:
            new = NewDraft(format="SHORT", status=APPROVED, text="Hello")
            [draft_id] = add_drafts(connection, api.runtime, workspace_id=whose, new=[new])
            draft = find_draft(connection, workspace_id=whose, draft_id=draft_id)
            put_on_schedule(connection, api.runtime, draft, at=at)


def free(api: Api, after: datetime) -> datetime | None:
    with api.runtime.database.write() as connection:
        return next(free_slots(connection, workspace_id=api.workspace.workspace_id, after=after), None)


def test_there_are_none_at_first(api: Api) -> None:
    assert api.send("GET", PATH).json() == {"slots": []}


def test_slots_are_replaced_and_sorted(api: Api) -> None:
    put(api, [MONDAY_9])
    given = [
        {"dayOfWeek": 6, "hour": 23, "minute": 59},
        {"dayOfWeek": 0, "hour": 10, "minute": 0, "note": "unknown fields are ignored"},
        {"dayOfWeek": 0.0, "hour": 9.0, "minute": 30},
    ]
    assert put(api, given) == [
        {"dayOfWeek": 0, "hour": 9, "minute": 30},
        {"dayOfWeek": 0, "hour": 10, "minute": 0},
        {"dayOfWeek": 6, "hour": 23, "minute": 59},
    ]
    assert put(api, []) == []


def test_a_schedule_is_a_workspace_s_own(api: Api) -> None:
    other = create_workspace(api.runtime, "other")
    put(api, [MONDAY_9])
    assert api.send("GET", PATH, key=other.api_key).json() == {"slots": []}
    assert api.send("PUT", PATH, key=other.api_key, json=[]).status_code == 200
    assert api.send("GET", PATH).json() == {"slots": [MONDAY_9]}


def many(number: int) -> list[dict[str, int]]:
    return [{"dayOfWeek": n % 7, "hour": n // 7 % 24, "minute": n // 168} for n in range(number)]


def test_500_slots_are_the_most(api: Api) -> None:
    assert len(put(api, many(500))) == 500
    refused = api.send("PUT", PATH, json=many(501))
    assert (refused.status_code, refused.json()["error"]) == (
        400,
        "The request body must have at most 500 entries, not 501",
    )


@pytest.mark.parametrize(
    ("slots", "words"),
    [
        ({"slots": []}, "must be a JSON array"),
        (None, "must be a JSON array"),
        ([None], "slots[0] must be an object"),
        ([[1, 9, 0]], "slots[0] must be an object"),
        (["MON 09:00"], "slots[0] must be an object"),
        ([MONDAY_9, {}], "slots[1].dayOfWeek is missing"),
        ([{"dayOfWeek": 1, "hour": 9}], "slots[0].minute is missing"),
        ([{**MONDAY_9, "dayOfWeek": 7}], "slots[0].dayOfWeek must be a whole number from 0 to 6"),
        ([{**MONDAY_9, "dayOfWeek": -1}], "slots[0].dayOfWeek"),
        ([{**MONDAY_9, "hour": 24}], "slots[0].hour must be a whole number from 0 to 23"),
        ([{**MONDAY_9, "minute": 60}], "slots[0].minute must be a whole number from 0 to 59"),
        ([{**MONDAY_9, "minute": 0.5}], "slots[0].minute"),
        ([{**MONDAY_9, "minute": 10**30}], "slots[0].minute"),
        ([{**MONDAY_9, "hour": True}], "slots[0].hour"),
        ([{**MONDAY_9, "hour": "9"}], "slots[0].hour"),
        ([{**MONDAY_9, "hour": None}], "slots[0].hour"),
        (
            [MONDAY_9, {**MONDAY_9, "hour": 8}, {**MONDAY_9, "minute": 0.0}],
            "No two slots can be the same",
        ),
    ],
    ids=str,
)
def test_a_bad_slot_is_named_and_nothing_is_changed(api: Api, slots: object, words: str) -> None:
    put(api, [{**MONDAY_9, "minute": 59}])
    content = b"null" if slots is None else None
    refused = api.send("PUT", PATH, json=slots, content=content)
    assert refused.status_code == 400
    assert words in refused.json()["error"]
    assert api.send("GET", PATH).json() == {"slots": [{**MONDAY_9, "minute": 59}]}


def test_the_next_slot_is_strictly_later(api: Api) -> None:
    put(api, [MONDAY_9])
    nine = datetime(2026, 3, 30, 9, tzinfo=UTC)
    assert free(api, SATURDAY) == nine
    assert free(api, nine - timedelta(microseconds=1)) == nine
    assert free(api, nine) == nine + WEEK


def test_sunday_is_0_and_begins_the_week(api: Api) -> None:
    put(api, [{"dayOfWeek": 0, "hour": 0, "minute": 0}, {"dayOfWeek": 6, "hour": 23, "minute": 59}])
    sunday = datetime(2026, 3, 29, tzinfo=UTC)
    assert free(api, SATURDAY) == sunday - timedelta(minutes=1)
    assert free(api, sunday - timedelta(minutes=1)) == sunday
    assert free(api, sunday) == sunday + WEEK - timedelta(minutes=1)


def test_taken_slots_are_passed_over_for_any_number_of_weeks(api: Api) -> None:
    put(api, [MONDAY_9])
    nine = datetime(2026, 3, 30, 9, tzinfo=UTC)
    schedule(api, *(nine + number * WEEK for number in range(60) if number != 57))
    assert free(api, SATURDAY) == nine + 57 * WEEK
    assert free(api, nine + 57 * WEEK) == nine + 60 * WEEK


def test_only_a_draft_of_the_workspace_at_exactly_that_time_takes_a_slot(api: Api) -> None:
    put(api, [MONDAY_9])
    nine = datetime(2026, 3, 30, 9, tzinfo=UTC)
    schedule(api, nine - timedelta(microseconds=1), nine + timedelta(seconds=1))
    schedule(api, nine, workspace_id=create_workspace(api.runtime, "other").workspace_id)
    assert free(api, SATURDAY) == nine


def test_without_slots_none_is_free(api: Api) -> None:
    assert free(api, SATURDAY) is None


@pytest.mark.parametrize("after", [datetime(9999, 12, 27, 9, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_time_ends(api: Api, after: datetime) -> None:
    put(api, [MONDAY_9])
    assert free(api, after) is None


def test_a_year_s_last_slot_can_be_had(api: Api) -> None:
    put(api, [{"dayOfWeek": 5, "hour": 23, "minute": 59}])  # the last day there is, is a Friday
    assert free(api, datetime(9999, 12, 31, tzinfo=UTC)) == datetime(9999, 12, 31, 23, 59, tzinfo=UTC)


weeks = st.sets(
    st.tuples(st.integers(0, 6), st.integers(0, 23), st.integers(0, 59)), min_size=1, max_size=5
).map(sorted)


@settings(max_examples=settings().max_examples // 2)
@given(week=weeks, after=st.integers(0, 250 * 10**15).map(from_microseconds))
def test_occurrences_are_all_minutes_that_fit_a_slot(
    week: Sequence[tuple[int, int, int]], after: datetime
) -> None:
    into_week = [timedelta(days=day, hours=hour, minutes=minute) for day, hour, minute in week]
    found = _occurrences(into_week, after)
    first_two_weeks = [next(found) for _ in range(2 * len(week))]
    minute = after.replace(second=0, microsecond=0)
    counted: list[datetime] = []
    for _ in range(2 * 7 * 24 * 60 + 1):
        fits = (int(minute.strftime("%w")), minute.hour, minute.minute) in week
        if fits and after < minute <= after + 2 * WEEK:
            counted.append(minute)
        minute += timedelta(minutes=1)
    assert first_two_weeks == counted
