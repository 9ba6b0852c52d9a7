"""One key's budget: who may send now, and how long the others wait (reference, "Rate Limits").

Every call joins the line with a `Ticket` and sends when the ticket is granted. The budget learns the window
from the headers of the answers and counts its own requests between them. Three rules keep it from being
refused:

- The window opens when the *lower* bound of the server's time has passed the reset, so never too early.
- What is in flight when it opens may be counted in the new window. So much less is granted, and given back
  when the late answer turns out to carry the old reset.
- Within a window the lower of our count and the server's counts: others may use the same key.
"""

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Literal, NamedTuple

from pandocast_sdk._core.clock import ServerClock
from pandocast_sdk._core.rate_headers import read_rate_headers, retry_after_seconds
from pandocast_sdk._core.steps import Answer, Failure, Outcome, Trouble, WakeCallback

LEARNING_SECONDS = 1.0  # how long the crowd waits for the first answer of a fresh budget
_LONGEST_WINDOW = 86_400.0  # seconds: a reset further off than a day is not believed
_MARGIN = 0.001  # seconds: a timer may fire a little early, which must not become a busy loop

_UNSENT = (Trouble.NOT_CONNECTED, Trouble.CONNECT_TIMEOUT, Trouble.POOL_TIMEOUT)


class Delay(NamedTuple):
    """How long a ticket has to wait before it is worth asking again, and for what."""

    seconds: float
    reason: Literal["learning", "window", "retry_after"]


class Ticket:
    """A place in line, later a place in the window."""

    __slots__ = ("_lock", "_wake", "granted")

    def __init__(self, lock: Lock) -> None:
        self._lock = lock
        self._wake: WakeCallback | None = None
        self.granted = False

    def on_wake(self, callback: WakeCallback) -> bool:
        """Have `callback` called when the ticket is granted; False says that it already is."""
        with self._lock:
            self._wake = callback
            return not self.granted

    def grant(self) -> None:
        """Give the place; the one who holds the lock of the budget calls this."""
        self.granted = True

    def wake(self) -> None:
        """Tell the waiter, if there is one; called without the lock."""
        if self._wake is not None:
            self._wake()


class RateLimitState(NamedTuple):
    """What is known of the current window; None where no answer has told yet.

    Attributes:
        limit: Requests in one window.
        remaining: Requests that can still be sent in this one, as far as known.
        reset: When it resets, in seconds since 1970 by the server's clock.
    """

    limit: int | None
    remaining: int | None
    reset: int | None


