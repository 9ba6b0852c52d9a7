"""A round of a shared poll: who leads it, and for whom."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from math import inf
from threading import RLock
from typing import Generic, TypeVar

from pandocast_sdk._core.lookups.wait_clock import HeldTime
from pandocast_sdk._core.lookups.wait_errors import copy_of, is_of_policy, is_transient
from pandocast_sdk._core.protocol import Wakeup
from pandocast_sdk.errors import PandocastError
from pandocast_sdk.options import ClientOptions

R = TypeVar("R")

GRACE = 5.0  # seconds after which a step that is not over belongs to a driver that died


class Waiter(Wakeup, Generic[R]):
    """One that waits for one round.

    Attributes:
        ids: The rows that it needs.
        options: The options of its client.
        polls: Whether it waits for the next poll; otherwise it looks up once, as soon as possible.
        latest: When that poll has to begin; infinity once it has had a chance.
        rows: What its last round has found, as far as that has come.
        complete: Whether the round has found all that it needs, or has read the whole list.
        error: Why it has not, if that ends the wait.
        setback: Why its last round has not, if the server may recover.
    """

    __slots__ = ("complete", "error", "ids", "latest", "options", "polls", "rows", "setback")

    def __init__(self, lock: RLock, ids: Collection[str], options: ClientOptions, *, polls: bool) -> None:
        super().__init__(lock)
        self.ids = ids
        self.options = options
        self.polls = polls
        self.latest = inf
        self.rows: Mapping[str, R] = {}
        self.complete = False
        self.error: PandocastError | None = None
        self.setback: PandocastError | None = None

    @property
    def served(self) -> bool:
        """Whether its round is over."""
        return self.complete or self.error is not None


class Round(Generic[R]):
    """One reading of the list.

    Attributes:
        leader: Whose plan reads.
        waiters: For whom.
        rows: What has been found so far.
        held: For how long the rate limit holds it back.
        overdue: When the leader's driver must have died.
    """

    __slots__ = ("held", "leader", "overdue", "rows", "waiters")

    def __init__(self, leader: Waiter[R], waiters: list[Waiter[R]], now: Callable[[], float]) -> None:
        self.leader = leader
        self.waiters = waiters
        self.rows: dict[str, R] = {}
        self.held = HeldTime(now)
        self.overdue = now() + GRACE

    def progress(self, end: float) -> None:
        """Record by when the leader's next step is over."""
        self.overdue = end + GRACE

    def serve(self, waiter: Waiter[R], error: PandocastError | None, *, finished: bool) -> bool:
        """Give a waiter what the round has found; return whether it needs no other round.

        Args:
            waiter: One of the round's.
            error: What has ended the round, if that was an error.
            finished: Whether all rows were found, or are not in the list.
        """
        waiter.rows, waiter.latest = self.rows, inf
        waiter.complete = finished or all(row_id in self.rows for row_id in waiter.ids)
        if not waiter.complete and error is not None:
            own = error if waiter is self.leader else copy_of(error)
            if _is_shared(error, waiter, self.leader):
                waiter.error = own
            elif is_transient(error, self.leader.options.rate_limit):
                waiter.setback = own
        return waiter.served


def _is_shared(error: PandocastError, waiter: Waiter[R], leader: Waiter[R]) -> bool:
    """Return whether the error of a round is one that a waiter would meet, too, and raises."""
    policy = leader.options.rate_limit
    if waiter is leader:
        return not (waiter.polls and is_transient(error, policy))
    if is_of_policy(error, policy):
        return False
    if is_transient(error, policy):
        return not (waiter.polls or leader.polls) and waiter.options == leader.options
    return True
