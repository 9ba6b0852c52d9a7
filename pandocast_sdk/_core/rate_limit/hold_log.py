"""The log's line about calls that are held: one for each window that is waited for, and each `Retry-After`.

It is written a moment after the first call is held, so that it counts those that come along. There is no
timer: each call that is held before the line is written polls once more when it is due, and the first of them
writes it. A hold that is over by then has no line.
"""

import logging
from contextlib import suppress
from datetime import UTC, datetime
from math import inf
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple

from pandocast_sdk._core.log import logger
from pandocast_sdk._core.rate_limit.tickets import Delay

if TYPE_CHECKING:
    from pandocast_sdk._core.rate_limit.budget import Budget

PAUSE = 0.2  # seconds from the first call that is held to the line
_SAME_END = 1.0  # seconds between the ends of two delays that are for one `Retry-After`


class _Hold(NamedTuple):
    """What calls are held for.

    Attributes:
        reset: The reset of the window; None for a `Retry-After`.
        ends: When it ends, by the monotonic clock.
        due: When its line is due; infinity once it is written.
    """

    reset: int | None
    ends: float
    due: float


class HoldLog:
    """What the log has said of calls that one budget holds."""

    def __init__(self) -> None:
        # Reentrant, because a signal handler may make a call of its own.
        self._lock = RLock()
        self._holds: dict[str, _Hold] = {}

    def due_in(self, delay: Delay, now: float) -> float:
        """Return in how many seconds the line about a delay is due; infinity once it has been."""
        with self._lock:
            hold = self._holds.get(delay.reason)
            if hold is None or _is_another(hold, delay, now):
                hold = _Hold(delay.reset, now + delay.seconds, now + PAUSE)
            due_in = max(0.0, hold.due - now)
            self._holds[delay.reason] = hold if due_in else hold._replace(due=inf)
        return due_in


def log_hold(budget: "Budget", delay: Delay, now: float) -> float:
    """Write the line if it is due; called without the lock of the budget.

    Args:
        budget: The budget that holds a call.
        delay: What the call is about to sleep for.
        now: The monotonic clock.

    Returns:
        The seconds after which the call has to poll again for the line; infinity where it need not.
    """
    if delay.reason == "learning" or not logger.isEnabledFor(logging.INFO):
        return inf
    due_in = budget.hold_log.due_in(delay, now)
    if due_in > 0:
        return due_in
    count = budget.queued
    logger.info(
        "rate limit: %d %s %s s %s%s",
        count,
        "call waits" if count == 1 else "calls wait",
        seconds_text(delay.seconds),
        "for the window" if delay.reason == "window" else "as the server asks",
        _until(budget.server_time() + delay.seconds if delay.reset is None else delay.reset),
    )
    return inf


def seconds_text(seconds: float) -> str:
    """Return a number of seconds for people."""
    return f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}"


def _is_another(hold: _Hold, delay: Delay, now: float) -> bool:
    if delay.reset is not None:
        return delay.reset != hold.reset
    return now >= hold.ends or now + delay.seconds > hold.ends + _SAME_END


def _until(moment: float) -> str:
    with suppress(OverflowError, ValueError, OSError):  # beyond the calendar
        return f", until {datetime.fromtimestamp(moment, UTC):%H:%M:%S} UTC"
    return ""