class Budget:
    """The window of one key at one origin, shared by threads and event loops."""

    def __init__(self, *, now: Callable[[], float], wall: Callable[[], float]) -> None:
        """Begin knowing nothing.

        Args:
            now: The monotonic clock, in seconds.
            wall: The local wall clock, in seconds since 1970; used until the server's `Date` is known.
        """
        self._now = now
        self._lock = Lock()
        self._line: deque[Ticket] = deque()
        self._clock = ServerClock(wall() - now())
        self._paced: bool | None = None  # None: nothing learned; False: this server sends no such headers
        self._limit: int | None = None
        self._reset: int | None = None
        self._last_reset = -1
        self._left = 0
        self._in_flight = 0
        self._learning_until: float | None = None
        self._blocked_until = 0.0

    @property
    def state(self) -> RateLimitState:
        """What is known of the window right now."""
        with self._lock:
            self._roll(self._now())
            return RateLimitState(self._limit, self._left if self._limit else None, self._reset)

    def server_time(self) -> float:
        """Give the server's time at the earliest, in seconds since 1970."""
        return self._clock.earliest(self._now())

    def join(self, *, front: bool = False) -> Ticket:
        """Join the line; at the front for a call that was granted before and refused by the server."""
        ticket = Ticket(self._lock)
        with self._lock:
            if front:
                self._line.appendleft(ticket)
            else:
                self._line.append(ticket)
        return ticket

    def delay(self, ticket: Ticket) -> Delay | None:
        """Say how long a ticket has to wait; None once it is granted."""
        now = self._now()
        with self._lock:
            woken = self._serve(now)
            delay = None if ticket.granted else self._delay(now)
        _wake(woken)
        return delay

    def leave(self, ticket: Ticket) -> None:
        """Give up a ticket that was not used; its place goes to the next in line."""
        with self._lock:
            if ticket.granted:
                self._in_flight -= 1
                self._learning_until = None
                self._give_back()
            else:
                self._line.remove(ticket)
            woken = self._serve(self._now())
        _wake(woken)

    def block(self, until: float) -> None:
        """Hold everybody back until a monotonic time, as a `Retry-After` asks."""
        with self._lock:
            self._blocked_until = max(self._blocked_until, until)

    def settle(self, outcome: Outcome) -> None:
        """Account for a granted request that is over.

        Args:
            outcome: The answer, the failure, or None when the call was cancelled while it was under way.
        """
        with self._lock:
            self._in_flight -= 1
            if isinstance(outcome, Answer):
                self._learn(outcome)
            else:
                self._learning_until = None  # the next in line asks instead
                if isinstance(outcome, Failure) and outcome.trouble in _UNSENT:
                    self._give_back()
            woken = self._serve(self._now())
        _wake(woken)

    def _serve(self, now: float) -> list[Ticket]:
        """Grant from the front of the line whatever can be granted."""
        self._roll(now)
        granted: list[Ticket] = []
        while self._line and now >= self._blocked_until and self._take(now):
            ticket = self._line.popleft()
            ticket.grant()
            self._in_flight += 1
            granted.append(ticket)
        return granted

    def _take(self, now: float) -> bool:
        """Take one place, if there is one."""
        if self._paced is None:
            if self._learning_until is None:
                self._learning_until = now + LEARNING_SECONDS
                return True
            return now >= self._learning_until
        if self._paced is False:
            return True
        if self._left > 0:
            self._left -= 1
            return True
        # Nobody is left whose answer could tell of the new window: one has to go and ask.
        return self._reset is None and self._in_flight == 0

    def _delay(self, now: float) -> Delay:
        if now < self._blocked_until:
            return Delay(self._blocked_until - now, "retry_after")
        if self._paced is None and self._learning_until is not None:
            return Delay(max(0.0, self._learning_until - now) + _MARGIN, "learning")
        if self._reset is not None:
            return Delay(max(0.0, self._reset - self._clock.earliest(now)) + _MARGIN, "window")
        return Delay(LEARNING_SECONDS, "learning")

    def _roll(self, now: float) -> None:
        """Open the next window when the known one is certainly over."""
        if self._limit is None or self._reset is None or self._clock.earliest(now) < self._reset:
            return
        self._last_reset, self._reset = self._reset, None
        self._left = max(0, self._limit - self._in_flight)

    def _give_back(self) -> None:
        if self._limit is not None:
            self._left = min(self._left + 1, self._limit)

    def _learn(self, answer: Answer) -> None:
        reading = read_rate_headers(answer.headers)
        if reading.date is not None and self._clock.observe(reading.date, answer.sent, answer.received):
            # The server's clock was set: what was known of its windows is of another time.
            self._reset, self._last_reset = None, -1
            self._left = max(0, (self._limit or 0) - self._in_flight)
        refused = answer.status == 429
        if refused and reading.retry_after is None:
            # Whatever it says remains, it has refused; only a `Retry-After` can have another reason.
            reading = reading._replace(remaining=0)
        if reading.reset is None or reading.remaining is None or not (reading.limit or self._limit):
            self._learn_nothing(refused=refused)
            return
        if reading.reset - self._clock.earliest(answer.received) > _LONGEST_WINDOW:
            self._learn_nothing(refused=refused)
            return
        self._paced = True
        self._learn_window(reading.limit or self._limit or 1, reading.remaining, reading.reset)

    def _learn_nothing(self, *, refused: bool) -> None:
        if self._paced is None:
            self._learning_until = None
            if not refused:
                self._paced = False

    def _learn_window(self, limit: int, remaining: int, reset: int) -> None:
        known_limit, self._limit = self._limit, limit
        if reset <= self._last_reset:
            # An answer of the window before: what it was charged to the new one is given back.
            self._give_back()
        elif self._reset is None:
            self._reset = reset
            ours = self._left if known_limit is not None else limit - 1 - self._in_flight
            self._left = max(0, min(ours, remaining))
        elif reset == self._reset:
            self._left = min(self._left, remaining)
        elif reset > self._reset:
            self._last_reset, self._reset = self._reset, reset
            self._left = max(0, min(limit - 1 - self._in_flight, remaining))


def _wake(tickets: list[Ticket]) -> None:
    for ticket in tickets:
        ticket.wake()


def seconds_until_allowed(answer: Answer, server_now: float) -> float | None:
    """Say how long a 429 asks to wait, by its `Retry-After` or else by its reset (reference, "Rate Limits").

    Args:
        answer: The refusal.
        server_now: The server's time at the earliest, in seconds since 1970.

    Returns:
        Seconds, zero or more; None where the answer names no time.
    """
    reading = read_rate_headers(answer.headers)
    now = server_now if reading.date is None else reading.date
    if reading.retry_after is not None:
        seconds = retry_after_seconds(reading.retry_after, now)
        if seconds is not None:
            return seconds
    return None if reading.reset is None else max(0.0, reading.reset - server_now)
