"""The server's clock, derived from whole seconds.

Every response with a `Date` bounds the difference between the server's clock and the local monotonic one: the
header was written between sending and receiving, and holds the server's time cut down to a second. Many
responses together bound it to milliseconds.
"""

DRIFT = 200e-6  # seconds a second: what two clocks part while one of them is being corrected
SPREAD = 2.0  # seconds: what the clocks of several hosts, or a `Date` kept for a while, differ by


class ServerClock:
    """An interval for `server time - monotonic time`, narrowed by every response."""

    __slots__ = ("_high", "_low", "_observed", "known")

    def __init__(self, offset: float) -> None:
        """Begin with the local wall clock's offset, as if both clocks agreed, until a response is dated."""
        self._low = self._high = offset
        self._observed = 0.0
        self.known = False

    def earliest(self, now: float) -> float:
        """Return the least that the server's clock can show at a monotonic time.

        Waiting until this has passed a reset is never too early.
        """
        moment = now + self._low
        return moment - DRIFT * (now - self._observed) if self.known and now > self._observed else moment

    def latest(self, now: float) -> float:
        """Return the most that the clock of any host of the server can show at a monotonic time."""
        return now + self._high + self._drift(now) + SPREAD

    def seconds_until(self, moment: float, now: float) -> float:
        """Return how long to wait, from a monotonic time, until `earliest` has reached a server time."""
        return max(0.0, moment - self.earliest(now)) / (1 - DRIFT)

    def observe(self, date: float, sent: float, received: float) -> bool:
        """Narrow the interval by one response.

        Args:
            date: The response's `Date`, in seconds since 1970.
            sent: When its request was sent, by the monotonic clock.
            received: When it had arrived, likewise.

        Returns:
            True when it contradicts what was known by more than the clocks of several hosts differ: the
            server's clock has been set. After a smaller contradiction the newest response is trusted.
        """
        low, high = date - received, date + 1 - sent
        if not self.known:
            self._low, self._high, self._observed, self.known = low, high, received, True
            return False
        drift = DRIFT * (received - self._observed) if received > self._observed else 0.0
        narrowed_low, narrowed_high = max(low, self._low - drift), min(high, self._high + drift)
        self._observed = max(self._observed, received)
        if narrowed_low < narrowed_high:
            self._low, self._high = narrowed_low, narrowed_high
            return False
        self._low, self._high = low, high
        return narrowed_low - narrowed_high > SPREAD

    def _drift(self, now: float) -> float:
        return DRIFT * max(0.0, now - self._observed) if self.known else 0.0
