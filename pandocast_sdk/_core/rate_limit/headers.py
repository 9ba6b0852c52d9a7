"""What a response says about the rate limit, parsed in one pass, once a response.

A header that is not a plain number, or contradicts itself, says nothing: a wrong number is worse than none.
One that proxies have doubled counts once, and of several `Retry-After` the longest.

Reference: "Rate Limits".
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple

from pandocast_sdk._core.protocol import RawHeaders, WireResponse

LONGEST_WINDOW = 86_400.0  # seconds: a reset further off than a day is not believed
_LONGEST_NUMBER = 12  # digits: beyond them no limit and no time of this world
_LONGEST_VALUE = 64  # bytes that are looked at: twice what the longest form of a date takes

_is_wait = re.compile(rb"\d{1,12}(\.\d{1,12})?").fullmatch
_is_weekday = re.compile(rb"(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?", re.IGNORECASE).fullmatch


class RateHeaders(NamedTuple):
    """The rate-limit headers of one response; None where a header is missing or unreadable."""

    limit: int | None
    remaining: int | None
    reset: int | None
    date: float | None
    retry_after: bytes | None

    @property
    def slot(self) -> str:
        """The request's slot in its window, for people: `37/100`."""
        if self.limit is None or self.remaining is None:
            return "-"
        return f"{self.limit - self.remaining}/{self.limit}"


_NAMES = (b"X-RateLimit-Limit", b"X-RateLimit-Remaining", b"X-RateLimit-Reset", b"Date", b"Retry-After")
_RETRY_AFTER = 4
_INDICES = {spelling: index for index, name in enumerate(_NAMES) for spelling in (name, name.lower())}


def rate_headers(response: WireResponse) -> RateHeaders:
    """Return the rate-limit headers of a response, which are parsed at the first call and remembered."""
    known = response.rate_headers
    if isinstance(known, RateHeaders):
        return known
    parsed = response.rate_headers = parse_rate_headers(response.headers)
    return parsed


def parse_rate_headers(headers: RawHeaders) -> RateHeaders:
    """Parse the five headers that matter for pacing."""
    found: list[bytes | None] = [None] * 5
    contradicted: list[int] | None = None
    for name, value in headers:
        index = _INDICES.get(name)
        if index is None:
            index = _INDICES.get(name.lower())
            if index is None:
                continue
        known, value = found[index], value[:_LONGEST_VALUE]  # noqa: PLW2901 - no more of it is of interest
        if known is not None and known != value:
            if index == _RETRY_AFTER:
                value = (known + b", " + value)[: 2 * _LONGEST_VALUE]  # noqa: PLW2901 - both
            else:
                contradicted = [*(contradicted or ()), index]
        found[index] = value
    for index in contradicted or ():
        found[index] = None
    limit, remaining, reset, date, retry_after = found
    return RateHeaders(_number(limit) or None, _number(remaining), _number(reset), _date(date), retry_after)


def retry_after_seconds(value: bytes, now: float) -> float | None:
    """Return the longest wait that a `Retry-After` asks for, in seconds or as a date.

    Args:
        value: The header.
        now: The server's time, in seconds since 1970, against which a date is read.

    Returns:
        Seconds to wait, not negative; None where the header is unreadable.
    """
    waits = [_wait(part, now) for part in _parts(value)]
    return max((wait for wait in waits if wait is not None), default=None)


def _wait(value: bytes, now: float) -> float | None:
    if _is_wait(value):
        return float(value)
    moment = _date(value)
    return None if moment is None else max(0.0, moment - now)


def _parts(value: bytes) -> Iterator[bytes]:
    """Yield the parts of a list; a date may have a comma, too."""
    parts = iter(value.split(b","))
    for part in map(bytes.strip, parts):
        yield part + b"," + next(parts, b"") if _is_weekday(part) else part


def seconds_until_allowed(response: WireResponse, server_now: float) -> float | None:
    """Return how long a 429 asks to wait, by its `Retry-After` or else by its reset.

    Args:
        response: The refusal.
        server_now: The server's time at the earliest, in seconds since 1970.

    Returns:
        Seconds, zero or more; None where the response names no time, or a reset that is not to be believed.
    """
    headers = rate_headers(response)
    now = server_now if headers.date is None else headers.date
    if headers.retry_after is not None:
        seconds = retry_after_seconds(headers.retry_after, now)
        if seconds is not None:
            return seconds
    if headers.reset is None or headers.reset - server_now > LONGEST_WINDOW:
        return None
    return max(0.0, headers.reset - server_now)


@lru_cache(maxsize=256)  # the same few come with every response
def _number(value: bytes | None) -> int | None:
    if value is None:
        return None
    if b"," in value:
        (value, *others) = {part.strip() for part in value.split(b",")}
        if others:
            return None
    return int(value) if value.isdigit() and len(value) <= _LONGEST_NUMBER else None


@lru_cache(maxsize=8)  # it changes once a second
def _date(value: bytes | None) -> float | None:
    if value is None:
        return None
    try:
        moment: datetime = parsedate_to_datetime(value.decode("ascii"))
        if moment.tzinfo is None and not value.endswith(b"-0000"):
            moment = moment.replace(tzinfo=UTC)  # asctime, which HTTP knows too, has no zone
        return moment.timestamp() if moment.tzinfo else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
