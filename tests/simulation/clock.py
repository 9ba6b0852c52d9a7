"""A made-up clock: what is due happens in order, and no time passes in between."""

import heapq
from collections.abc import Callable
from itertools import count

BEGINNING = 1000.0  # on the monotonic clock
EPOCH = 1_774_000_000.0  # the same moment on a right wall clock, in seconds since 1970


class EndlessStoryError(AssertionError):
    """A story goes on and on."""


class Clock:
    """Virtual time, and what is due in it."""

    def __init__(self) -> None:
        self.now = BEGINNING
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def at(self, moment: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._due, (max(moment, self.now), next(self._order), action))

    def run(self, *, most: int) -> None:
        """Let everything happen that is due.

        Raises:
            EndlessStoryError: More than `most` things do.
        """
        due = self._due
        for _ in range(most):
            if not due:
                return
            self.now, _, action = heapq.heappop(due)
            action()
        raise EndlessStoryError(f"{most} steps, and the story does not end")
