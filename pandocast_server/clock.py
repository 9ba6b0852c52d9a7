"""The server's time: it follows the machine's, never steps back, and can be made to jump.

Rate windows, schedules, timestamps and the `Date` header follow it. Leases and time-outs of outgoing requests
do not: advancing the clock must not end work that is under way.

Libraries that freeze time in a test replace `time.monotonic` and `time.time` in every module. What runs with
real time takes it from the functions here, which they leave alone.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Lock

from pandocast_server.timestamps import EPOCH

if sys.platform == "win32":
    monotonic = partial(time.monotonic)
    monotonic_ns = partial(time.monotonic_ns)
    wall_ns = partial(time.time_ns)
else:
    monotonic = partial(time.clock_gettime, time.CLOCK_MONOTONIC)
    monotonic_ns = partial(time.clock_gettime_ns, time.CLOCK_MONOTONIC)
    wall_ns = partial(time.clock_gettime_ns, time.CLOCK_REALTIME)


def event_loop() -> asyncio.AbstractEventLoop:
    """Return a new event loop that runs with real time: its sleeps and timeouts end while time is frozen."""
    loop = asyncio.new_event_loop()
    loop.time = monotonic  # type: ignore[method-assign]  # what asyncio's own loops measure by
    return loop


class Clock:
    """The wall clock plus the jumps made so far.

    Where the wall clock steps back, this one goes on at half speed until the wall clock has caught up.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._jumps = timedelta()
        # In whole nanoseconds since 1970, without the jumps: the time last read, and when that was.
        self._last = wall_ns()
        self._read_at = monotonic_ns()
        self._on_jump: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """Return the server's time, aware, in UTC; never less than what was returned before."""
        with self._lock:
            return self._now()

    def advance(
        self,
        by: timedelta = timedelta(),
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> datetime:
        """Jump forward by all of these together, wake whoever waits for a time, and return the new time.

        Raises:
            ValueError: The jump is backwards, or beyond the year 9999.
        """
        jump = by + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if jump < timedelta():
            raise ValueError("the server's clock only goes forward")
        with self._lock:
            try:
                _ = self._now() + jump
            except OverflowError as error:
                raise ValueError("the server's clock cannot go beyond the year 9999") from error
            self._jumps += jump
        for callback in self._on_jump:
            callback()
        return self.now()

    def reset(self) -> None:
        """Follow the wall clock as it is now, all jumps forgotten; the only way back."""
        with self._lock:
            self._jumps = timedelta()
            self._last = wall_ns()

    def on_jump(self, callback: Callable[[], None]) -> None:
        """Have `callback` called, in the thread that moves the clock, after every jump."""
        self._on_jump.append(callback)

    def _now(self) -> datetime:
        read_at = monotonic_ns()
        # The wall clock alone knows how long the machine slept. What passed by the monotonic one decides only
        # while the wall clock is behind.
        self._last = max(wall_ns(), self._last + (read_at - self._read_at) // 2)
        self._read_at = read_at
        return EPOCH + self._jumps + timedelta(microseconds=self._last // 1000)
