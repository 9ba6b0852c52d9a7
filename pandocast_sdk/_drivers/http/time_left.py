"""The timeouts of one attempt, as the HTTP library reads them: the time that is left when each phase begins.

It waits for a connection of the pool for no longer than one attempt may last. The attempt itself begins when
the connection is had: waiting for others must not end a request that the server is carrying out.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pandocast_sdk._core.clock import monotonic
from pandocast_sdk._core.protocol import SHORTEST_ATTEMPT, FailureKind, Send

_SHORTEST_TIMEOUT = 0.001  # seconds: to the HTTP library, zero means no timeout
_LONGEST_TIMEOUT = 86_400.0  # seconds: a socket rejects timeouts of centuries
_NOTICEABLE_WAIT = 0.001  # seconds

_PHASES = ("connect", "read", "write", "pool")
_SENDING = ("write", "read")  # a transport with its own retries may connect again after these
_UNSENT_KINDS = {"pool": FailureKind.POOL_TIMEOUT, "connect": FailureKind.CONNECT_TIMEOUT}


class NotSentError(Exception):
    """The connection was had too late to send the request."""

    def __init__(self) -> None:
        super().__init__("too little time was left when a connection was free")


class NoConnectionError(Exception):
    """No connection was free in time."""

    def __init__(self) -> None:
        super().__init__("no connection was free in time")


class TimeLeft(Mapping[str, float]):
    """The timeouts of one attempt.

    Attributes:
        began: When the attempt began, by the monotonic clock.
        expires: When it times out.
        reached: The last phase that has begun, up to the first in which the request is sent.
        on_delay: Called with the seconds that are left for the attempt if it began later than it was to.
    """

    __slots__ = ("_deadline", "began", "expires", "on_delay", "reached")

    def __init__(self, step: Send, began: float) -> None:
        self.began = began
        self.expires = step.expires
        self._deadline = step.deadline
        self.reached: str | None = None
        self.on_delay: Callable[[float], None] | None = None

    def get(self, phase: str, default: object = None) -> Any:
        # The HTTP library calls this, several times per request.
        if phase not in _PHASES:
            return default
        now = monotonic()
        if self.reached not in _SENDING:
            if self.reached == "pool" != phase and now - self.began > _NOTICEABLE_WAIT:
                self._begin_late(now)
            self.reached = phase
        left = self.expires - now
        if left < _SHORTEST_TIMEOUT:
            return _SHORTEST_TIMEOUT
        return _LONGEST_TIMEOUT if left > _LONGEST_TIMEOUT else left  # noqa: FURB136 - half as long as `min`

    def unsent_kind(self) -> FailureKind | None:
        """Return the kind of failure of a request that timed out unsent; None if it may have been sent."""
        return _UNSENT_KINDS.get(self.reached or "")

    def _begin_late(self, now: float) -> None:
        """Begin the attempt anew, now that it has a connection.

        Raises:
            NotSentError: Too little time is left.
        """
        if self._deadline - now < SHORTEST_ATTEMPT:
            raise NotSentError
        self.expires = min(now + (self.expires - self.began), self._deadline)
        self.began = now
        if self.on_delay is not None:
            self.on_delay(self.expires - now)

    def __getitem__(self, phase: str) -> float:
        if phase not in _PHASES:
            raise KeyError(phase)
        left: float = self.get(phase)
        return left

    def __iter__(self) -> Iterator[str]:
        return iter(_PHASES)

    def __len__(self) -> int:
        return len(_PHASES)
