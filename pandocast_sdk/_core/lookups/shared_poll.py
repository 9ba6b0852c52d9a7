"""One poll of a list for all who wait for its rows.

The list is read in rounds, one at a time. The plan of one waiter, the leader, reads the pages, and what it
finds is for every waiter that had joined before the round began: nobody is given anything older than its own
call. Nothing runs in the background. Whoever is first in the queue of those that poll leads the next round,
at a common pace; those that look up once lead a round at once, unless one is under way. A leader that ends,
for whatever reason, wakes the next. One whose driver died cannot: the others notice when its step is overdue.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import contextmanager
from math import inf
from threading import RLock
from typing import Generic, NamedTuple, TypeVar

from pandocast_sdk._core.call.context import CallContext, request_record
from pandocast_sdk._core.call.failures import deadline_error
from pandocast_sdk._core.lookups.pace import Pace
from pandocast_sdk._core.lookups.rounds import GRACE, Round, Waiter
from pandocast_sdk._core.lookups.wait_clock import TimeUpError, timed
from pandocast_sdk._core.lookups.wait_errors import is_transient
from pandocast_sdk._core.protocol import Plan, Sleep
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.errors import PandocastError

R = TypeVar("R")

_EARLY = 0.001  # seconds by which a timer may go off too early

Find = Callable[[CallContext, Collection[str], dict[str, R], float], Plan[None]]
"""Reads the rows with some ids into a dictionary, until a deadline; the list may not hold them all."""


class Polled(NamedTuple, Generic[R]):
    """What a poll has found.

    Attributes:
        rows: The rows, by their ids.
        complete: Whether those that are missing are not in the list; False when the time was over before.
        setback: The last error after which it went on, if there was one.
    """

    rows: Mapping[str, R]
    complete: bool
    setback: PandocastError | None = None


class SharedPoll(Generic[R]):
    """Reads one list for all who need rows of it."""

    def __init__(self, now: Callable[[], float], find: Find[R]) -> None:
        """Begin without waiters.

        Args:
            now: The monotonic clock.
            find: Reads the list.
        """
        self._now = now
        self._find = find
        # Reentrant: the garbage collector may close an abandoned plan in a thread that holds it.
        self._lock = RLock()
        self._queue: dict[Waiter[R], None] = {}
        self._round: Round[R] | None = None
        self._held = 0.0
        self._polling = 0  # rows
        self._ended = 0  # likewise, since the last round
        self._pace = Pace()
        self._due = -inf  # when the next round of those that poll begins

    @property
    def held(self) -> float:
        """For how many seconds in all the rate limit has held the reading back."""
        with self._lock:
            return self._held + (0.0 if self._round is None else self._round.held.total())

    @contextmanager
    def polling(self, rows: int) -> Generator[None]:
        """Keep the pace of polling for one who waits for some rows; where nobody does, it begins anew."""
        with self._lock:
            if not self._polling:
                self._pace, self._due, self._ended = Pace(), -inf, 0
            self._polling += rows
        try:
            yield
        finally:
            with self._lock:
                self._polling -= rows
                self._ended += rows

    def look_up(
        self, context: CallContext, ids: Collection[str], operation: Callable[[], Operation[object]]
    ) -> Plan[Mapping[str, R]]:
        """Look rows up once, as soon as possible.

        Args:
            context: What holds for the client.
            ids: The rows.
            operation: Returns what an error says that was called.

        Returns:
            Those that there are.

        Raises:
            PandocastError: They could not be read.
        """
        deadline = inf if context.options.deadline is None else self._now() + context.options.deadline
        current = self._round
        if current is not None and current.leader.options != context.options:
            # Other options may mean another patience than the leader's.
            found: dict[str, R] = {}
            yield from self._find(context, ids, found, deadline)
            return found
        waiter: Waiter[R] = Waiter(self._lock, ids, context.options, polls=False)
        alone = self._begin_alone(waiter)
        if alone is None:
            return (yield from self._serve(context, waiter, _never, deadline, operation)).rows
        yield from self._read(context, alone, _never, deadline)
        if waiter.error is not None:
            raise waiter.error
        return waiter.rows

    def poll(
        self,
        context: CallContext,
        ids: Collection[str],
        operation: Callable[[], Operation[object]],
        *,
        expires: Callable[[], float],
        deadline: float,
        is_first: bool,
    ) -> Plan[Polled[R]]:
        """Wait for the next poll; errors from which the server may recover are waited out.

        Args:
            context: What holds for the client.
            ids: The rows.
            operation: Returns what an error says that was called.
            expires: Returns when to end, as far as known: the rate limit postpones it.
            deadline: When to raise.
            is_first: Whether it has not polled before: then the next poll is not later than it expires.

        Returns:
            Those that there are, or that were found before it expired.

        Raises:
            DeadlineExceededError: The deadline was exceeded.
            PandocastError: They could not be read.
        """
        waiter: Waiter[R] = Waiter(self._lock, ids, context.options, polls=True)
        if is_first:
            waiter.latest = expires()
        return (yield from self._serve(context, waiter, expires, deadline, operation))

    def _serve(
        self,
        context: CallContext,
        waiter: Waiter[R],
        expires: Callable[[], float],
        deadline: float,
        operation: Callable[[], Operation[object]],
    ) -> Plan[Polled[R]]:
        self._join(waiter)
        try:
            while not waiter.served:
                now, latest = self._now(), expires()
                if now >= min(deadline, latest):
                    if latest <= deadline:
                        break
                    raise deadline_error(request_record(context, operation()))
                current = self._begin_round(waiter)
                if current is None:
                    wake_up = min(self._wake_up_time(waiter, latest), deadline)
                    yield Sleep(max(0.0, wake_up - now), waiter)
                else:
                    yield from self._read(context, current, expires, deadline)
        finally:
            self._leave(waiter)
        if waiter.error is not None:
            raise waiter.error
        return Polled(waiter.rows, waiter.complete, waiter.setback)

    def _join(self, waiter: Waiter[R]) -> None:
        """Queue a waiter; if it cannot wait for the next poll, that begins at once."""
        with self._lock:
            self._queue[waiter] = None
            woken = self._next_leaders() if waiter.latest < self._due else []
        for other in woken:
            if other is not waiter:
                other.wake()

    def _begin_alone(self, waiter: Waiter[R]) -> Round[R] | None:
        """Begin a round for one that looks up where nobody else is: the usual case."""
        with self._lock:
            if self._round is not None or self._queue:
                return None
            self._round = Round(waiter, [waiter], self._now)
            return self._round

    def _begin_round(self, waiter: Waiter[R]) -> Round[R] | None:
        """Begin a round led by a waiter, if it is time, and if it is the one to lead."""
        with self._lock:
            now = self._now()
            if self._round is not None:
                if now < self._round.overdue:
                    return None
                self._forget(self._round)
            waiters = list(self._queue)
            is_due = now >= self._due - _EARLY or any(other.latest < self._due for other in waiters)
            if not waiter.polls:
                # Those that poll are served with it when their time has come, so that they never starve.
                waiters = waiters if is_due else [other for other in waiters if not other.polls]
            elif not is_due or (self._leader() is not waiter and now < self._due + GRACE):
                return None
            self._round = Round(waiter, waiters, self._now)
            return self._round

    def _read(
        self, context: CallContext, current: Round[R], expires: Callable[[], float], deadline: float
    ) -> Plan[None]:
        """Read what the waiters of a round need, and serve them."""
        ids = {row_id for waiter in current.waiters for row_id in waiter.ids}
        finished, caught = False, None
        # A poll gives way to calls; one that looks up once does not.
        context = context._replace(polls=all(waiter.polls for waiter in current.waiters))
        try:
            finding = self._find(context, ids, current.rows, deadline)
            yield from timed(finding, self._now, current.held, expires, current.progress)
            finished = True
        except TimeUpError:
            pass
        except PandocastError as error:
            caught = error
        finally:
            self._end_round(current, caught, finished=finished)

    def _end_round(self, current: Round[R], error: PandocastError | None, *, finished: bool) -> None:
        """End a round; unless it has finished, another begins for those that it did not serve."""
        with self._lock:
            if self._round is current:
                self._forget(current)
            leader, woken = current.leader, list[Waiter[R]]()
            recovers = error is not None and is_transient(error, leader.options.rate_limit)
            if self._polling and (finished or recovers) and any(waiter.polls for waiter in current.waiters):
                self._due = self._now() + self._pace.next_pause(self._ended, self._polling)
                self._ended = 0
            for waiter in current.waiters:
                # Another round may have served it, if this leader's driver only seemed to be dead.
                waits = not waiter.served and (waiter is leader or waiter in self._queue)
                if waits and current.serve(waiter, error, finished=finished):
                    self._queue.pop(waiter, None)
                    woken.append(waiter)
            woken += self._next_leaders()
        for waiter in woken:
            if waiter is not leader:
                waiter.wake()

    def _forget(self, current: Round[R]) -> None:
        self._held += current.held.total()
        self._round = None

    def _leave(self, waiter: Waiter[R]) -> None:
        """Let a waiter go, served or not."""
        with self._lock:
            left_early = self._queue.pop(waiter, waiter) is None
            woken = self._next_leaders() if left_early else []
        for other in woken:
            other.wake()

    def _leader(self) -> Waiter[R] | None:
        """Return which of those that poll leads the next round."""
        return next((waiter for waiter in list(self._queue) if waiter.polls), None)

    def _next_leaders(self) -> list[Waiter[R]]:
        """Return who has to know that no round is under way: the first of either kind."""
        if self._round is not None or not self._queue:
            return []
        queue = list(self._queue)
        first = next((waiter for waiter in queue if not waiter.polls), None), self._leader()
        return [waiter for waiter in first if waiter is not None]

    def _wake_up_time(self, waiter: Waiter[R], expires: float) -> float:
        """Return until when a waiter can sleep that nobody wakes."""
        with self._lock:
            if self._round is not None:
                # While the rate limit holds it, the time does not run.
                return min(self._round.overdue, expires + self._round.held.rest())
            return min(expires, self._due if self._leader() is waiter else self._due + GRACE)


def _never() -> float:
    return inf
