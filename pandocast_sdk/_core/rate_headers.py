"""What an answer says about the rate limit, read in one pass (reference, "Rate Limits").

A header that is not a plain number, or stands there twice, says nothing: a wrong number is worse than none.
"""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from pandocast_sdk._core.steps import RawHeaders

_LONGEST_NUMBER = 12  # digits: beyond them no limit and no time of this world


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


_WANTED = {
    b"x-ratelimit-limit": 0,
    b"x-ratelimit-remaining": 1,
    b"x-ratelimit-reset": 2,
    b"date": 3,
    b"retry-after": 4,
}


def read_rate_headers(headers: RawHeaders) -> RateReading:
    """Read the five headers that matter for pacing."""
    found: list[bytes | None] = [None] * 5
    doubted: set[int] = set()
    for name, value in headers:
        index = _WANTED.get(name)
        if index is None:
            index = _WANTED.get(name.lower())
        if index is not None:
            if found[index] is not None:
                doubted.add(index)
            found[index] = value
    for index in doubted:
        found[index] = None
    limit = _number(found[0])
    return RateReading(limit or None, _number(found[1]), _number(found[2]), _date(found[3]), found[4])


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


def _number(value: bytes | None) -> int | None:
    if value is None or not value.isdigit() or len(value) > _LONGEST_NUMBER:
        return None
    return int(value)


_last_date: tuple[bytes | None, float] = (None, 0.0)


def _date(value: bytes | None) -> float | None:
    if value is None:
        return None
    global _last_date  # noqa: PLW0603 - a memory of one: the header changes once a second
    last_value, last_moment = _last_date
    if value == last_value:
        return last_moment
    try:
        moment: datetime = parsedate_to_datetime(value.decode("ascii"))
        stamp = moment.timestamp() if moment.tzinfo else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    if stamp is not None:
        _last_date = (value, stamp)
    return stamp
