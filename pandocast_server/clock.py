"""The server's time: it runs with real time, never steps back, and can be told to jump.

Rate windows, schedules, timestamps and the `Date` header follow it. Leases and time-outs of outgoing requests
do not: advancing the clock must not end work that is under way.

Libraries that freeze time in a test replace `time.monotonic` and `time.time` in every module. What runs with
real time takes it from `monotonic` and `wall`, which they leave alone.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock

if sys.platform == "win32":
    monotonic = partial(time.monotonic)
    wall = partial(time.time)
else:
    monotonic = partial(time.clock_gettime, time.CLOCK_MONOTONIC)
    wall = partial(time.clock_gettime, time.CLOCK_REALTIME)


def event_loop() -> asyncio.AbstractEventLoop:
    """Return a new event loop that runs with real time: its sleeps and timeouts end while time is frozen."""
    loop = asyncio.new_event_loop()
    loop.time = monotonic  # type: ignore[method-assign]  # what asyncio's own loops measure by
    return loop


class Clock:
    """Real time plus the jumps made so far."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._offset = timedelta()
        # Monotonic time carries the clock from here on, so that setting the machine's clock moves nothing.
        self._started = datetime.now(UTC)
        self._monotonic = monotonic()
        self._on_jump: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """Give the server's time, aware, in UTC."""
        return self._started + timedelta(seconds=monotonic() - self._monotonic) + self._offset

    def advance(
        self,
        by: timedelta | None = None,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> datetime:
        """Jump forward and wake whoever waits for a time.

        Args:
            by: How far, or None to use the parts.
            days: Days to add.
            hours: Hours to add.
            minutes: Minutes to add.
            seconds: Seconds to add.

        Returns:
            The new time.

        Raises:
            ValueError: The jump is backwards, or beyond the year 9999.
        """
        parts = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        jump = parts if by is None else by + parts
        if jump < timedelta():
            raise ValueError("the server's clock only goes forward")
        with self._lock:
            try:
                _ = self.now() + jump
            except OverflowError as error:
                raise ValueError("the server's clock cannot go beyond the year 9999") from error
            self._offset += jump
        self._announce()
        return self.now()

    def reset(self) -> None:
        """Forget every jump: the server's time is real time again."""
        with self._lock:
            self._offset = timedelta()
        self._announce()

    def on_jump(self, callback: Callable[[], None]) -> None:
        """Have `callback` called, in the thread that moves the clock, after every jump."""
        self._on_jump.append(callback)

    def _announce(self) -> None:
        for callback in self._on_jump:
            callback()
