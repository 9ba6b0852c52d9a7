"""The iCalendar document of a schedule (RFC 5545, RFC 7986), and text as it carries it (RFC 5545, 3.3.11)."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from icalendar import Calendar, Event, vText
from icalendar.prop import vCategory, vDuration
from sqlalchemy import RowMapping

from pandocast_server.generation.counting import ELLIPSIS, shorten
from pandocast_server.passband.calendar.feed import LONGEST_DESCRIPTION
from pandocast_server.passband.drafts.transitions import POSTED
from pandocast_server.timestamps import EPOCH

LONGEST_SUMMARY: Final = 80

_PRODUCT: Final = "-//pandocast//Passband reference server//EN"
_NAME: Final = "Passband posts"
_REFRESH: Final = timedelta(hours=1)
_DURATION: Final = timedelta(minutes=15)
# What lasts longer than time does is shown a little earlier.
_LATEST: Final = EPOCH.replace(year=9999, month=12, day=31, hour=23, minute=59, second=59) - _DURATION

_BREAKS: Final = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Control characters but tab and line feed; and the byte order mark, which readers drop here and keep there.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufeff]")
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def calendar_document(drafts: Iterable[Mapping[str, Any] | RowMapping]) -> bytes:
    """Write a calendar with one event a draft, in their order; the same drafts give the same bytes.

    Args:
        drafts: Rows with `id`, `text`, `status`, `scheduled_at`, `posted_at`, `tags` and `updated_at`. Of a
            text, more than `LONGEST_DESCRIPTION` characters are cut.
    """
    calendar = Calendar()
    _add(calendar, "prodid", CalendarText(_PRODUCT))
    _add(calendar, "version", "2.0")
    _add(calendar, "name", CalendarText(_NAME))
    _add(calendar, "x-wr-calname", CalendarText(_NAME))
    _add(calendar, "refresh-interval", vDuration(_REFRESH), VALUE="DURATION")
    for draft in drafts:
        calendar.add_component(_event(draft))
    document: bytes = calendar.to_ical()
    return document


def _event(draft: Mapping[str, Any] | RowMapping) -> Event:
    is_posted = draft["status"] == POSTED
    start = min(draft["posted_at" if is_posted else "scheduled_at"], _LATEST)
    event = Event()
    _add(event, "uid", CalendarText(f"{draft['id']}@passband"))
    # Both are the time of the last change: a document that is read twice is the same.
    _add(event, "dtstamp", draft["updated_at"])
    _add(event, "last-modified", draft["updated_at"])
    _add(event, "dtstart", start)
    _add(event, "dtend", start + _DURATION)
    _add(event, "summary", CalendarText(_summary(draft["text"])))
    _add(event, "description", CalendarText(_description(draft["text"])))
    _add(event, "status", "CONFIRMED" if is_posted else "TENTATIVE")
    _add(event, "transp", "TRANSPARENT")  # a post takes nobody's time
    if draft["tags"]:
        _add(event, "categories", _Categories(list(draft["tags"])))
    return event


def _add(component: Calendar | Event, name: str, value: object, **parameters: str) -> None:
    component.add(name, value, parameters=parameters)  # pyright: ignore[reportUnknownMemberType] - untyped there


def carried(text: str) -> str:
    """Return what a reader gets of a text: line breaks are line feeds, other control characters are gone."""
    return _FORBIDDEN.sub("", _BREAKS.sub("\n", text))


class CalendarText(vText):
    """A value that a reader gets as `carried` returns it.

    The library's own escaping takes a backslash before a capital N for a line break.
    """

    def to_ical(self) -> bytes:
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
