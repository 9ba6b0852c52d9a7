"""A ticket in the queue of a budget, and how long it may have to wait."""

from threading import RLock
from typing import Literal, NamedTuple

from pandocast_sdk._core.protocol import WakeCallback, Wakeup


class Delay(NamedTuple):
    """How long a ticket has to wait before it is worth polling again, and for what.

    Attributes:
        seconds: How long.
        reason: For the first response, for the next window, or for a `Retry-After`.
        reset: When the window resets, in seconds since 1970 by the server's clock, where it waits for that.
        poll_after: When to poll before that, because only polling finds what other processes return.
    """

    seconds: float
    reason: Literal["learning", "window", "retry_after"]
    reset: int | None = None
    poll_after: float | None = None


class Ticket(Wakeup):
    """A place in the queue, later a slot of the window.

    Attributes:
        number: Orders the queue.
        polls: Whether it is for a poll, which gives way to calls.
        granted: Whether it has its slot.
    """

    __slots__ = ("granted", "number", "polls")

    def __init__(self, lock: RLock, number: int, *, polls: bool = False) -> None:
        super().__init__(lock)
        self.number = number
        self.polls = polls
        self.granted = False

    def on_wake(self, callback: WakeCallback) -> bool:
        """Have `callback` called when the ticket is granted, or has to poll; False if it is already."""
        return not self.granted and super().on_wake(callback)

    def grant(self) -> None:
        """Grant the slot; called with the lock of the budget."""
        self.granted = True


def wake(tickets: list[Ticket]) -> None:
    """Wake the waiters of these tickets; called without the lock of the budget."""
    for ticket in tickets:
        ticket.wake()
