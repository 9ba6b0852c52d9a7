"""One key's budget: who may send now, and how long the others wait.

A call acquires a slot at once, or is queued with a `Ticket` and sends when the ticket is granted. The budget
learns the window from the headers of the responses and counts its own requests between them. Three rules keep
it from being refused:

- The window opens when the *lower* bound of the server's time has passed the reset, so never too early.
- What is in flight when it opens may be counted in the new window. So many slots fewer are granted, and
  returned when a late response carries the old reset.
- Within a window the lower of our count and the server's counts: others may use the same key. What remained
  by the last response is for those, too, whose responses have not come since.

Reference: "Rate Limits".
"""

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from threading import RLock

from pandocast_sdk._core.protocol import UNSENT, Consult, Failure, Outcome, Step, WireResponse
from pandocast_sdk._core.rate_limit.headers import LONGEST_WINDOW, rate_headers
from pandocast_sdk._core.rate_limit.hold_log import HoldLog
from pandocast_sdk._core.rate_limit.queue import Queue
from pandocast_sdk._core.rate_limit.server_clock import ServerClock
from pandocast_sdk._core.rate_limit.state import RateLimitState
from pandocast_sdk._core.rate_limit.tickets import Delay, Ticket, wake

LEARNING_SECONDS = 1.0  # from one request of a fresh budget to the next, until a response says the limit
MARGIN = 0.001  # seconds: a timer may fire a little early, which must not become a busy loop


