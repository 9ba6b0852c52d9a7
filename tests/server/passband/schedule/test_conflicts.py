"""Conflicts: what is scheduled within 30 minutes of a time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from support.in_process import Api, StillClock, open_api
from support.stored_drafts import store_draft

from pandocast_server.passband.drafts.transitions import SCHEDULED, STATUSES
from pandocast_server.timestamps import wire_text
from pandocast_server.workspaces import create_workspace

PATH = "http://server/passband/v1/schedule/conflicts"
NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as api:
        yield api


def scheduled(api: Api, at: datetime) -> str:
    return store_draft(api, status=SCHEDULED, scheduled_at=at)


def conflicts(api: Api, at: str | datetime = NOON, **query: str) -> list[str]:
    text = at if isinstance(at, str) else wire_text(at)
    answer = api.send("GET", f"{PATH}?{urlencode({'scheduledAt': text, **query})}")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    ids = [draft["id"] for draft in body["conflicts"]]
    assert (body["hasConflict"], body["count"]) == (bool(ids), len(ids))
    return ids


def test_both_ends_are_included_to_the_microsecond(api: Api) -> None:
    scheduled(api, NOON + HALF_HOUR + INSTANT)
    last = scheduled(api, NOON + HALF_HOUR)
    first = scheduled(api, NOON - HALF_HOUR)
    scheduled(api, NOON - HALF_HOUR - INSTANT)
    there = [scheduled(api, NOON), scheduled(api, NOON)]
    assert conflicts(api) == [first, *there, last]
    assert conflicts(api, NOON + INSTANT)[0] == there[0]


def test_a_time_can_have_any_offset(api: Api) -> None:
    there = scheduled(api, NOON)
    assert conflicts(api, "2026-03-30T17:29:59.5+05:00") == [there]


def test_one_draft_can_be_left_out(api: Api) -> None:
    one, other = scheduled(api, NOON), scheduled(api, NOON)
    assert conflicts(api, excludeDraftId=one) == [other]
    assert conflicts(api, excludeDraftId="nobody") == [one, other]


def test_only_what_is_scheduled_here_counts(api: Api) -> None:
    for status in STATUSES:
        if status != SCHEDULED:
            store_draft(api, status=status, scheduled_at=NOON)
    other = create_workspace(api.runtime, "other").workspace_id
    store_draft(api, status=SCHEDULED, scheduled_at=NOON, workspace_id=other)
    assert conflicts(api) == []


def test_time_has_ends(api: Api) -> None:
    last = scheduled(api, datetime.max.replace(tzinfo=UTC))
    assert conflicts(api, "9999-12-31T23:59:59Z") == [last]
    assert conflicts(api, "9999-12-31T23:29:59.999999Z") == [last]
    assert conflicts(api, "9999-12-31T23:29:59.999998Z") == []
    assert conflicts(api, "0001-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("", "scheduledAt"),
        ("scheduledAt=", "scheduledAt"),
        ("scheduledAt=tomorrow", "scheduledAt"),
        ("scheduledAt=2026-03-30T12:00:00", "scheduledAt"),
        ("scheduledAt=2026-02-30T12:00:00Z", "scheduledAt"),
        ("scheduledAt=0001-01-01T00:00:00%2B01:00", "scheduledAt"),
        ("scheduledAt=2026-03-30T12:00:00Z&scheduledAt=2026-03-30T12:00:00Z", "scheduledAt"),
        ("scheduledAt=2026-03-30T12:00:00Z&excludeDraftId=", "excludeDraftId"),
        ("scheduledAt=2026-03-30T12:00:00Z&excludeDraftId=%00", "excludeDraftId"),
        ("scheduledAt=2026-03-30T12:00:00Z&excludeDraftId=a&excludeDraftId=b", "excludeDraftId"),
    ],
)
def test_a_bad_parameter_is_refused_by_name(api: Api, query: str, name: str) -> None:
    answer = api.send("GET", f"{PATH}?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{name} ")
