"""What a client knows of its key's rate limit."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple, Self

__all__ = ["RateLimitState"]


class RateLimitState(NamedTuple):
    """The current window of a key, as far as this process knows it.

    Each of the three is None before the first response, where the server sends no limit, and where the policy
    is off.

    Attributes:
        limit: Requests in one window.
        remaining: Requests that can still be sent in this one: the lower of the SDK's count and the server's.
        reset: When it resets, by the server's clock, in UTC; None, too, once a window is over and no response
            has come from the next one.

    Reference: "Rate Limits".
    """

    limit: int | None = None
    remaining: int | None = None
    reset: datetime | None = None

    @classmethod
    def of(cls, limit: int | None, remaining: int, reset: int | None) -> Self:
        """Return the state of a window whose reset is in seconds since 1970."""
        if limit is None:
            return cls()
        moment = None
        if reset is not None:
            with suppress(OverflowError, ValueError, OSError):  # beyond the calendar
                moment = datetime.fromtimestamp(reset, UTC)
        return cls(limit, remaining, moment)
