"""The iCalendar document, read by another library than the one that wrote it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import vobject
from hypothesis import example, given
from hypothesis import strategies as st

from pandocast_server.generation.cleaning import clean
from pandocast_server.passband.calendar.document import calendar_document

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)
CHANGED = datetime(2026, 3, 28, 10, 0, 0, 999_999, tzinfo=UTC)
QUARTER = timedelta(minutes=15)

NASTY = (
    *("\r\n", "\r", "\n", "\u2028", "\u2029", "\x85", "\v", "\f", "\t", "\x00", "\x1b", "\x7f", "\ufeff"),
    *("\\", "\\n", "\\,", ",", ";", ":", '"', "^n", "=", " ", "\r\n ", "\n\t", "…"),
    *("END:VEVENT", "\r\nEND:VEVENT\r\n", "\nBEGIN:VALARM\n", "\r\nATTACH:file:///etc/passwd\r\n"),
    *("🎉", "👩‍👩‍👧", "é", "字", "e\u0301", "\u202e", "x" * 74, "é" * 200, "🎉" * 30, "\\" * 80),
)
texts = st.lists(st.text(max_size=20) | st.sampled_from(NASTY), max_size=12).map("".join)


def posting(text: str = "Hello", *, at: datetime = NOON, **changes: Any) -> dict[str, Any]:
    fields = {"id": "drf_1", "status": "scheduled", "tags": (), "updated_at": CHANGED, **changes}
    return {"text": text, "scheduled_at": at, "posted_at": None, **fields}


def events(document: bytes) -> list[Any]:
    calendar = vobject.readOne(document.decode())
    return list(calendar.contents.get("vevent", []))


def test_an_event_tells_a_posting() -> None:
    text = "Launch day, at last\n\nRead more; it's worth it."
    [event] = events(calendar_document([posting(text, tags=["launch", "a;b"])]))
    assert event.uid.value == "drf_1@passband"
    assert event.dtstart.value == NOON
    assert event.duration.value == QUARTER
    assert event.dtstamp.value == event.last_modified.value == CHANGED.replace(microsecond=0)
    assert event.summary.value == "Launch day, at last"
    assert event.description.value == text
    assert event.categories.value == ["launch", "a;b"]
    assert (event.status.value, event.transp.value) == ("TENTATIVE", "TRANSPARENT")


def test_what_is_posted_is_confirmed() -> None:
    [event] = events(calendar_document([posting(status="posted", posted_at=NOON)]))
    assert event.status.value == "CONFIRMED"
    assert "categories" not in event.contents


def test_the_calendar_says_what_it_is() -> None:
    lines = calendar_document([]).decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    for line in (
        "VERSION:2.0",
        "PRODID:-//pandocast//Passband reference server//EN",
        "X-WR-CALNAME:Passband posts",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ):
        assert lines.count(line) == 1
    assert "BEGIN:VEVENT" not in lines


def test_times_are_utc() -> None:
    document = calendar_document([posting()]).decode()
    assert "\r\nDTSTART:20260330T120000Z\r\n" in document
    assert "\r\nDURATION:PT15M\r\n" in document


def test_the_last_post_that_there_can_be_is_shown() -> None:
    [event] = events(calendar_document([posting(at=datetime.max.replace(tzinfo=UTC))]))
    assert event.dtstart.value == datetime.max.replace(tzinfo=UTC, microsecond=0)


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("\n \r\n  Second line \nThird", "Second line"),
        ("A\u2028B", "A"),
        ("\x1b\x07", "Untitled"),
        ("word " * 100, "word " * 15 + "word…"),
        ("x" * 81, "x" * 79 + "…"),
        ("x" * 80, "x" * 80),
    ],
)
def test_a_summary_is_a_short_line(text: str, summary: str) -> None:
    [event] = events(calendar_document([posting(text)]))
    assert event.summary.value == summary


@given(text=texts, tags=st.lists(texts.filter(clean), max_size=4))
@example(text="C:\\New", tags=["\\Notes"])
@example(text="\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nACTION:AUDIO\r\n", tags=["a,b", "\\n"])
def test_every_text_comes_back_from_another_reader(text: str, tags: Sequence[str]) -> None:
    [event] = events(calendar_document([posting(text, tags=tags)]))
    assert event.description.value == clean(text)
    assert event.categories.value == [clean(tag) for tag in tags] if tags else True
    assert set(event.contents) - {"categories"} == {
        *("uid", "dtstamp", "last-modified", "dtstart", "duration"),
        *("summary", "description", "status", "transp"),
    }
    assert "\n" not in event.summary.value
    assert len(event.summary.value) <= 80


@given(st.lists(texts, max_size=3))
def test_lines_are_folded_between_characters_and_end_in_crlf(several: list[str]) -> None:
    document = calendar_document([posting(text, tags=[text] if text else []) for text in several])
    *lines, end = document.split(b"\r\n")
    assert end == b""
    for line in lines:
        assert len(line) <= 75
        assert not {0x0A, 0x0D} & set(line)
        line.decode()
    whole = [line for line in lines if not line.startswith(b" ")]
    assert whole.count(b"BEGIN:VEVENT") == whole.count(b"END:VEVENT") == len(several)
    assert b"BEGIN:VALARM" not in whole


@given(st.lists(texts, max_size=3))
def test_the_same_postings_make_the_same_document(several: list[str]) -> None:
    first, second = (calendar_document([posting(text) for text in several]) for _ in range(2))
    assert first == second
