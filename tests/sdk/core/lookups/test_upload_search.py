"""Finding an upload by title and time: the newest, and no further down than need be."""

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

import pytest
from support.wire import Player, context, response

from pandocast_sdk._core.lookups.upload_search import find_upload
from pandocast_sdk._core.protocol import Outcome, Send
from pandocast_sdk.models.pandocast import Content

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)


class Uploads:
    """One upload a minute, the newest at noon, each titled by its minutes before noon."""

    def __init__(self, count: int = 500, *, suffix: str = "Z") -> None:
        self.count = count
        self.suffix = suffix
        self.titles: dict[int, str] = {}
        self.offsets: list[int] = []

    def respond(self, send: Send) -> Outcome:
        query = parse_qs(urlsplit(send.request.url).query)
        limit, offset = int(query["limit"][0]), int(query["offset"][0])
        self.offsets.append(offset)
        page = range(offset, min(self.count, offset + limit))
        has_more = offset + len(page) < self.count
        items = [self.upload(minutes) for minutes in page]
        return response(200, {"items": items, "total": self.count, "has_more": has_more})

    def upload(self, minutes: int) -> dict[str, str]:
        created_at = (NOON - timedelta(minutes=minutes)).replace(tzinfo=None).isoformat() + self.suffix
        title = self.titles.get(minutes, f"{minutes} min")
        return {
            "id": f"c{minutes}",
            "title": title,
            "content_type": "note",
            "status": "analyzed",
            "created_at": created_at,
        }

    def find(self, title: str, since: datetime) -> Content | None:
        return Player().play(find_upload(context(), title, since), self.respond)


def test_the_newest_upload_with_the_title_is_found() -> None:
    uploads = Uploads()
    uploads.titles.update({7: "Mine", 9: "Mine"})
    found = uploads.find("Mine", NOON - timedelta(hours=1))
    assert found is not None
    assert found.id == "c7"
    assert uploads.offsets == [0]


@pytest.mark.parametrize("title", ["mine", "Mine ", "Min", "Mine!", "M\u0131ne"])
def test_the_title_is_compared_exactly(title: str) -> None:
    uploads = Uploads(5)
    uploads.titles[2] = "Mine"
    assert uploads.find(title, NOON - timedelta(hours=1)) is None


@pytest.mark.parametrize("suffix", ["Z", "+00:00", ""])
def test_an_upload_exactly_as_old_counts_and_an_older_one_does_not(suffix: str) -> None:
    uploads = Uploads(suffix=suffix)
    zone = timezone(timedelta(hours=-7))
    assert uploads.find("30 min", (NOON - timedelta(minutes=30)).astimezone(zone)) is not None
    assert uploads.find("30 min", NOON - timedelta(minutes=30) + timedelta(microseconds=1)) is None


def test_the_list_is_read_until_its_rows_are_too_old() -> None:
    uploads = Uploads()
    assert uploads.find("no such", NOON - timedelta(minutes=150)) is None
    assert uploads.offsets == [0, 99]
    uploads.offsets.clear()
    assert uploads.find("250 min", NOON - timedelta(minutes=300)) is not None
    assert len(uploads.offsets) == 3


def test_a_list_without_the_title_has_no_such_upload() -> None:
    assert Uploads(150).find("no such", NOON - timedelta(days=1)) is None
    assert Uploads(0).find("no such", NOON) is None


def test_an_invalid_argument_is_rejected_before_anything_is_sent() -> None:
    uploads = Uploads()
    with pytest.raises(ValueError, match="since must have a UTC offset"):
        uploads.find("Mine", NOON.replace(tzinfo=None))
    with pytest.raises(ValueError, match="title must not be empty"):
        uploads.find("", NOON)
    assert uploads.offsets == []
