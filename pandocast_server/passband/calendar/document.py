"""The iCalendar document of a schedule (RFC 5545, RFC 7986)."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from icalendar import Calendar, Event, vText
from icalendar.prop import vCategory, vDuration
from sqlalchemy import RowMapping

from pandocast_server.generation.cleaning import clean
from pandocast_server.generation.counting import shorten
from pandocast_server.passband.drafts.transitions import POSTED

LONGEST_SUMMARY: Final = 80

_PRODUCT: Final = "-//pandocast//Passband reference server//EN"
_NAME: Final = "Passband posts"
_REFRESH: Final = timedelta(hours=1)
_DURATION: Final = timedelta(minutes=15)
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


class _Text(vText):
    """Text with all backslashes escaped: the library takes one before a capital N for a line break."""

    def to_ical(self) -> bytes:
        return str(self).translate(_ESCAPES).encode()


class _Categories(vCategory):
    def to_ical(self) -> bytes:
        return b",".join(_Text(str(category)).to_ical() for category in self.cats)


def calendar_document(drafts: Iterable[Mapping[str, Any] | RowMapping]) -> bytes:
    """Write a calendar with one event a draft, in their order; the same drafts give the same bytes.

    Args:
        drafts: Rows with `id`, `text`, `status`, `scheduled_at`, `posted_at`, `tags` and `updated_at`.
    """
    calendar = Calendar()
    _add(calendar, "prodid", _PRODUCT)
    _add(calendar, "version", "2.0")
    _add(calendar, "name", _NAME)
    _add(calendar, "x-wr-calname", _NAME)
    _add(calendar, "refresh-interval", vDuration(_REFRESH), VALUE="DURATION")
    for draft in drafts:
        calendar.add_component(_event(draft))
    document: bytes = calendar.to_ical()
    return document


def _event(draft: Mapping[str, Any] | RowMapping) -> Event:
    is_posted = draft["status"] == POSTED
    text = clean(draft["text"])
    event = Event()
    _add(event, "uid", f"{draft['id']}@passband")
    # Both are the time of the last change: a document that is read twice is the same.
    _add(event, "dtstamp", draft["updated_at"])
    _add(event, "last-modified", draft["updated_at"])
    _add(event, "dtstart", draft["posted_at" if is_posted else "scheduled_at"])
    _add(event, "duration", _DURATION)
    _add(event, "summary", _Text(_summary(text)))
    _add(event, "description", _Text(text))
    _add(event, "status", "CONFIRMED" if is_posted else "TENTATIVE")
    _add(event, "transp", "TRANSPARENT")  # a post takes nobody's time
    if draft["tags"]:
        _add(event, "categories", _Categories([clean(tag) for tag in draft["tags"]]))
    return event


def _add(component: Calendar | Event, name: str, value: object, **parameters: str) -> None:
    component.add(name, value, parameters=parameters)  # pyright: ignore[reportUnknownMemberType] - untyped there


def _summary(text: str) -> str:
    lines = (line.strip() for line in text.split("\n"))
    first = next((line for line in lines if line), "Untitled")
    return shorten(first, lambda title: len(title) <= LONGEST_SUMMARY, LONGEST_SUMMARY)
