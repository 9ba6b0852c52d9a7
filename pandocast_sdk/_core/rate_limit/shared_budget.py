"""A budget that several processes share: a store decides, and this one goes on alone while it is away.

Every process has its own line, and one question at a time goes to the store on behalf of its front. The
window is learned here, too, from this process's own answers, and so is known when the store goes away.
"""

import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from threading import Lock

from pandocast_sdk._core.protocol import (
    UNSENT,
    Consult,
    Failure,
    Outcome,
    Sleep,
    Step,
    WakeCallback,
    WireResponse,
)
from pandocast_sdk._core.rate_limit.budget import Budget, wake
from pandocast_sdk._core.rate_limit.budget_store import (
    STORE_SECONDS,
    Answered,
    Blocked,
    Question,
    Reply,
    Report,
    read_reply,
)
from pandocast_sdk._core.rate_limit.headers import rate_headers
from pandocast_sdk._core.rate_limit.state import RateLimitState
from pandocast_sdk._core.rate_limit.tickets import Delay, Ticket

logger = logging.getLogger("pandocast_sdk")

_MOST_AT_ONCE = 10  # places in one question, so that the processes take turns
_SHORT_NAP = 0.05  # seconds between questions while answers to other processes may tell of places
_LONG_NAP = 0.5  # likewise while the window seems spent: they may still give places back
_LEAST_WAIT = 0.05  # seconds: for whoever waits for a question of somebody else
_AWAY = 2.0  # seconds from one try to reach a lost store to the next
_LONGEST_QUESTION = 3.0  # seconds: nobody waits longer for somebody else's question


