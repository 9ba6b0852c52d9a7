"""Giving up, between its steps, a plan that runs in a thread."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from pandocast_sdk._core.call.plan import CallContext
from pandocast_sdk._core.protocol import Failure, FailureKind, Outcome, Plan, Send, Sleep
from pandocast_sdk.errors import PandocastError

_NAP = 0.2  # seconds after which a thread that waits looks whether it is still wanted

Key = TypeVar("Key")
Ans = TypeVar("Ans")


class StoppedError(Exception):
    """A request made ahead was given up, because nobody wants its answer any more."""


def stoppable(
    context: CallContext, stopped: Callable[[], bool], ask: Callable[[CallContext, Key], Plan[Ans]], key: Key
) -> Plan[Ans]:
    """Run a plan in a thread that nobody can cancel, but only as long as somebody wants its outcome.

    The plan asks now and then, for the one who stops it may be the garbage collector, which must not wake
    anybody: it may have stopped the waiting thread itself in the midst of a lock.

    Args:
        context: What holds for this client.
        stopped: Says whether nobody wants it any more.
        ask: The plan.
        key: What it is told.

    Raises:
        StoppedError: It was given up before it was sent (again), and its place in the window given back.
    """
    life = ask(context, key)
    outcome: Outcome = None
    try:
        while True:
            try:
                step = life.send(outcome)
            except StopIteration as stop:
                answer: Ans = stop.value
                return answer
            if stopped():
                if isinstance(step, Send):
                    # The one failure that says that nothing was sent.
                    with suppress(PandocastError):
                        life.send(Failure(FailureKind.NOT_CONNECTED, StoppedError()))
                raise StoppedError
            if isinstance(step, Sleep):
                yield from _interruptible_sleep(context, step, stopped)
                outcome = None
            else:
                outcome = yield step
    finally:
        life.close()


def _interruptible_sleep(context: CallContext, step: Sleep, stopped: Callable[[], bool]) -> Plan[None]:
    until = context.now() + step.seconds
    while not stopped() and (left := until - context.now()) > 0:
        yield Sleep(min(left, _NAP), step.until)
        if step.until is not None:
            return  # whoever stands in line looks by itself whether it is time
