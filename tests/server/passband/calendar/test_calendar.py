"""The calendar as it is served: what is in it, and who can read it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
import vobject
from support.in_process import Api, StillClock, open_api
from support.stored_drafts import store_draft

from pandocast_server.passband.calendar import feed as calendar
from pandocast_server.passband.calendar.feed import disable_feed, enable_feed, renew_feed
from pandocast_server.passband.drafts.transitions import POSTED, SCHEDULED, STATUSES
from pandocast_server.workspaces import create_workspace

FEED = "http://server/passband/v1/calendar/feed"
MONTH = timedelta(days=30)
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as api:
        yield api


def address(api: Api, key: str = "") -> str:
    answer = api.send("GET", FEED, key=key)
    assert answer.json()["enabled"] is True
    url: str = answer.json()["url"]
    return url


def read(api: Api, url: str) -> httpx.Response:
    return api.send("GET", url, key=None)


def drafts(api: Api, key: str = "") -> list[str]:
    """Give the drafts in the calendar, in its order."""
    answer = read(api, address(api, key))
    assert answer.status_code == 200, answer.text
    events = vobject.readOne(answer.text).contents.get("vevent", [])
    return [event.uid.value.partition("@")[0] for event in events]


def change(api: Api, what: object) -> None:
    assert callable(what)
    with api.runtime.database.write() as connection:
        what(connection, workspace_id=api.workspace.workspace_id)


def scheduled(api: Api, at: datetime) -> str:
    return store_draft(api, status=SCHEDULED, scheduled_at=at)


def posted(api: Api, at: datetime) -> str:
    return store_draft(api, status=POSTED, posted_at=at, scheduled_at=at - timedelta(days=300))


def test_the_address_is_that_of_the_server_that_was_asked(api: Api) -> None:
    headers = {"Host": "passband.example.com:8443"}
    url = api.send("GET", FEED, headers=headers).json()["url"]
    whose = api.workspace.workspace_id
    assert url.startswith(f"http://passband.example.com:8443/passband/v1/calendar/{whose}/")
    assert url.endswith(".ics")
    assert read(api, url).status_code == 200


def test_a_calendar_is_read_without_a_key_and_kept_by_nobody(api: Api) -> None:
    scheduled(api, api.clock.now())
    answer = read(api, address(api))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert read(api, address(api)).content == answer.content
    head = api.send("HEAD", address(api), key=None)
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(answer.content)))


def test_it_has_what_is_scheduled_and_what_was_posted_in_30_days(api: Api) -> None:
    now = api.clock.now()
    posted(api, now - MONTH - INSTANT)
    month_ago, latest = posted(api, now - MONTH), posted(api, now)
    far = scheduled(api, now + timedelta(days=400))
    overdue = scheduled(api, now - timedelta(days=1))  # paused
    together = [scheduled(api, now + timedelta(days=500)) for _ in range(3)]
    for status in STATUSES:
        if status not in {SCHEDULED, POSTED}:
            store_draft(api, status=status, scheduled_at=now, posted_at=now)
    assert drafts(api) == [overdue, far, *together, latest, month_ago]
    api.clock.move(microseconds=1)
    assert drafts(api) == [overdue, far, *together, latest]


def test_it_has_no_more_than_it_can_hold_the_next_first(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar, "MOST_EVENTS", 3)
    now = api.clock.now()
    posted(api, now - timedelta(hours=2))
    latest = posted(api, now - timedelta(hours=1))
    second, first = scheduled(api, now + timedelta(hours=2)), scheduled(api, now + timedelta(hours=1))
    assert drafts(api) == [first, second, latest]
    scheduled(api, now + timedelta(hours=4))
    third = scheduled(api, now + timedelta(hours=3))
    assert drafts(api) == [first, second, third]


def test_it_is_a_workspace_s_own(api: Api) -> None:
    other = create_workspace(api.runtime, "other")
    draft_id = store_draft(
        api, status=SCHEDULED, scheduled_at=api.clock.now(), workspace_id=other.workspace_id
    )
    assert drafts(api) == []
    assert drafts(api, other.api_key) == [draft_id]


def test_every_wrong_address_is_the_same_404(api: Api) -> None:
    other = create_workspace(api.runtime, "other")
    url = address(api)
    folder, _, file = url.rpartition("/")
    renewed, off = url, address(api, other.api_key)
    change(api, renew_feed)
    with api.runtime.database.write() as connection:
        disable_feed(connection, workspace_id=other.workspace_id)
    own = address(api)
    wrong = [
        *(renewed, off, f"{folder}/{off.rpartition('/')[2]}", f"{folder}/x.ics", f"{folder}/.ics"),
        *(own.removesuffix(".ics"), own + "x", own[:-5] + ".ics", own.replace(".ics", ".ICS"), own.lower()),
        *(f"{folder}/%FF.ics", f"{folder}/%F0%9F%98%80.ics", f"{folder}/{'x' * 5000}.ics"),
        own.replace(api.workspace.workspace_id, "ws_nobody"),
        own.replace(api.workspace.workspace_id, other.workspace_id),
        own.replace(api.workspace.workspace_id, "%F0%9F%98%80"),
    ]
    answers = [read(api, each) for each in wrong]
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (404, b'{"error":"Calendar not found","code":"not_found","status":404}')
    }
    assert file not in "".join(answer.text for answer in answers)
    assert read(api, own).status_code == 200


def test_it_can_be_turned_off_and_on(api: Api) -> None:
    url = address(api)
    for _ in range(2):
        change(api, disable_feed)
        assert api.send("GET", FEED).json() == {"enabled": False, "url": None}
        assert read(api, url).status_code == 404
    for _ in range(2):
        change(api, enable_feed)
        assert address(api) == url
        assert read(api, url).status_code == 200


def test_an_address_that_was_renewed_is_worth_nothing_for_good(api: Api) -> None:
    addresses = [address(api)]
    for _ in range(3):
        change(api, renew_feed)
        addresses.append(address(api))
    change(api, disable_feed)
    change(api, renew_feed)
    assert api.send("GET", FEED).json() == {"enabled": False, "url": None}
    change(api, enable_feed)
    addresses.append(address(api))
    assert len(set(addresses)) == 5
    assert [read(api, each).status_code for each in addresses] == [404, 404, 404, 404, 200]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_it_is_only_read(api: Api, method: str) -> None:
    answer = api.send(method, address(api), key=None, json={})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
