"""Polling: often at first, seldom later, never longer than the timeout."""

from collections.abc import Callable
from typing import TypeVar

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.protocol import Plan, Sleep
from pandocast_sdk.errors import DeadlineExceededError, WaitTimeoutError
from pandocast_sdk.options import positive_seconds

T = TypeVar("T")

_FIRST_PAUSE = 0.1  # seconds between two checks, growing by half up to the longest
_LONGEST_PAUSE = 5.0


def poll(
    context: CallContext,
    timeout: float,
    check: Callable[[float], Plan[T | None]],
    timeout_error: Callable[[], WaitTimeoutError],
) -> Plan[T]:
    """Check until there is a result.

    Args:
        context: What holds for this client.
        timeout: Seconds to wait at most.
        check: Checks once, with a deadline of the monotonic clock; returns None to be called again.
        timeout_error: Returns the error for a wait that timed out.

    Raises:
        ValueError: `timeout` is not a number of seconds above zero.
        WaitTimeoutError: There was no result in time.
        PandocastError: What `check` raises.
    """
    positive_seconds("timeout", timeout)
    expires = context.now() + timeout
    pause = _FIRST_PAUSE
    try:
        while context.now() < expires:
            found = yield from check(expires)
            if found is not None:
                return found
            yield Sleep(max(0.0, min(pause, expires - context.now())))
            pause = min(pause * 1.5, _LONGEST_PAUSE)
    except DeadlineExceededError:
        # The client's own deadline for one call is raised as such; the end of the wait is raised as a wait's.
        if context.options.deadline is not None and context.now() < expires:
            raise
    raise timeout_error()
