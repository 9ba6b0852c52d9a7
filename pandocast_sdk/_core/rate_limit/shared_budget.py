"""A budget that several processes share: a store decides, and this process goes on alone while it is down.

Every process has its own queue, and sends one query at a time to the store on behalf of its front. It learns
the window from its own responses, too, and so knows it when the store goes down.
"""

import secrets
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress

from pandocast_sdk._core.log import logger
from pandocast_sdk._core.protocol import (
    UNSENT,
    Consult,
    Failure,
    Outcome,
    Sleep,
    Step,
    WireResponse,
)
from pandocast_sdk._core.rate_limit.budget import Budget
from pandocast_sdk._core.rate_limit.budget_store import (
    BlockReport,
    Report,
    ResponseReport,
    StoreQuery,
    StoreReply,
)
from pandocast_sdk._core.rate_limit.consultation import Consultation
from pandocast_sdk._core.rate_limit.headers import rate_headers
from pandocast_sdk._core.rate_limit.state import RateLimitState
from pandocast_sdk._core.rate_limit.tickets import Delay, Ticket, wake

_MAX_WANTED = 10  # slots in one query, so that the processes take turns
_SHORT_POLL = 0.05  # seconds between queries while responses to other processes may free slots
_LONG_POLL = 0.5  # likewise while the window seems spent: they may still return slots
_MIN_WAIT = 0.05  # seconds: for a ticket whose query another has sent
_RETRY_STORE_AFTER = 2.0  # seconds from one try to reach a store that is down to the next
_LEAST_LEASE = 10.0  # seconds, while somebody waits: polls pause for less
_MAX_CONSULTATION = 3.0  # seconds: no ticket waits longer for another's query


