"""The pace of polling: often at first, seldom later, and less seldom while much comes of it."""

_FIRST_PAUSE = 0.1  # seconds between two polls, growing by half up to the longest
_LONGEST_PAUSE = 5.0
_WORTH_A_POLL = 10  # waits that end between two polls: what they do next is ten times as many requests


class Pace:
    """Draws the pauses between polls."""

    __slots__ = ("_pause",)

    def __init__(self) -> None:
        self._pause = _FIRST_PAUSE

    def next_pause(self, ended: int = 0) -> float:
        """Return how many seconds to pause before the next poll.

        Args:
            ended: How many waits have ended since the last.
        """
        if ended >= _WORTH_A_POLL:
            self._pause = max(self._pause / 4, _FIRST_PAUSE)
        pause = self._pause
        self._pause = min(pause * 1.5, _LONGEST_PAUSE)
        return pause
