"""Cancelling a plan that runs in a thread, between its steps."""

from collections.abc import Callable
from typing import TypeVar

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.interposing import interpose, withhold
from pandocast_sdk._core.protocol import Outcome, Plan, Send, Sleep, Step

_CHECK_SECONDS = 0.2  # how often a thread that waits checks whether it is stopped

RequestT = TypeVar("RequestT")
ResponseT = TypeVar("ResponseT")


class StoppedError(Exception):
    """A request made ahead was cancelled: its response is not needed any more."""


def stoppable(
    context: CallContext,
    stopped: Callable[[], bool],
    fetch: Callable[[CallContext, RequestT], Plan[ResponseT]],
    request: RequestT,
) -> Plan[ResponseT]:
    """Run a plan in a thread, which cannot be cancelled from outside, until it is stopped.

    The plan polls `stopped`, since the one who stops it may be the garbage collector, which must not wake
    anybody: it may have interrupted the waiting thread itself while that holds a lock.

    Args:
        context: What holds for this client.
        stopped: Returns whether the outcome is not needed any more.
        fetch: The plan.
        request: Its argument.

    Raises:
        StoppedError: It was stopped before it was sent (again); its slot in the window was given back.
    """
    plan = fetch(context, request)

    def do(step: Step) -> Plan[Outcome]:
        if stopped():
            if isinstance(step, Send):
                withhold(plan, StoppedError())
            raise StoppedError
        if isinstance(step, Sleep):
            yield from _interruptible_sleep(context, step, stopped)
            return None
        return (yield step)

    return interpose(plan, do)


def _interruptible_sleep(context: CallContext, step: Sleep, stopped: Callable[[], bool]) -> Plan[None]:
    until = context.now() + step.seconds
    while not stopped() and (left := until - context.now()) > 0:
        yield Sleep(min(left, _CHECK_SECONDS), step.until)
        if step.until is not None:
            return  # whoever waits in the queue checks by itself whether it is time