class SharedBudget(Budget):
    """One process's share of the window of one key."""

    shared = True

    def __init__(self, key: str, *, now: Callable[[], float], wall: Callable[[], float]) -> None:
        """Begin knowing nothing.

        Args:
            key: The name of the window at the store.
            now: The monotonic clock, in seconds.
            wall: The local wall clock, in seconds since 1970.
        """
        super().__init__(now=now, wall=wall)
        self.key = key
        self._process = secrets.token_hex(8)
        self._lease = 0.0
        self._reports: list[Report] = []
        self._consultation: Consultation | None = None
        self._consult_at = 0.0  # when the next query is due, while tickets wait
        self._store_delay: Delay | None = None  # how long the queue has to wait, from `_replied_at` on
        self._replied_at = 0.0
        self._last_reply: StoreReply | None = None
        self._store_down = False
        self._reported_waits = False  # whether the store knows of waits
        self._warnings: list[str] = []  # to be logged without the lock

    @property
    def state(self) -> RateLimitState:
        """What is known of the window right now."""
        with self._lock:
            known = self._last_reply
            if self._store_down or known is None:
                return super().state
            if known.reset is not None and self.server_time() >= known.reset:
                return RateLimitState.of(known.limit, known.limit or 0, None)
            return RateLimitState.of(known.limit, known.remaining, known.reset)

    def server_time(self) -> float:
        """Return the server's time at the earliest, in seconds since 1970."""
        if self._clock.known or self._last_reply is None:
            return super().server_time()
        return self._last_reply.server_time + self._now() - self._replied_at

    def now(self) -> float:
        """Return the monotonic clock's time."""
        return self._now()

    def extend_lease(self, seconds: float) -> None:
        """Count requests of this process for so long after it was last heard of."""
        with self._lock:
            self._lease = max(self._lease, seconds)

    def try_acquire(self, now: float, *, polls: bool = False) -> int | None:  # noqa: ARG002 - as the store decides, every call is queued
        """Return None: the store grants slots to the queue."""
        return None

    def poll(self, ticket: Ticket) -> Delay | Consult | None:
        """Return how long a ticket has to wait, or what to consult; None once it is granted."""
        now = self._now()
        woken: list[Ticket] = []
        with self._lock:
            if self._consultation is not None and now - self._consultation.since > _MAX_CONSULTATION:
                self._consultation, woken = None, self._lose_store("no reply")
            delay: Delay | Consult | None = None
            if not ticket.granted:
                if self._consultation is None and now >= self._consult_at and self._paced is not False:
                    delay = self._consult(now)
                else:
                    delay = (
                        super().poll(ticket) if self._decides_alone() else self._delay_by_store(ticket, now)
                    )
        self._warn()
        wake(woken)
        return delay

    def cancel(self, ticket: Ticket) -> None:
        """Give up a ticket that was not used; its slot goes to the next in the queue."""
        with self._lock:
            if ticket.granted:
                self._record("unsent")
                self._consult_at = min(self._consult_at, self._now())
            super().cancel(ticket)
            front = self._front()
        wake(front)  # which has to send the next query

    @contextmanager
    def waiting(self) -> Generator[None]:
        """Keep one slot of every window for polls while somebody waits for what they find."""
        try:
            with super().waiting():
                yield
        finally:
            with self._lock:
                front = [] if self._queue.waits else self._front()
                if front:
                    self._consult_at = min(self._consult_at, self._now())
            wake(front)  # which has to send the next query

    def block(self, until: float) -> None:
        """Hold everybody back until a monotonic time, as a `Retry-After` asks."""
        with self._lock:
            super().block(until)
            self._record(BlockReport(until))
            self._consult_at = min(self._consult_at, self._now())

    def on_outcome(self, outcome: Outcome) -> None:
        """Account for a granted request that is over."""
        with self._lock:  # together, so that no query has the one without the other
            if isinstance(outcome, WireResponse):
                self._record(
                    ResponseReport(outcome.status, rate_headers(outcome), outcome.sent, outcome.received)
                )
            else:
                unsent = isinstance(outcome, Failure) and outcome.kind in UNSENT
                self._record("unsent" if unsent else "lost")
            super().on_outcome(outcome)

    def report(self) -> Iterator[Step]:
        """Report to the store what has happened, unless another call does or nothing has."""
        while True:
            with self._lock:
                if self._store_down or not (self._reports or self._slot_is_kept_in_vain()):
                    return
                step: Step = (
                    Sleep(_MAX_CONSULTATION, self._consultation)
                    if self._consultation
                    else self._consult(self._now())
                )
            yield step

    def on_reply(self, consultation: Consultation, reply: StoreReply | str) -> None:
        """Apply the reply to a query, or the kind of error that came in its place."""
        woken: list[Ticket] = []
        with self._lock:
            if self._consultation is consultation:
                self._consultation = None
                woken = self._lose_store(reply) if isinstance(reply, str) else self._apply(reply)
        self._warn()
        wake(woken)
        consultation.finish()

    def _decides_alone(self) -> bool:
        """Return whether this process decides alone: the store is down, or the service has no limit."""
        return self._store_down or self._paced is False

    def _slot_is_kept_in_vain(self) -> bool:
        """Return whether the store has yet to learn that nobody waits any more."""
        return self._reported_waits and not self._queue.waits and self._paced is not False

    def _front(self) -> list[Ticket]:
        """Return the ticket that has to query for the queue, if there is one."""
        return list(self._queue)[:1]

    def _record(self, report: Report) -> None:
        if not self._decides_alone():
            self._reports.append(report)

    def _grant_waiting(self, now: float) -> list[Ticket]:
        if self._decides_alone():
            return super()._grant_waiting(now)
        self._roll_over(now)
        return []

    def _consult(self, now: float) -> Consultation:
        if self._store_delay is not None and now >= self._replied_at + self._store_delay.seconds:
            self._store_delay = None
        reports, self._reports = self._reports, []
        queue, most = self._queue, 0 if self._store_down else _MAX_WANTED
        waits = self._reported_waits = queue.waits > 0
        query = StoreQuery(
            self._process,
            reports,
            self._in_flight,
            max(self._lease, _LEAST_LEASE) if waits else self._lease,
            wanted=min(len(queue.calls), most),
            queued=len(queue.calls),
            wanted_polls=min(len(queue.polls), most),
            waits=waits,
        )
        self._consultation = Consultation(self, query, now)
        return self._consultation

    def _delay_by_store(self, ticket: Ticket, now: float) -> Delay:
        """Return the delay that the store has set; only the front of the queue polls before it is over."""
        delay = self._store_delay
        if delay is None:
            return Delay(_MAX_CONSULTATION, "learning")  # its query is under way
        poll_after = (
            max(0.0, self._consult_at - now)
            if self._consultation is None and self._front() == [ticket]
            else None
        )
        # At the end of the wait the next query may be under way, which must not become a busy loop.
        least = _MIN_WAIT if self._consultation is not None else 0.0
        return delay._replace(
            seconds=max(least, delay.seconds - (now - self._replied_at)), poll_after=poll_after
        )

    def _apply(self, reply: StoreReply) -> list[Ticket]:
        """Do as the store has decided; return the tickets that have to poll."""
        if self._store_down:
            self._store_down = False
            self._warnings.append("the store of the rate limit is back; this process shares its budget again")
        now, before = self._now(), self._store_delay
        self._store_delay, self._last_reply, self._replied_at, self._consult_at = reply.delay, reply, now, now
        lanes = [False] * reply.granted + [True] * reply.granted_polls
        woken = [ticket for polls in lanes for ticket in self._grant_front(now, polls=polls)]
        if reply.delay is None:
            return [*woken, *self._front()]
        soon = reply.delay.reason == "learning" or reply.local_remaining > 0
        self._consult_at += min(_SHORT_POLL if soon else _LONG_POLL, reply.delay.seconds)
        if before is not None and (before.reason, before.reset) == (reply.delay.reason, reply.delay.reset):
            return [*woken, *self._front()]
        return [*woken, *self._queue]  # they may have to raise, or to wait for something else

    def _grant_front(self, now: float, *, polls: bool) -> list[Ticket]:
        """Grant the first call or poll a slot that the store has granted, and count it here, too."""
        if not (self._queue.polls if polls else self._queue.calls):
            self._record("unsent")  # the ticket for which it was wanted is cancelled
            return []
        self._acquire(now, 0)
        self._in_flight += 1
        return [self._queue.take(polls=polls)]

    def _lose_store(self, kind: str) -> list[Ticket]:
        """Go on without the store; return the tickets that have to poll."""
        now = self._now()
        self._store_delay, self._last_reply, self._consult_at = None, None, now + _RETRY_STORE_AFTER
        if not self._store_down:
            self._store_down = True
            self._reports.clear()
            self._warnings.append(
                f"the store of the rate limit does not answer ({kind}); "
                "this process paces by itself meanwhile"
            )
        return [*self._grant_waiting(now), *self._queue]

    def _warn(self) -> None:
        """Log the warnings that are due; called without the lock, which a handler of the log may want."""
        while self._warnings:
            with suppress(IndexError):  # another thread logs it
                logger.warning("%s", self._warnings.pop(0))
