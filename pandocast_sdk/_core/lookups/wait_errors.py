"""Which errors of a poll end a wait, and for whom."""

import copy

from pandocast_sdk._core.protocol import SettingError
from pandocast_sdk.errors import (
    APIConnectionError,
    APIStatusError,
    DeadlineExceededError,
    InternalServerError,
    PandocastError,
    RateLimitError,
)
from pandocast_sdk.options import RateLimitPolicy


def is_of_policy(error: PandocastError, policy: RateLimitPolicy) -> bool:
    """Return whether an error follows from the options of the client whose call raised it."""
    if isinstance(error, RateLimitError):
        return policy.mode == "raise" or (error.retry_after or 0.0) > policy.max_wait
    return isinstance(error, DeadlineExceededError)


def is_transient(error: PandocastError, policy: RateLimitPolicy) -> bool:
    """Return whether a wait goes on after an error: the connection or the server may recover."""
    if is_of_policy(error, policy):
        return False
    if isinstance(error, APIConnectionError | InternalServerError):
        return not isinstance(error.__cause__, SettingError)
    return isinstance(error, APIStatusError) and error.status_code in {408, 429}


def copy_of(error: PandocastError) -> PandocastError:
    """Return an error for another caller, who raises it with a traceback of its own."""
    copied = copy.copy(error)
    copied.__cause__ = error.__cause__
    return copied
