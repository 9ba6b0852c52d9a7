"""The pace of polling: often at first, seldom later, and less seldom while much comes of it.

The pauses begin longer where many wait than where one waits alone: so polls stay few beside the requests that
follow when the waits end.
"""

_FIRST_PAUSE = 0.1  # seconds between two polls for each row that is waited for
_LONGEST_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 5.0  # up to which they grow by half
_WORTH_A_POLL = 10  # waits that end between two polls: what they do next is ten times as many requests


class Pace:
    """Draws the pauses between polls."""

    __slots__ = ("_pause",)

    def __init__(self) -> None:
        self._pause = _FIRST_PAUSE

    def next_pause(self, ended: int = 0, waiting: int = 1) -> float:
        """Return how many seconds to pause before the next poll.

        Args:
            ended: How many waits have ended since the last.
            waiting: How many go on.
        """
        if ended >= _WORTH_A_POLL:
            self._pause /= 4
        pause = self._pause = max(self._pause, min(_FIRST_PAUSE * waiting, _LONGEST_FIRST_PAUSE))
        self._pause = min(pause * 1.5, _LONGEST_PAUSE)
        return pause
