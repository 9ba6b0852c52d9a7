"""While somebody waits, one slot of every window is kept for the polls."""

from typing import TypeVar

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.protocol import Plan

T = TypeVar("T")


def with_kept_slot(context: CallContext, plan: Plan[T]) -> Plan[T]:
    """Run a plan that polls; meanwhile calls leave one slot of every window to polls."""
    budget = context.budget
    if budget is None:
        return (yield from plan)
    with budget.waiting():
        result = yield from plan
    yield from budget.report()  # so that other processes have the slot
    return result