class SharedBudget(Budget):
    """One process's part in the window of one key."""

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
        self._asking: Asking | None = None
        self._ask_at = 0.0  # when the next question is due, while there is a line
        self._verdict: Delay | None = None  # how long the line has to wait, from `_heard_at` on
        self._heard_at = 0.0
        self._known: Reply | None = None
        self._away = False

    @property
    def state(self) -> RateLimitState:
        """What is known of the window right now."""
        with self._lock:
            known = self._known
            if self._away or known is None:
                return super().state
            if known.reset is not None and self.server_time() >= known.reset:
                return RateLimitState.of(known.limit, known.limit or 0, None)
            return RateLimitState.of(known.limit, known.left, known.reset)

    def server_time(self) -> float:
        """Give the server's time at the earliest, in seconds since 1970."""
        if self._clock.known or self._known is None:
            return super().server_time()
        return self._known.server_time + self._now() - self._heard_at

    def now(self) -> float:
        """Give the monotonic clock's time."""
        return self._now()

    def outlast(self, seconds: float) -> None:
        """Count requests of this process for so long after it was last heard of."""
        with self._lock:
            self._lease = max(self._lease, seconds)

    def take(self, now: float) -> int | None:  # noqa: ARG002 - as the store decides, everybody joins the line
        """Take no place at once: the store grants them to the line."""
        return None

    def delay(self, ticket: Ticket) -> Delay | Consult | None:
        """Say how long a ticket has to wait, or what to ask; None once it is granted."""
        now = self._now()
        woken: list[Ticket] = []
        with self._lock:
            if self._asking is not None and now - self._asking.since > _LONGEST_QUESTION:
                self._asking, woken = None, self._lose("no reply")
            delay: Delay | Consult | None = None
            if not ticket.granted:
                if self._asking is None and now >= self._ask_at and self._paced is not False:
                    delay = self._ask(now)
                else:
                    delay = super().delay(ticket) if self._alone() else self._told_delay(ticket, now)
        wake(woken)
        return delay

    def leave(self, ticket: Ticket) -> None:
        """Give up a ticket that was not used; its place goes to the next in line."""
        with self._lock:
            if ticket.granted:
                self._note("unsent")
                self._ask_at = min(self._ask_at, self._now())
            super().leave(ticket)
            front = list(self._line)[:1]
        wake(front)  # somebody has to ask for the line

    def block(self, until: float) -> None:
        """Hold everybody back until a monotonic time, as a `Retry-After` asks."""
        with self._lock:
            super().block(until)
            self._note(Blocked(until))
            self._ask_at = min(self._ask_at, self._now())

    def settle(self, outcome: Outcome) -> None:
        """Account for a granted request that is over."""
        with self._lock:  # together, so that no question tells of the one without the other
            if isinstance(outcome, WireResponse):
                self._note(Answered(outcome.status, rate_headers(outcome), outcome.sent, outcome.received))
            else:
                unsent = isinstance(outcome, Failure) and outcome.kind in UNSENT
                self._note("unsent" if unsent else "lost")
            super().settle(outcome)

    def report(self) -> Iterator[Step]:
        """Tell the store what has happened, unless somebody else does or nothing has."""
        while True:
            with self._lock:
                if self._away or not self._reports:
                    return
                step: Step = (
                    Sleep(_LONGEST_QUESTION, self._asking) if self._asking else self._ask(self._now())
                )
            yield step

    def hear(self, asking: "Asking", reply: Reply | str) -> None:
        """Take the reply to a question, or the kind of error that came in its place."""
        woken: list[Ticket] = []
        with self._lock:
            if self._asking is asking:
                self._asking = None
                woken = self._lose(reply) if isinstance(reply, str) else self._obey(reply)
        wake(woken)
        asking.ring()

    def _alone(self) -> bool:
        """Tell whether this process decides by itself: the store is away, or the service counts nothing."""
        return self._away or self._paced is False

    def _note(self, report: Report) -> None:
        if not self._alone():
            self._reports.append(report)

    def _serve(self, now: float) -> list[Ticket]:
        if self._alone():
            return super()._serve(now)
        self._roll(now)
        return []

    def _ask(self, now: float) -> "Asking":
        if self._verdict is not None and now >= self._heard_at + self._verdict.seconds:
            self._verdict = None
        reports, self._reports = self._reports, []
        wanted = 0 if self._away else min(len(self._line), _MOST_AT_ONCE)
        question = Question(self._process, reports, self._in_flight, self._lease, wanted)
        self._asking = Asking(self, question, now)
        return self._asking

    def _told_delay(self, ticket: Ticket, now: float) -> Delay:
        """Say what the store has told; only the front of the line wakes before that, to ask again."""
        told = self._verdict
        if told is None:
            return Delay(_LONGEST_QUESTION, "learning")  # its question is under way
        nap = max(0.0, self._ask_at - now) if self._asking is None and ticket is self._line[0] else None
        # At the end of the wait the next question may be under way, which must not become a busy loop.
        least = _LEAST_WAIT if self._asking is not None else 0.0
        return told._replace(seconds=max(least, told.seconds - (now - self._heard_at)), nap=nap)

    def _obey(self, reply: Reply) -> list[Ticket]:
        """Do as the store has decided; give those who have to look again."""
        if self._away:
            self._away = False
            logger.warning("the store of the rate limit is back; this process shares its budget again")
        now, before = self._now(), self._verdict
        self._verdict, self._known, self._heard_at, self._ask_at = reply.delay, reply, now, now
        woken = [ticket for ticket in map(self._grant, [now] * reply.granted) if ticket is not None]
        if reply.delay is None:
            return [*woken, *list(self._line)[:1]]
        soon = reply.delay.reason == "learning" or reply.counted > 0
        self._ask_at += min(_SHORT_NAP if soon else _LONG_NAP, reply.delay.seconds)
        if before is not None and (before.reason, before.reset) == (reply.delay.reason, reply.delay.reset):
            return [*woken, *list(self._line)[:1]]
        return [*woken, *self._line]  # they may have to raise, or to wait for something else

    def _grant(self, now: float) -> Ticket | None:
        """Give a place that the store has granted to the front of the line, and count it here, too."""
        if not self._line:
            self._note("unsent")  # whoever wanted it has left
            return None
        self._take(now)
        ticket = self._line.popleft()
        ticket.grant()
        self._in_flight += 1
        return ticket

    def _lose(self, trouble: str) -> list[Ticket]:
        """Go on without the store; give those who have to look again."""
        now = self._now()
        self._verdict, self._known, self._ask_at = None, None, now + _AWAY
        if not self._away:
            self._away = True
            self._reports.clear()
            logger.warning(
                "the store of the rate limit does not answer (%s); this process paces by itself meanwhile",
                trouble,
            )
        return [*self._serve(now), *self._line]


class Asking:
    """One question to the store, under way or over."""

    def __init__(self, budget: SharedBudget, question: Question, since: float) -> None:
        self._budget = budget
        self._question = question
        self._lock = Lock()
        self._over = False
        self._waiting: list[WakeCallback] = []
        self.since = since

    def payload(self) -> tuple[str, str]:
        """Give the budget's key at the store, and the question, whose times hold from now on."""
        return self._budget.key, self._question.to_json(self._budget.now(), transit=2 * STORE_SECONDS)

    def deliver(self, reply: Sequence[object]) -> None:
        """Take the reply.

        Raises:
            ValueError: It is none.
        """
        self._budget.hear(self, read_reply(reply))

    def fail(self, trouble: str) -> None:
        """Take note that there is no reply."""
        self._budget.hear(self, trouble)

    def on_wake(self, callback: WakeCallback) -> bool:
        """Have `callback` called when the question is over; False says that it already is."""
        with self._lock:
            self._waiting.append(callback)
            return not self._over

    def ring(self) -> None:
        """Wake those who wait for the end of the question."""
        with self._lock:
            self._over = True
        for callback in self._waiting:
            callback()
