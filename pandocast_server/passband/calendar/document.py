"""The iCalendar document of a schedule (RFC 5545, RFC 7986), and text as it carries it (RFC 5545, 3.3.11)."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import field, frozen
from icalendar import Calendar, Event, vText
from icalendar.prop import vCategory, vDuration

from pandocast_server.generation.counting import ELLIPSIS, shorten

LONGEST_DESCRIPTION: Final = 8000
LONGEST_SUMMARY: Final = 80

_PRODUCT: Final = "-//pandocast//Passband reference server//EN"
_NAME: Final = "Passband posts"
_REFRESH: Final = timedelta(hours=1)
_DURATION: Final = timedelta(minutes=15)
# What lasts longer than time does is shown a little earlier.
_LATEST: Final = datetime.max.replace(tzinfo=UTC, microsecond=0) - _DURATION

_BREAKS: Final = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Control characters but tab and line feed; and the byte order mark, which readers drop here and keep there.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufeff]")
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


@frozen(kw_only=True)
class Posting:
    """A post in the calendar.

    Attributes:
        draft_id: The draft that it is made of.
        text: The draft's; more than `LONGEST_DESCRIPTION` characters are cut.
        is_posted: Whether that is done.
        at: When it is to be done, or was.
        tags: The draft's.
        updated_at: When the draft was last changed.
    """

    draft_id: str
    text: str = field(repr=False)
    is_posted: bool
    at: datetime
    tags: Sequence[str]
    updated_at: datetime


def calendar_document(postings: Iterable[Posting]) -> bytes:
    """Write a calendar with one event a posting, in their order; the same postings give the same bytes."""
    calendar = Calendar()
    _add(calendar, "prodid", CalendarText(_PRODUCT))
    _add(calendar, "version", "2.0")
    _add(calendar, "name", CalendarText(_NAME))
    _add(calendar, "x-wr-calname", CalendarText(_NAME))
    _add(calendar, "refresh-interval", vDuration(_REFRESH), VALUE="DURATION")
    for posting in postings:
        calendar.add_component(_event(posting))
    document: bytes = calendar.to_ical()
    return document


def _event(posting: Posting) -> Event:
    start = min(posting.at, _LATEST)
    event = Event()
    _add(event, "uid", CalendarText(f"{posting.draft_id}@passband"))
    # Both are the time of the last change: a document that is read twice is the same.
    _add(event, "dtstamp", posting.updated_at)
    _add(event, "last-modified", posting.updated_at)
    _add(event, "dtstart", start)
    _add(event, "dtend", start + _DURATION)
    _add(event, "summary", CalendarText(_summary(posting.text)))
    _add(event, "description", CalendarText(_description(posting.text)))
    _add(event, "status", "CONFIRMED" if posting.is_posted else "TENTATIVE")
    _add(event, "transp", "TRANSPARENT")  # a post takes nobody's time
    if posting.tags:
        _add(event, "categories", _Categories(list(posting.tags)))
    return event


def _add(component: Calendar | Event, name: str, value: object, **parameters: str) -> None:
    component.add(name, value, parameters=parameters)  # pyright: ignore[reportUnknownMemberType] - untyped there


def carried(text: str) -> str:
    """Return what a reader gets of a text: line breaks are line feeds, other control characters are gone."""
    return _FORBIDDEN.sub("", _BREAKS.sub("\n", text))


class CalendarText(vText):
    """A value that comes back as `carried` gives it.

    The library's own escaping takes a backslash before a capital N for a line break.
    """

    def to_ical(self) -> bytes:
        """Write the value, in UTF-8 and on one line."""
        return carried(str(self)).translate(_ESCAPES).encode()


class _Categories(vCategory):
    """Tags, escaped as all other texts are."""

    def to_ical(self) -> bytes:
        return b",".join(CalendarText(str(category)).to_ical() for category in self.cats)


def _summary(text: str) -> str:
    lines = (line.strip() for line in carried(text).split("\n"))
    first = next((line for line in lines if line), "Untitled")
    return shorten(first, lambda title: len(title) <= LONGEST_SUMMARY, LONGEST_SUMMARY)


def _description(text: str) -> str:
    return text if len(text) <= LONGEST_DESCRIPTION else text[: LONGEST_DESCRIPTION - 1] + ELLIPSIS
