"""Who waits for a slot: calls in their order, and polls, which give way to them.

A poll goes behind the calls that are queued, but once in each window before them: so no wait starves, however
long the queue is. While anybody waits for what polls find, the calls leave one slot of each window to them
until a poll has had it. Where only one request can go at a time, in a window of one slot or before a limit is
known, calls and polls take turns.
"""

from collections import deque
from collections.abc import Iterator

from pandocast_sdk._core.rate_limit.tickets import Ticket


class Queue:
    """The tickets of one budget, in two lanes; used with the lock of the budget.

    Attributes:
        calls: The calls, in their order.
        polls: The polls, likewise.
        kept: How many slots the calls leave to the polls.
    """

    __slots__ = ("_limit", "_polled", "_turn", "_waits", "calls", "kept", "polls")

    def __init__(self) -> None:
        self.calls: deque[Ticket] = deque()
        self.polls: deque[Ticket] = deque()
        self.kept = 0
        self._waits = 0
        self._limit: int | None = None
        self._turn = 0  # counts the windows, and the requests that go alone while no limit is known
        self._polled = -2  # the last turn in which a poll went

    def __len__(self) -> int:
        return len(self.calls) + len(self.polls)

    def __iter__(self) -> Iterator[Ticket]:
        # From a copy: the garbage collector may cancel a ticket in between.
        return iter([*self.calls, *self.polls])

    @property
    def waits(self) -> int:
        """How many wait for what polls find."""
        return self._waits

    @waits.setter
    def waits(self, count: int) -> None:
        self._waits = count
        self._keep()

    def add(self, ticket: Ticket) -> None:
        """Add a ticket where its number belongs: at the end, unless the server refused it."""
        lane = self.polls if ticket.polls else self.calls
        if not lane or lane[-1].number < ticket.number:
            lane.append(ticket)
        else:
            lane.insert(next(i for i, other in enumerate(lane) if other.number > ticket.number), ticket)

    def remove(self, ticket: Ticket) -> None:
        """Remove a ticket that was not granted."""
        (self.polls if ticket.polls else self.calls).remove(ticket)

    def first(self) -> Ticket | None:
        """Return the ticket that is granted next."""
        if self.polls and (self._poll_is_due() or not self.calls):
            return self.polls[0]
        return self.calls[0] if self.calls else None

    def take(self, *, polls: bool) -> Ticket:
        """Remove the first ticket of a lane, and grant it."""
        ticket = (self.polls if polls else self.calls).popleft()
        if polls:
            self._polled = self._turn
            self._keep()
        ticket.grant()
        return ticket

    def set_limit(self, limit: int | None) -> None:
        """Set how many slots a window has; None while that is unknown."""
        self._limit = limit
        self._keep()

    def next_turn(self) -> None:
        """Begin a window, or send a request that goes alone because no limit is known."""
        self._turn += 1
        self._keep()

    def _poll_is_due(self) -> bool:
        return self._turn - self._polled > (self._limit == 1)

    def _keep(self) -> None:
        self.kept = int(self._waits > 0 and (self._limit or 0) > 1 and self._poll_is_due())
