"""A place in the line of a budget, and how long it may have to wait."""

from threading import RLock
from typing import Literal, NamedTuple

from pandocast_sdk._core.protocol import WakeCallback


class Delay(NamedTuple):
    """How long a ticket has to wait before it is worth asking again, and for what.

    Attributes:
        seconds: How long.
        reason: For the first answer, for the next window, or for what a `Retry-After` asks.
        reset: When the window resets, in seconds since 1970 by the server's clock, where it waits for that.
        nap: When to ask again before that, because only asking tells what other processes give back.
    """

    seconds: float
    reason: Literal["learning", "window", "retry_after"]
    reset: int | None = None
    nap: float | None = None


class Ticket:
    """A place in line, later a place in the window; `number` counts those who joined before."""

    __slots__ = ("_called", "_lock", "_wake", "granted", "number")

    def __init__(self, lock: RLock, number: int) -> None:
        self._lock = lock
        self.number = number
        self._wake: WakeCallback | None = None
        self._called = False
        self.granted = False

    def on_wake(self, callback: WakeCallback) -> bool:
        """Have `callback` called when the ticket is granted, or has to look again; False says: already."""
        with self._lock:
            called, self._called = self._called, False
            self._wake = None if called else callback
            return not (called or self.granted)

    def grant(self) -> None:
        """Give the place; the one who holds the lock of the budget calls this."""
        self.granted = True

    def wake(self) -> None:
        """Tell the waiter, if there is one; called without the lock."""
        with self._lock:
            callback, self._wake = self._wake, None
            self._called = callback is None  # whoever is about to sleep must not miss it
        if callback is not None:
            callback()
