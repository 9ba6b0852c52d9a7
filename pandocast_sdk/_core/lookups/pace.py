"""The pace of polling: often at first, seldom later."""

_FIRST_PAUSE = 0.1  # seconds between two polls, growing by half up to the longest
_LONGEST_PAUSE = 5.0


class Pace:
    """Draws the pauses between polls."""

    __slots__ = ("_pause",)

    def __init__(self) -> None:
        self._pause = _FIRST_PAUSE

    def next_pause(self) -> float:
        """Return how many seconds to pause before the next poll."""
        pause = self._pause
        self._pause = min(pause * 1.5, _LONGEST_PAUSE)
        return pause
