"""Waiting for the pipeline, by reading its runs: the service has no call for it."""

from __future__ import annotations

from pandocast_sdk import models
from pandocast_sdk._core.call.context import CallContext, request_record
from pandocast_sdk._core.call.failures import unreadable_row_error
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.lookups.polling import poll
from pandocast_sdk._core.lookups.wait_clock import WaitClock
from pandocast_sdk._core.operations.pipeline import list_runs
from pandocast_sdk._core.protocol import Plan
from pandocast_sdk.errors import WaitTimeoutError

_UNFINISHED = frozenset({"queued", "running"})


def wait_for_run(context: CallContext, timeout: float) -> Plan[models.PipelineRun]:
    """Poll until there is a run and none is queued or running; return the newest.

    A run that failed has ended too, and is returned like any other. Only the newest runs are read, as many as
    the service puts on a page: earlier ones have ended long ago.

    Raises:
        ValueError: `timeout` is not a number of seconds above zero.
        WaitTimeoutError: That has not happened in time.
        ResponseValidationError: The status of the newest run cannot be read.
        PandocastError: The runs could not be read, for a reason other than the connection or a 5xx.
    """
    status: str | None = None
    seen: float | None = None
    polls = context._replace(polls=True)

    def check(expires: float) -> Plan[models.PipelineRun | None]:
        nonlocal status, seen
        operation = list_runs(None, None)
        runs = (yield from call(polls, operation, expires=expires)).items
        fault = runs[0].unreadable if runs and runs[0].status is None else None
        if fault is not None:
            request = request_record(context, operation)
            raise unreadable_row_error("the newest run", fault, request, context.redact)
        unfinished = [run for run in runs if run.status in _UNFINISHED]
        seen = context.now()
        # The oldest one is running; those above it have yet to start.
        status = unfinished[-1].status if unfinished else None
        return runs[0] if runs and not unfinished else None

    def timeout_error(clock: WaitClock) -> WaitTimeoutError:
        age = None if seen is None else context.now() - seen
        return WaitTimeoutError(
            "the pipeline", status=status, timeout=timeout, status_age=age, held_back=clock.held_back
        )

    return poll(context, timeout, check, timeout_error)
