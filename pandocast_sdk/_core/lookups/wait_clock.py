"""The time of a wait: for how long the rate limit holds it back does not count."""

from collections.abc import Callable
from math import inf
from typing import TypeVar

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.interposing import interpose, withhold
from pandocast_sdk._core.protocol import Outcome, Plan, Send, Sleep, Step
from pandocast_sdk._core.rate_limit.tickets import Ticket
from pandocast_sdk.options import positive_seconds

T = TypeVar("T")

_LONGEST_STEP = 30.0  # seconds, for one that names no time: imports, and queries of a store


class TimeUpError(Exception):
    """The time of a wait was over in the middle of a call."""


class HeldTime:
    """For how long the rate limit has held a plan back, up to now; other threads may read it."""

    __slots__ = ("_now", "_state")

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._state = (0.0, inf, inf)  # seconds until then; since when it is held; at most until when

    def total(self) -> float:
        """Return how many seconds it was held."""
        total, since, until = self._state
        return total + max(0.0, min(self._now(), until) - since)

    def rest(self) -> float:
        """Return how many seconds more it will be held, at most."""
        _, since, until = self._state
        return 0.0 if since == inf else max(0.0, until - self._now())

    def begin(self, seconds: float) -> None:
        """Record that it is held from now on, at most for so many seconds."""
        now = self._now()
        self._state = (self._state[0], now, now + seconds)

    def end(self) -> None:
        """Record that it is no longer held."""
        total, since, _ = self._state
        self._state = (total + self._now() - since, inf, inf)


class WaitClock:
    """When a wait times out.

    Attributes:
        timeout: Its `timeout`, in seconds.
        expires: When it times out, by the monotonic clock, as far as known: the rate limit postpones it.
        deadline: When the client's `deadline` is exceeded, which nothing postpones.
        held_back: For how many seconds the rate limit has held it back.
    """

    __slots__ = ("_now", "deadline", "expires", "held_back", "timeout")

    def __init__(self, context: CallContext, timeout: float) -> None:
        """Start it.

        Raises:
            ValueError: `timeout` is not a number of seconds above zero.
        """
        positive_seconds("timeout", timeout)
        started, deadline = context.now(), context.options.deadline
        self._now = context.now
        self.timeout = timeout
        self.expires = started + timeout
        self.deadline = inf if deadline is None else started + deadline
        self.held_back = 0.0

    def hold(self, seconds: float) -> None:
        """Record that the rate limit has held the wait back."""
        self.expires += seconds
        self.held_back += seconds

    def run(self, plan: Plan[T], *, may_expire: bool = True) -> Plan[T]:
        """Run a plan, and do not count the time that it is held back.

        Raises:
            TimeUpError: The wait has timed out meanwhile, unless it must not; the plan is closed.
        """
        held = HeldTime(self._now)
        try:
            expires = (lambda: self.expires + held.total()) if may_expire else (lambda: inf)
            return (yield from timed(plan, self._now, held, expires))
        finally:
            self.hold(held.total())


def timed(
    plan: Plan[T],
    now: Callable[[], float],
    held: HeldTime,
    expires: Callable[[], float],
    progress: Callable[[float], None] | None = None,
) -> Plan[T]:
    """Run a plan until a time that the rate limit postpones.

    Args:
        plan: The plan.
        now: The monotonic clock.
        held: Where to record how long the rate limit holds it back.
        expires: Returns when to end it, as far as known.
        progress: Called before each step with the time by which that is over.

    Raises:
        TimeUpError: The time is over; the plan is closed, and its slot in the window given back.
    """

    def do(step: Step) -> Plan[Outcome]:
        moment = now()
        end = moment + _LONGEST_STEP
        if isinstance(step, Send):
            latest = expires()
            if moment >= latest:
                withhold(plan, TimeUpError())
                raise TimeUpError
            if latest < step.deadline:
                step = step._replace(expires=min(step.expires, latest), deadline=latest)
            end = step.expires
        elif isinstance(step, Sleep):
            if step.until is None:
                step = Sleep(max(0.0, min(step.seconds, expires() - moment)))
            end = moment + step.seconds
        if progress is not None:
            progress(end)
        if not isinstance(step, Sleep) or not isinstance(step.until, Ticket):
            return (yield step)
        held.begin(step.seconds)
        try:
            return (yield step)
        finally:
            held.end()

    return interpose(plan, do)
