"""One key's budget: who may send now, and how long the others wait (reference, "Rate Limits").

Every call joins the line with a `Ticket` and sends when the ticket is granted. The budget learns the window
from the headers of the answers and counts its own requests between them. Three rules keep it from being
refused:

- The window opens when the *lower* bound of the server's time has passed the reset, so never too early.
- What is in flight when it opens may be counted in the new window. So much less is granted, and given back
  when the late answer turns out to carry the old reset.
- Within a window the lower of our count and the server's counts: others may use the same key. What the server
  told to remain is for those, too, whose answers have not come since.
"""

from collections import deque
from collections.abc import Callable, Iterable
from threading import RLock
from typing import NamedTuple

from pandocast_sdk._core.protocol import UNSENT, Consult, Failure, Outcome, Step, WireResponse
from pandocast_sdk._core.rate_limit.headers import LONGEST_WINDOW, rate_headers
from pandocast_sdk._core.rate_limit.server_clock import ServerClock
from pandocast_sdk._core.rate_limit.state import RateLimitState
from pandocast_sdk._core.rate_limit.tickets import Delay, Ticket

LEARNING_SECONDS = 1.0  # from one request that asks a fresh budget's limit to the next, until one is answered
MARGIN = 0.001  # seconds: a timer may fire a little early, which must not become a busy loop


class _Told(NamedTuple):
    """What an answer tells of its window."""

    limit: int
    remaining: int
    reset: int


