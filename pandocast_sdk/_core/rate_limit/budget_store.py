"""The queries to the store in which several processes keep one budget, and its replies.

The script `budget.lua` beside this file decides there as `Budget` does here; each query carries the numbers
that both decide by. A test plays the same stories to both.
"""

import json
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple, TypeAlias

from pandocast_sdk._core.rate_limit.budget import LEARNING_SECONDS, MARGIN
from pandocast_sdk._core.rate_limit.headers import LONGEST_WINDOW, RateHeaders
from pandocast_sdk._core.rate_limit.server_clock import DRIFT, SPREAD
from pandocast_sdk._core.rate_limit.tickets import Delay

STORE_SECONDS = 0.5  # how long one step towards the store may take: connecting, and the reply
_MEMORY_SECONDS = 3600  # how long a store remembers a budget after all that it knows of is over

_RULES = {
    "learning": LEARNING_SECONDS,
    "longest_window": LONGEST_WINDOW,
    "margin": MARGIN,
    "drift": DRIFT,
    "spread": SPREAD,
    "memory": _MEMORY_SECONDS,
}


class ResponseReport(NamedTuple):
    """A response came; times are of this process's monotonic clock."""

    status: int
    headers: RateHeaders
    sent: float
    received: float


class BlockReport(NamedTuple):
    """A `Retry-After` holds everybody back until a time of this process's monotonic clock."""

    until: float


Report: TypeAlias = ResponseReport | BlockReport | Literal["unsent", "lost"]


class StoreQuery(NamedTuple):
    """What one process reports to its store, and wants of it.

    Attributes:
        process: A name for the process.
        reports: What has happened since the last query, in order.
        in_flight: How many requests of this process are under way after that.
        lease: For how many seconds all this counts when the process is not heard of again.
        wanted: How many slots it wants for calls.
        queued: How many calls it has in its queue.
        wanted_polls: How many slots it wants for polls.
        waits: Whether somebody waits for what polls find.
    """

    process: str
    reports: Sequence[Report]
    in_flight: int
    lease: float
    wanted: int
    queued: int
    wanted_polls: int = 0
    waits: bool = False

    def to_json(self, now: float, *, transit: float) -> str:
        """Return it as JSON for the script, which only knows the store's clock: times become ages.

        Args:
            now: The monotonic clock.
            transit: How many seconds it may at most take to arrive.
        """
        return json.dumps(
            {
                "process": self.process,
                "reports": [_as_json(report, now) for report in self.reports],
                "in_flight": self.in_flight,
                "lease": self.lease,
                "wanted": self.wanted,
                "queued": self.queued,
                "wanted_polls": self.wanted_polls,
                "waits": self.waits,
                "transit": transit,
                "rules": _RULES,
            }
        )


class StoreReply(NamedTuple):
    """What the store decided.

    Attributes:
        granted: How many calls, from the front of the queue, are granted.
        granted_polls: How many polls, likewise.
        delay: How long the others have to wait, and for what; None when none is left.
        limit: Requests in one window, None while that is unknown.
        remaining: How many slots remain in this one.
        local_remaining: How many remain by the count of requests alone: more while some are in flight.
        reset: When it resets, by the server's clock.
        server_time: The server's time at the earliest.
    """

    granted: int
    granted_polls: int
    delay: Delay | None
    limit: int | None
    remaining: int
    local_remaining: int
    reset: int | None
    server_time: float


_REASONS: dict[str, Literal["learning", "window", "retry_after"]] = {
    "learning": "learning",
    "window": "window",
    "retry_after": "retry_after",
}


def parse_reply(reply: Sequence[object]) -> StoreReply:
    """Return what the script has replied.

    Raises:
        ValueError: That was not the script.
    """
    texts = [part.decode() if isinstance(part, bytes) else str(part) for part in reply]
    granted, granted_polls, seconds, reason, limit, remaining, local_remaining, reset, server_time = texts
    known_reset = _maybe(reset, int)
    delay = None
    if reason:
        if reason not in _REASONS:
            raise ValueError("the store delays for an unknown reason")
        delay = Delay(float(seconds), _REASONS[reason], known_reset if reason == "window" else None)
    return StoreReply(
        int(granted),
        int(granted_polls),
        delay,
        _maybe(limit, int),
        int(remaining),
        int(local_remaining),
        known_reset,
        float(server_time),
    )


@cache
def script() -> str:
    """Return the script that the store runs."""
    return (files("pandocast_sdk._core.rate_limit") / "budget.lua").read_text("utf-8")


def _maybe(text: str, read: Callable[[str], int]) -> int | None:
    return read(text) if text else None


def _as_json(report: Report, now: float) -> dict[str, object]:
    if isinstance(report, str):
        return {"kind": report}
    if isinstance(report, BlockReport):
        return {"kind": "blocked", "seconds": report.until - now}
    headers = report.headers
    named = {
        "limit": headers.limit,
        "remaining": headers.remaining,
        "reset": headers.reset,
        "date": headers.date,
    }
    return {
        "kind": "response",
        "status": report.status,
        "names_retry_after": headers.retry_after is not None,
        "sent": now - report.sent,
        "received": now - report.received,
        **{name: value for name, value in named.items() if value is not None},
    }
