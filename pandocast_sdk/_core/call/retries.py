"""What is sent again, and after how long. The table below decides; nothing else does.

The APIs have no idempotency keys, so a write is sent again only when the server certainly did not act: no
connection was made, or the answer was 429. A gateway's 503 may follow a write that was carried out.
"""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from pandocast_sdk._core.protocol import Failure, FailureKind, WireResponse
from pandocast_sdk.options import default_backoff

if TYPE_CHECKING:
    from tenacity import RetryCallState
    from tenacity.wait import wait_base


class Event(Enum):
    """What can come of a request that did not succeed."""

    NOT_CONNECTED = "no connection was made"
    POOL_EXHAUSTED = "every local connection was busy"
    TIMED_OUT = "no complete answer in time"
    BROKEN = "the connection broke"
    TOO_LARGE = "the answer was too large to read"
    REDIRECTED = "3xx"
    TIMEOUT_STATUS = "408"
    RATE_LIMITED = "429"
    REFUSED = "any other 4xx"
    FAILED = "5xx"


class Rule(NamedTuple):
    """One row of the table.

    Attributes:
        may_have_acted: Whether the server may have carried the request out.
        read_again: Whether a read is sent again.
        write_again: Whether a write is sent again.
    """

    may_have_acted: bool
    read_again: bool
    write_again: bool


RULES: Mapping[Event, Rule] = {
    Event.NOT_CONNECTED: Rule(may_have_acted=False, read_again=True, write_again=True),
    Event.POOL_EXHAUSTED: Rule(may_have_acted=False, read_again=False, write_again=False),
    Event.TIMED_OUT: Rule(may_have_acted=True, read_again=True, write_again=False),
    Event.BROKEN: Rule(may_have_acted=True, read_again=True, write_again=False),
    Event.TOO_LARGE: Rule(may_have_acted=True, read_again=False, write_again=False),
    Event.REDIRECTED: Rule(may_have_acted=True, read_again=False, write_again=False),
    Event.TIMEOUT_STATUS: Rule(may_have_acted=True, read_again=True, write_again=False),
    Event.RATE_LIMITED: Rule(may_have_acted=False, read_again=True, write_again=True),
    Event.REFUSED: Rule(may_have_acted=False, read_again=False, write_again=False),
    Event.FAILED: Rule(may_have_acted=True, read_again=True, write_again=False),
}

_OF_TROUBLE: Mapping[FailureKind, Event] = {
    FailureKind.NOT_CONNECTED: Event.NOT_CONNECTED,
    FailureKind.CONNECT_TIMEOUT: Event.NOT_CONNECTED,
    FailureKind.POOL_TIMEOUT: Event.POOL_EXHAUSTED,
    FailureKind.TIMEOUT: Event.TIMED_OUT,
    FailureKind.BROKEN: Event.BROKEN,
    FailureKind.TOO_LARGE: Event.TOO_LARGE,
}


def event_of(outcome: WireResponse | Failure) -> Event:
    """Name what came of a request that did not succeed."""
    if isinstance(outcome, Failure):
        return _OF_TROUBLE[outcome.trouble]
    if outcome.status in _OF_STATUS:
        return _OF_STATUS[outcome.status]
    if outcome.status >= 500:
        return Event.FAILED
    return Event.REFUSED if outcome.status >= 400 else Event.REDIRECTED


_OF_STATUS: Mapping[int, Event] = {408: Event.TIMEOUT_STATUS, 429: Event.RATE_LIMITED}


class Attempts:
    """Counts the sends of one call and says how long to wait before the next."""

    __slots__ = ("_backoff", "_max_retries", "_state")

    def __init__(self, *, max_retries: int, backoff: "wait_base | None" = None) -> None:
        """Begin a call.

        Args:
            max_retries: How often it may be sent again.
            backoff: The waits; None for `default_backoff`.
        """
        self._max_retries = max_retries
        self._backoff = backoff
        self._state: RetryCallState | None = None

    def next_wait(self) -> float | None:
        """Count one failed send; give the seconds before the next, or None when there is none."""
        # Loaded by the first failure: most processes meet none.
        from tenacity import RetryCallState, Retrying  # noqa: PLC0415
        from tenacity.stop import stop_after_attempt  # noqa: PLC0415

        if self._state is None:
            self._state = RetryCallState(Retrying(), None, (), {})
        else:
            self._state.prepare_for_next_attempt()
        if stop_after_attempt(self._max_retries + 1)(self._state):
            return None
        backoff = default_backoff() if self._backoff is None else self._backoff
        return max(0.0, float(backoff(self._state)))
