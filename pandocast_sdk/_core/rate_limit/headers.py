"""What an answer says about the rate limit, read in one pass (reference, "Rate Limits").

A header that is not a plain number, or stands there twice, says nothing: a wrong number is worse than none.
"""

from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple

from pandocast_sdk._core.protocol import RawHeaders, WireResponse

LONGEST_WINDOW = 86_400.0  # seconds: a reset further off than a day is not believed
_LONGEST_NUMBER = 12  # digits: beyond them no limit and no time of this world
_LONGEST_VALUE = 64  # bytes that are looked at: twice what the longest form of a date takes


class RateReading(NamedTuple):
    """The rate-limit headers of one answer; None where a header is missing or unreadable."""

    limit: int | None
    remaining: int | None
    reset: int | None
    date: float | None
    retry_after: bytes | None

    @property
    def place(self) -> str:
        """The request's place in its window, for people: `37/100`."""
        if self.limit is None or self.remaining is None:
            return "-"
        return f"{self.limit - self.remaining}/{self.limit}"


_NAMES = (b"X-RateLimit-Limit", b"X-RateLimit-Remaining", b"X-RateLimit-Reset", b"Date", b"Retry-After")
_PLACES = {spelling: place for place, name in enumerate(_NAMES) for spelling in (name, name.lower())}


def read_rate_headers(headers: RawHeaders) -> RateReading:
    """Read the five headers that matter for pacing."""
    found: list[bytes | None] = [None] * 5
    doubted: set[int] | None = None
    for name, value in headers:
        place = _PLACES.get(name)
        if place is None:
            place = _PLACES.get(name.lower())
            if place is None:
                continue
        if found[place] is not None:
            doubted = {place} if doubted is None else doubted | {place}
        found[place] = value[:_LONGEST_VALUE]
    for place in doubted or ():
        found[place] = None
    limit, remaining, reset, date, retry_after = found
    return RateReading(_number(limit) or None, _number(remaining), _number(reset), _date(date), retry_after)


def retry_after_seconds(value: bytes, now: float) -> float | None:
    """Read a `Retry-After`, in seconds or as a date.

    Args:
        value: The header.
        now: The server's time, in seconds since 1970, against which a date is read.

    Returns:
        Seconds to wait, not negative; None where the header is unreadable.
    """
    seconds = _number(value.strip())
    if seconds is not None:
        return float(seconds)
    moment = _date(value)
    return None if moment is None else max(0.0, moment - now)


def seconds_until_allowed(answer: WireResponse, server_now: float) -> float | None:
    """Say how long a 429 asks to wait, by its `Retry-After` or else by its reset (reference, "Rate Limits").

    Args:
        answer: The refusal.
        server_now: The server's time at the earliest, in seconds since 1970.

    Returns:
        Seconds, zero or more; None where the answer names no time, or a reset that is not to be believed.
    """
    reading = read_rate_headers(answer.headers)
    now = server_now if reading.date is None else reading.date
    if reading.retry_after is not None:
        seconds = retry_after_seconds(reading.retry_after, now)
        if seconds is not None:
            return seconds
    if reading.reset is None or reading.reset - server_now > LONGEST_WINDOW:
        return None
    return max(0.0, reading.reset - server_now)


@lru_cache(maxsize=256)  # the same few come with every answer
def _number(value: bytes | None) -> int | None:
    if value is None or not value.isdigit() or len(value) > _LONGEST_NUMBER:
        return None
    return int(value)


@lru_cache(maxsize=8)  # it changes once a second
def _date(value: bytes | None) -> float | None:
    if value is None:
        return None
    try:
        moment: datetime = parsedate_to_datetime(value.decode("ascii"))
        return moment.timestamp() if moment.tzinfo else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