class Budget:
    """The window of one key at one origin, shared by threads and event loops.

    Attributes:
        shared: Whether other processes have a part in it, so that there may be something to `report`.
        hold_log: What the log has said of calls that are held.
    """

    shared = False

    def __init__(self, *, now: Callable[[], float], wall: Callable[[], float]) -> None:
        """Begin knowing nothing.

        Args:
            now: The monotonic clock, in seconds.
            wall: The local wall clock, in seconds since 1970; used until the server's `Date` is known.
        """
        self._now = now
        # Reentrant, because the garbage collector may end an abandoned call, whose ticket is then cancelled,
        # in any thread at any time: in one that holds this lock, too.
        self._lock = RLock()
        self._queue = Queue()
        self._enqueued = 0
        self.hold_log = HoldLog()
        self._clock = ServerClock(wall() - now())
        self._paced: bool | None = None  # None: nothing learned; False: this server sends no such headers
        self._limit: int | None = None
        self._reset: int | None = None
        self._last_reset = -1
        self._local_remaining = 0  # slots of this window by our count
        self._server_remaining = 0  # the least that a response of this window has said
        self._unaccounted = 0  # requests since then that the server may count and no response will show
        self._in_flight: int = 0
        self._learning_until: float | None = None
        self._blocked_until = 0.0

    @property
    def state(self) -> RateLimitState:
        """What is known of the window right now."""
        with self._lock:
            self._roll_over(self._now())
            return RateLimitState.of(self._limit, max(0, self._slots()), self._reset)

    @property
    def queued(self) -> int:
        """How many calls are in the queue."""
        return len(self._queue)

    def server_time(self) -> float:
        """Return the server's time at the earliest, in seconds since 1970."""
        return self._clock.earliest(self._now())

    def try_acquire(self, now: float, *, polls: bool = False) -> int | None:
        """Acquire a slot at once, if there is one and nobody waits: the usual case.

        Args:
            now: The monotonic clock's time.
            polls: Whether it is for a poll, which is always queued.

        Returns:
            The number of the call's ticket, should the server refuse it; None where it has to be queued.
        """
        with self._lock:
            queue = self._queue
            if polls or queue.calls or queue.polls or now < self._blocked_until:
                return None
            self._roll_over(now)
            if not self._acquire(now, queue.kept):
                return None
            self._enqueued += 1
            self._in_flight += 1
            return self._enqueued

    def enqueue(self, number: int | None = None, *, polls: bool = False) -> Ticket:
        """Queue a call, or a poll, which gives way to calls.

        Args:
            number: That of its last ticket, if the server refused it: it goes back to where that stood.
            polls: Whether it is a poll.
        """
        with self._lock:
            if number is None:
                number = self._enqueued = self._enqueued + 1
            ticket = Ticket(self._lock, number, polls=polls)
            self._queue.add(ticket)
        return ticket

    @contextmanager
    def waiting(self) -> Generator[None]:
        """Keep one slot of every window for polls while somebody waits for what they find."""
        with self._lock:
            self._queue.waits += 1
        try:
            yield
        finally:
            with self._lock:
                self._queue.waits -= 1
                woken = self._grant_waiting(self._now())
            wake(woken)

    def poll(self, ticket: Ticket) -> Delay | Consult | None:
        """Return how long a ticket has to wait, or what to consult; None once it is granted."""
        now = self._now()
        with self._lock:
            woken = self._grant_waiting(now)
            delay = None if ticket.granted else self._wait_time(now)
        wake(woken)
        return delay

    def cancel(self, ticket: Ticket) -> None:
        """Give up a ticket that was not used; its slot goes to the next in the queue."""
        with self._lock:
            if ticket.granted:
                self._in_flight -= 1
                self._learning_until = None
                self._return_slot()
            else:
                self._queue.remove(ticket)
            woken = self._grant_waiting(self._now())
        wake(woken)

    def block(self, until: float) -> None:
        """Hold everybody back until a monotonic time, as a `Retry-After` asks."""
        with self._lock:
            self._blocked_until = max(self._blocked_until, until)

    def on_outcome(self, outcome: Outcome) -> None:
        """Account for a granted request that is over.

        Args:
            outcome: The response, the failure, or None when the call was cancelled in flight.
        """
        with self._lock:
            self._in_flight -= 1
            if isinstance(outcome, WireResponse):
                self._learn(outcome)
            else:
                self._learning_until = None  # the next in the queue goes instead
                if isinstance(outcome, Failure) and outcome.kind in UNSENT:
                    self._return_slot()
                else:
                    self._unaccounted += 1
            if not (self._queue.calls or self._queue.polls):
                return
            woken = self._grant_waiting(self._now())
        wake(woken)

    def extend_lease(self, seconds: float) -> None:
        """Have requests count for so long for other processes, of which there are none."""

    def report(self) -> Iterable[Step]:
        """Return the steps that report outcomes to other processes: none, in one process."""
        return ()

    def _grant_waiting(self, now: float) -> list[Ticket]:
        """Grant from the front of the queue what can be granted; return the tickets to wake."""
        self._roll_over(now)
        queue, granted = self._queue, list[Ticket]()
        while now >= self._blocked_until and (ticket := queue.first()) is not None:
            if not self._acquire(now, 0 if ticket.polls else queue.kept):
                break
            self._in_flight += 1
            granted.append(queue.take(polls=ticket.polls))
        return granted

    def _acquire(self, now: float, kept: int) -> bool:
        """Acquire one slot, if there are more than those that are kept for others."""
        if self._paced is None:
            if self._learning_until is not None and now < self._learning_until:
                return False
            # One more, not all: after a slow first response the rest would be refused.
            self._learning_until = now + LEARNING_SECONDS
            self._queue.next_turn()
            return True
        if self._paced is False:
            return True
        if (
            self._local_remaining > kept
            and self._server_remaining - kept > self._in_flight + self._unaccounted
        ):
            self._local_remaining -= 1
            return True
        if self._reset is not None or self._in_flight > 0:
            return False
        # No response is to come that could show the new window: one request goes alone, as at the beginning.
        self._paced, self._limit, self._learning_until = None, None, now + LEARNING_SECONDS
        self._queue.set_limit(None)
        self._queue.next_turn()
        return True

    def _wait_time(self, now: float) -> Delay:
        if now < self._blocked_until:
            return Delay(self._blocked_until - now, "retry_after")
        if self._paced is None and self._learning_until is not None:
            return Delay(max(0.0, self._learning_until - now) + MARGIN, "learning")
        if self._reset is not None:
            return Delay(self._clock.seconds_until(self._reset, now) + MARGIN, "window", self._reset)
        return Delay(LEARNING_SECONDS, "learning")

    def _roll_over(self, now: float) -> None:
        """Open the next window when the known one is certainly over."""
        if self._limit is None or self._reset is None or self._clock.earliest(now) < self._reset:
            return
        self._last_reset, self._reset = self._reset, None
        self._open_window(self._limit, self._limit)

    def _open_window(self, local_remaining: int, server_remaining: int, *, is_turn: bool = True) -> None:
        """Begin a window: what is in flight may be counted in it. It is a turn unless one has begun it."""
        self._local_remaining = max(0, local_remaining - self._in_flight)
        self._server_remaining, self._unaccounted = server_remaining, 0
        if is_turn:
            self._queue.next_turn()

    def _slots(self) -> int:
        return min(self._local_remaining, self._server_remaining - self._in_flight - self._unaccounted)

    def _return_slot(self) -> None:
        if self._limit is not None:
            self._local_remaining = min(self._local_remaining + 1, self._limit)

    def _learn(self, response: WireResponse) -> None:
        headers = rate_headers(response)
        was_set = headers.date is not None and self._clock.observe(
            headers.date, response.sent, response.received
        )
        latest_reset = self._clock.earliest(response.received) + LONGEST_WINDOW
        if was_set or (self._reset is not None and self._reset > latest_reset):
            # The server's clock was set: what was known of its windows is of another time.
            self._reset, self._last_reset = None, -1
            self._open_window(self._limit or 0, self._limit or 0)
        asks_for_reset = response.status == 429 and headers.retry_after is None
        if asks_for_reset:
            # Whatever it says remains, it has refused; only a `Retry-After` can have another reason.
            headers = headers._replace(remaining=0)
        limit, reset = headers.limit or self._limit, headers.reset
        if reset is not None and reset > latest_reset:
            reset = None
        if reset is None or headers.remaining is None or limit is None:
            self._unaccounted += 1
            self._learn_no_window(response.status)
        else:
            self._paced, is_first = True, self._limit is None
            if limit != self._limit:
                self._limit = limit
                self._queue.set_limit(limit)
            if reset != self._reset:
                self._learn_window(limit, headers.remaining, reset, response.received, is_first=is_first)
            # A response that was overtaken says nothing new.
            if reset == self._reset and headers.remaining < self._server_remaining:
                self._server_remaining, self._unaccounted = headers.remaining, 0
        if asks_for_reset and reset is not None and reset != self._reset:
            # The known window does not hold the next request back, and the server has asked for it.
            ahead = reset - self._clock.earliest(response.received)
            self._blocked_until = max(self._blocked_until, response.received + ahead)

    def _learn_no_window(self, status: int) -> None:
        if self._paced is None:
            self._learning_until = None
            # A gateway's error page, or a refusal, does not show whether the service itself counts.
            if status != 429 and status < 500:
                self._paced = False

    def _learn_window(
        self, limit: int, remaining: int, reset: int, received: float, *, is_first: bool
    ) -> None:
        """Learn from a response whose window is not the known one."""
        known = self._reset
        coming = reset > self._clock.latest(received)
        if reset <= self._last_reset or (known is not None and reset < known and not coming):
            # A response of the window before: its slot of the new one is returned.
            self._return_slot()
            return
        self._reset = reset
        if known is not None and reset > known:
            self._last_reset = known
            self._open_window(limit - 1, remaining)
        elif is_first:
            self._open_window(limit - 1, remaining, is_turn=False)
        # Else it is the window that was expected; or it resets earlier, and certainly is not over, so the
        # later one was wrong.
