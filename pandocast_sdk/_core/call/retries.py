"""How often a call is sent again, and after how long; `failure_table` says whether."""

import sys
from collections.abc import Generator
from typing import TYPE_CHECKING

from pandocast_sdk._core.protocol import Load, Outcome
from pandocast_sdk._imports import load
from pandocast_sdk.errors import PandocastError
from pandocast_sdk.options import ClientOptions, check_wait, default_backoff

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from pandocast_sdk.options import Backoff


_MOST_REFUSALS = 10  # of one call that are waited out: beyond, the rate limit hardly ever lets it through


class Attempts:
    """Counts the attempts of one call and draws the waits between them."""

    __slots__ = ("_backoff", "_max_retries", "_refusals", "_state")

    def __init__(self, *, max_retries: int, backoff: "Backoff | None" = None) -> None:
        """Start with no attempt made.

        Args:
            max_retries: How often the call may be sent again.
            backoff: The waits; None for `default_backoff`.
        """
        self._max_retries = max_retries
        self._backoff = backoff
        self._refusals = 0
        self._state: RetryCallState | None = None

    @property
    def retry(self) -> str:
        """The number of the retry that `next_wait` has allowed, for people: `1 of 2`."""
        number = 0 if self._state is None else self._state.attempt_number
        return f"{number} of {self._max_retries}"

    def count_refusal(self) -> bool:
        """Count a 429 that can be waited out; return whether it may be."""
        self._refusals += 1
        return self._refusals <= _MOST_REFUSALS

    def next_wait(self, error: PandocastError) -> float | None:
        """Count a failed attempt; return the seconds before the next, or None when there is none.

        Args:
            error: What came of the attempt, which a strategy may read.

        Raises:
            ValueError: The strategy returned no number of seconds; what came of the attempt is its cause.
        """
        from tenacity import RetryCallState, Retrying  # noqa: PLC0415 - see `count_attempts`
        from tenacity.stop import stop_after_attempt  # noqa: PLC0415 - likewise

        if self._state is None:
            self._state = RetryCallState(Retrying(), None, (), {})
        else:
            self._state.prepare_for_next_attempt()
        if stop_after_attempt(self._max_retries + 1)(self._state):
            return None
        self._state.set_exception((type(error), error, None))
        backoff = default_backoff() if self._backoff is None else self._backoff
        wait = float(check_wait(backoff(self._state), error))
        self._state.upcoming_sleep = wait
        self._state.idle_for += wait
        return wait


def count_attempts(options: ClientOptions) -> Generator[Load, Outcome, Attempts]:
    """Start to count the attempts of a call whose first has failed; most processes see no failure."""
    if "tenacity" not in sys.modules:
        yield Load(lambda: load("tenacity"))
    return Attempts(max_retries=options.max_retries, backoff=options.backoff)
