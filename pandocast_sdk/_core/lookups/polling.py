"""Waiting by looking again and again: often at first, seldom later, never longer than was asked."""

from collections.abc import Callable
from typing import TypeVar

from pandocast_sdk._core.call.plan import CallContext
from pandocast_sdk._core.protocol import Plan, Sleep
from pandocast_sdk.errors import DeadlineExceededError, WaitTimeoutError
from pandocast_sdk.options import positive_seconds

T = TypeVar("T")

_FIRST_PAUSE = 0.1  # seconds between two looks, growing by half up to the longest
_LONGEST_PAUSE = 5.0


def poll(
    context: CallContext,
    timeout: float,
    look: Callable[[float], Plan[T | None]],
    too_late: Callable[[], WaitTimeoutError],
) -> Plan[T]:
    """Look until there is something to see.

    Args:
        context: What holds for this client.
        timeout: Seconds to wait at most.
        look: Looks once, until a time of the monotonic clock at the longest; gives None to be called again.
        too_late: Makes the error that tells what was waited for, and what was seen last.

    Raises:
        ValueError: `timeout` is not a number of seconds above zero.
        WaitTimeoutError: There was nothing in time.
        PandocastError: What `look` raises.
    """
    positive_seconds("timeout", timeout)
    expires = context.now() + timeout
    pause = _FIRST_PAUSE
    try:
        while context.now() < expires:
            found = yield from look(expires)
            if found is not None:
                return found
            yield Sleep(max(0.0, min(pause, expires - context.now())))
            pause = min(pause * 1.5, _LONGEST_PAUSE)
    except DeadlineExceededError:
        # The client's own deadline for one call is told as such; the end of the wait is told as a wait's.
        if context.options.deadline is not None and context.now() < expires:
            raise
    raise too_late()
