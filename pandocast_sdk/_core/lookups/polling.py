"""Polling by one who waits alone, until there is a result or the time is up."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.lookups.kept_slot import with_kept_slot
from pandocast_sdk._core.lookups.pace import Pace
from pandocast_sdk._core.lookups.wait_clock import TimeUpError, WaitClock
from pandocast_sdk._core.lookups.wait_errors import is_transient
from pandocast_sdk._core.protocol import Plan, Sleep
from pandocast_sdk.errors import PandocastError, WaitTimeoutError

T = TypeVar("T")


def poll(
    context: CallContext,
    timeout: float,
    check: Callable[[float], Plan[T | None]],
    timeout_error: Callable[[WaitClock], WaitTimeoutError],
) -> Plan[T]:
    """Check until there is a result.

    Args:
        context: What holds for this client.
        timeout: Seconds to wait at most; time for which the rate limit holds it back does not count.
        check: Checks once, with a deadline of the monotonic clock; returns None to be called again.
        timeout_error: Returns the error for a wait that timed out.

    Raises:
        ValueError: `timeout` is not a number of seconds above zero.
        WaitTimeoutError: There was no result in time.
        PandocastError: What `check` raises, unless the server may recover.
    """
    clock = WaitClock(context, timeout)
    return (yield from with_kept_slot(context, _poll(context, clock, check, timeout_error)))


def _poll(
    context: CallContext,
    clock: WaitClock,
    check: Callable[[float], Plan[T | None]],
    timeout_error: Callable[[WaitClock], WaitTimeoutError],
) -> Plan[T]:
    pace = Pace()
    cause: PandocastError | None = None
    while context.now() < clock.expires:
        with suppress(TimeUpError):
            try:
                found = yield from clock.run(check(clock.deadline))
                if found is not None:
                    return found
            except PandocastError as error:
                if not is_transient(error, context.options.rate_limit):
                    raise
                cause = error
        left = min(clock.expires, clock.deadline) - context.now()
        yield Sleep(max(0.0, min(pace.next_pause(), left)))
    raise timeout_error(clock) from cause
