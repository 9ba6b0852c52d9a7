"""A ticket in the queue of a budget, and how long it may have to wait."""

from threading import RLock
from typing import Literal, NamedTuple

from pandocast_sdk._core.protocol import WakeCallback


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


class Ticket:
    """A place in the queue, later a slot of the window; `number` orders the queue."""

    __slots__ = ("_lock", "_wake", "_woken", "granted", "number")

    def __init__(self, lock: RLock, number: int) -> None:
        self._lock = lock
        self.number = number
        self._wake: WakeCallback | None = None
        self._woken = False
        self.granted = False

    def on_wake(self, callback: WakeCallback) -> bool:
        """Have `callback` called when the ticket is granted, or has to poll; False if it is already."""
        with self._lock:
            woken, self._woken = self._woken, False
            self._wake = None if woken else callback
            return not (woken or self.granted)

    def grant(self) -> None:
        """Grant the slot; called with the lock of the budget."""
        self.granted = True

    def wake(self) -> None:
        """Wake the waiter, if there is one; called without the lock."""
        with self._lock:
            callback, self._wake = self._wake, None
            self._woken = callback is None  # a waiter that is about to sleep must not miss it
        if callback is not None:
            callback()
