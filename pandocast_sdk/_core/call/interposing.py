"""Plans that run another plan, and do something of their own at its steps."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from pandocast_sdk._core.protocol import Failure, FailureKind, Outcome, Plan, Step
from pandocast_sdk.errors import PandocastError

T = TypeVar("T")


def interpose(plan: Plan[T], do: Callable[[Step], Plan[Outcome]]) -> Plan[T]:
    """Run a plan, with another in the place of each of its steps.

    Args:
        plan: The plan; it is closed in any case.
        do: Returns what to do for a step; the plan goes on with its result.
    """
    outcome: Outcome = None
    try:
        while True:
            try:
                step = plan.send(outcome)
            except StopIteration as stop:
                result: T = stop.value
                return result
            outcome = yield from do(step)
    finally:
        plan.close()


def withhold(plan: Plan[object], cause: Exception) -> None:
    """Have a plan that is about to send give back its slot: nothing is sent."""
    with suppress(PandocastError, StopIteration):
        plan.send(Failure(FailureKind.NOT_CONNECTED, cause))