class Budget:
    """The window of one key at one origin, shared by threads and event loops.

    Attributes:
        shared: Whether other processes have a part in it, so that there may be something to `report`.
    """

    shared = False

    def __init__(self, *, now: Callable[[], float], wall: Callable[[], float]) -> None:
        """Begin knowing nothing.

        Args:
            now: The monotonic clock, in seconds.
            wall: The local wall clock, in seconds since 1970; used until the server's `Date` is known.
        """
        self._now = now
        # Reentrant, because the garbage collector may end an abandoned call, which then leaves the line, in
        # any thread at any time: in one that holds this lock, too.
        self._lock = RLock()
        self._line: deque[Ticket] = deque()
        self._joined = 0
        self._clock = ServerClock(wall() - now())
        self._paced: bool | None = None  # None: nothing learned; False: this server sends no such headers
        self._limit: int | None = None
        self._reset: int | None = None
        self._last_reset = -1
        self._left = 0  # by our count
        self._told = 0  # the least that the server has told to remain in this window
        self._lost = 0  # requests since then whose answers will not come, though the server may count them
        self._in_flight: int = 0
        self._learning_until: float | None = None
        self._blocked_until = 0.0

    @property
    def state(self) -> RateLimitState:
        """What is known of the window right now."""
        with self._lock:
            self._roll(self._now())
            return RateLimitState.of(self._limit, max(0, self._places()), self._reset)

    def server_time(self) -> float:
        """Give the server's time at the earliest, in seconds since 1970."""
        return self._clock.earliest(self._now())

    def take(self, now: float) -> int | None:
        """Take a place at once, if nobody waits for one: what joining the line comes to as a rule.

        Args:
            now: The monotonic clock's time.

        Returns:
            The number that the call has in line, should the server refuse it; None where it has to join.
        """
        with self._lock:
            if self._line or now < self._blocked_until:
                return None
            self._roll(now)
            if not self._take(now):
                return None
            self._joined += 1
            self._in_flight += 1
            return self._joined

    def join(self, number: int | None = None) -> Ticket:
        """Join the line: at its end, or, for a call that the server refused, where its number belongs."""
        with self._lock:
            if number is None:
                self._joined += 1
                ticket = Ticket(self._lock, self._joined)
                self._line.append(ticket)
            else:
                ticket = Ticket(self._lock, number)
                place = next((i for i, other in enumerate(self._line) if other.number > number), None)
                self._line.insert(len(self._line) if place is None else place, ticket)
        return ticket

    def delay(self, ticket: Ticket) -> Delay | Consult | None:
        """Say how long a ticket has to wait, or whom to ask about it; None once it is granted."""
        now = self._now()
        with self._lock:
            woken = self._serve(now)
            delay = None if ticket.granted else self._delay(now)
        wake(woken)
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
        wake(woken)

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
            if isinstance(outcome, WireResponse):
                self._learn(outcome)
            else:
                self._learning_until = None  # the next in line asks instead
                if isinstance(outcome, Failure) and outcome.kind in UNSENT:
                    self._give_back()
                else:
                    self._lost += 1
            if not self._line:
                return
            woken = self._serve(self._now())
        wake(woken)

    def outlast(self, seconds: float) -> None:
        """Count requests for so long for other processes, of which there are none."""

    def report(self) -> Iterable[Step]:
        """Say what has to be done for others to know of what `settle` was told: nothing, in one process."""
        return ()

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
            if self._learning_until is not None and now < self._learning_until:
                return False
            # One more: were the rest to follow at once, a slow first answer would have them refused.
            self._learning_until = now + LEARNING_SECONDS
            return True
        if self._paced is False:
            return True
        if self._left > 0 and self._told > self._in_flight + self._lost:
            self._left -= 1
            return True
        if self._reset is not None or self._in_flight > 0:
            return False
        # Nobody is left whose answer could tell of the new window: one goes and asks, as at the beginning.
        self._paced, self._limit, self._learning_until = None, None, now + LEARNING_SECONDS
        return True

    def _delay(self, now: float) -> Delay:
        if now < self._blocked_until:
            return Delay(self._blocked_until - now, "retry_after")
        if self._paced is None and self._learning_until is not None:
            return Delay(max(0.0, self._learning_until - now) + MARGIN, "learning")
        if self._reset is not None:
            return Delay(self._clock.seconds_until(self._reset, now) + MARGIN, "window", self._reset)
        return Delay(LEARNING_SECONDS, "learning")

    def _roll(self, now: float) -> None:
        """Open the next window when the known one is certainly over."""
        if self._limit is None or self._reset is None or self._clock.earliest(now) < self._reset:
            return
        self._last_reset, self._reset = self._reset, None
        self._open(self._limit, self._limit)

    def _open(self, left: int, told: int) -> None:
        """Begin a window: what is in flight may be counted in it."""
        self._left, self._told, self._lost = max(0, left - self._in_flight), told, 0

    def _places(self) -> int:
        return min(self._left, self._told - self._in_flight - self._lost)

    def _give_back(self) -> None:
        if self._limit is not None:
            self._left = min(self._left + 1, self._limit)

    def _learn(self, answer: WireResponse) -> None:
        reading = rate_headers(answer)
        was_set = reading.date is not None and self._clock.observe(reading.date, answer.sent, answer.received)
        latest_reset = self._clock.earliest(answer.received) + LONGEST_WINDOW
        if was_set or (self._reset is not None and self._reset > latest_reset):
            # The server's clock was set: what was known of its windows is of another time.
            self._reset, self._last_reset = None, -1
            self._open(self._limit or 0, self._limit or 0)
        asks_for_reset = answer.status == 429 and reading.retry_after is None
        if asks_for_reset:
            # Whatever it says remains, it has refused; only a `Retry-After` can have another reason.
            reading = reading._replace(remaining=0)
        limit, reset = reading.limit or self._limit, reading.reset
        if reset is not None and reset > latest_reset:
            reset = None
        if reset is None or reading.remaining is None or limit is None:
            self._lost += 1
            self._learn_nothing(answer.status)
        else:
            self._paced, is_first, self._limit = True, self._limit is None, limit
            if reset != self._reset:
                told = _Told(limit, reading.remaining, reset)
                self._meet_window(told, answer.received, is_first=is_first)
            # An answer that was overtaken has nothing new to tell.
            if reset == self._reset and reading.remaining < self._told:
                self._told, self._lost = reading.remaining, 0
        if asks_for_reset and reset is not None and reset != self._reset:
            # What is known of the window does not hold the next one back, and the server has asked for it.
            ahead = reset - self._clock.earliest(answer.received)
            self._blocked_until = max(self._blocked_until, answer.received + ahead)

    def _learn_nothing(self, status: int) -> None:
        if self._paced is None:
            self._learning_until = None
            # A gateway's error page, or a refusal, does not tell whether the service itself counts.
            if status != 429 and status < 500:
                self._paced = False

    def _meet_window(self, told: _Told, received: float, *, is_first: bool) -> None:
        """Take up an answer that tells of another window than the known one."""
        known = self._reset
        coming = told.reset > self._clock.latest(received)
        if told.reset <= self._last_reset or (known is not None and told.reset < known and not coming):
            # An answer of the window before: what it was charged to the new one is given back.
            self._give_back()
            return
        self._reset = told.reset
        if known is not None and told.reset > known:
            self._last_reset = known
            self._open(told.limit - 1, told.remaining)
        elif is_first:
            self._open(told.limit - 1, told.remaining)
        # Else it is the window that was expected; or it resets earlier, and certainly is not over, which says
        # that the later one was told wrong.


def wake(tickets: list[Ticket]) -> None:
    """Tell the waiters of these tickets; called without the lock."""
    for ticket in tickets:
        ticket.wake()
