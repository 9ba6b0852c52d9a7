"""The life of one call: wait for a slot, send, look at the response, send again or give up.

Three others decide what happens: `failure_table`, `retries` and the budget of the rate limit. A plan does no
I/O; the drivers do what it yields.
"""

from collections.abc import Generator
from math import inf
from typing import TypeVar

from pandocast_sdk._core.call.call_log import log_attempt, log_refusal, log_retry
from pandocast_sdk._core.call.context import CallContext, request_record, request_url
from pandocast_sdk._core.call.failure_table import FAILURES, failure_kind
from pandocast_sdk._core.call.failures import (
    CallError,
    add_time,
    connection_error,
    deadline_error,
    rate_limit_error,
    status_error,
    unreadable_error,
)
from pandocast_sdk._core.call.retries import Attempts, count_attempts
from pandocast_sdk._core.protocol import (
    SHORTEST_ATTEMPT,
    Failure,
    FailureKind,
    Load,
    Outcome,
    Plan,
    Send,
    Sleep,
    Step,
    WireRequest,
    WireResponse,
)
from pandocast_sdk._core.rate_limit.budget import Budget
from pandocast_sdk._core.rate_limit.headers import rate_headers, seconds_until_allowed
from pandocast_sdk._core.rate_limit.hold_log import log_hold
from pandocast_sdk._core.rate_limit.tickets import Delay
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.errors import PandocastError, RateLimitError

T = TypeVar("T")


def call(context: CallContext, operation: Operation[T], *, expires: float = inf) -> Plan[T]:
    """Carry out one operation.

    Args:
        context: What holds for this client.
        operation: What to do.
        expires: The caller's deadline, by the monotonic clock, besides the client's own.

    Returns:
        What the operation reads from the response.

    Raises:
        PandocastError: One of the tree of errors; `outcome_unknown` is set where a write may have been done.
    """
    if operation.load is not None:
        yield Load(operation.load)
    options, budget = context.options, context.budget
    request = WireRequest(operation.method, request_url(context, operation), operation.body)
    if options.deadline is not None:
        expires = min(expires, context.now() + options.deadline)
    attempts, sends, ticket_number, refused = None, 0, None, False
    while True:
        now = context.now()
        if expires - now < SHORTEST_ATTEMPT:
            raise deadline_error(request_record(context, operation))
        if budget is not None and (
            refused or (ticket_number := budget.try_acquire(now, polls=context.polls)) is None
        ):
            ticket_number = yield from _wait_for_slot(context, budget, operation, expires, ticket_number)
        outcome: Outcome = None
        try:  # at once: an interrupt in between would cost the slot
            outcome = yield Send(request, min(context.now() + options.timeout, expires), expires)
        finally:
            if budget is not None:  # whatever happens, cancellation included
                budget.on_outcome(outcome)
        if budget is not None and budget.shared:
            yield from budget.report()
        assert outcome is not None  # noqa: S101 - a driver responds to a Send
        sends += 1
        log_attempt(context, operation, outcome, sends)
        if isinstance(outcome, WireResponse) and 200 <= outcome.status < 300:
            return _read(context, operation, outcome)
        attempts = attempts or (yield from count_attempts(options))
        refused = yield from _recover(context, operation, outcome, attempts, expires)
        if refused:
            log_refusal(context, operation, outcome, sends + 1)


def _wait_for_slot(
    context: CallContext,
    budget: Budget,
    operation: Operation[object],
    expires: float,
    ticket_number: int | None,
) -> Generator[Step, Outcome, int]:
    """Wait in the queue until the window has a slot for this call, or raise because it takes too long.

    Args:
        context: What holds for this client.
        budget: Its budget.
        operation: What is to be sent.
        expires: The call's deadline.
        ticket_number: The number of the ticket with which the server refused it; None for a new ticket.

    Returns:
        The number of the ticket that was granted.
    """
    ticket = budget.enqueue(ticket_number, polls=context.polls)
    used = False
    try:
        while (delay := budget.poll(ticket)) is not None:
            if isinstance(delay, Delay):
                seconds = _checked_delay(context, budget, operation, delay, expires)
                yield Sleep(min(seconds, log_hold(budget, delay, context.now())), ticket)
            else:
                yield delay
        if expires - context.now() < SHORTEST_ATTEMPT:
            raise deadline_error(request_record(context, operation))
        used = True
        return ticket.number
    finally:
        if not used:
            budget.cancel(ticket)


def _checked_delay(
    context: CallContext, budget: Budget, operation: Operation[object], delay: Delay, expires: float
) -> float:
    """Return how many seconds to sleep in the queue.

    Raises:
        RateLimitError: The policy is not to wait, or not that long.
        DeadlineExceededError: The window resets after the call's deadline, or that has passed.
    """
    policy = context.options.rate_limit
    waits_for_window = delay.reason != "learning"
    if waits_for_window and (policy.mode == "raise" or delay.seconds > policy.max_wait):
        raise rate_limit_error(
            f"the rate-limit window is spent; it resets in {delay.seconds:.1f} s",
            request_record(context, operation),
            seconds=delay.seconds,
            reset=delay.reset,
            server_now=budget.server_time(),
        )
    left = expires - context.now()
    if delay.seconds > left and (waits_for_window or left <= 0):
        raise deadline_error(request_record(context, operation))
    seconds = min(delay.seconds, left)
    return seconds if delay.poll_after is None else min(delay.poll_after, seconds)


def _read(context: CallContext, operation: Operation[T], response: WireResponse) -> T:
    try:
        return operation.read(response)
    except (ValueError, RecursionError) as error:
        fault = str(error)
    # Outside, so that the error, whose frames hold the body, does not come along as context.
    raise unreadable_error(
        response,
        fault,
        request_record(context, operation),
        context.redact,
        outcome_unknown=operation.writes,
    )


def _recover(
    context: CallContext,
    operation: Operation[object],
    outcome: WireResponse | Failure,
    attempts: Attempts,
    expires: float,
) -> Generator[Step, Outcome, bool]:
    """Wait until the call may be sent again, or raise what has become of it.

    Returns:
        True when the server refused it for the rate limit, so that it goes back to the queue with its ticket.
    """
    kind = failure_kind(outcome)
    error = _error(context, operation, outcome, kind)
    # A connection that was free too late is not one that was never free.
    too_late = expires - SHORTEST_ATTEMPT if kind is FailureKind.POOL_TIMEOUT else expires
    if isinstance(outcome, Failure) and context.now() >= too_late:
        raise deadline_error(error.request, error) from error
    if kind is FailureKind.RATE_LIMITED and _waits_for_window(context, outcome, error):
        if attempts.count_refusal():
            return True
        raise error
    row = FAILURES[kind]
    pause = None
    if row.write_retried if operation.writes else row.read_retried:
        pause = _pause(context, outcome, attempts, error)
    if pause is None:
        raise error
    if expires - context.now() - pause < SHORTEST_ATTEMPT:
        raise deadline_error(error.request, error) from error
    log_retry(context, operation, outcome, attempts, pause)
    yield Sleep(pause)
    return False


def _error(
    context: CallContext, operation: Operation[object], outcome: WireResponse | Failure, kind: FailureKind
) -> CallError:
    unknown = operation.writes and FAILURES[kind].may_have_acted
    record = request_record(context, operation)
    if isinstance(outcome, Failure):
        return connection_error(outcome, record, context.redact, outcome_unknown=unknown)
    error = status_error(outcome, record, context.redact, outcome_unknown=unknown)
    if isinstance(error, RateLimitError):
        server_now = context.server_time(outcome)
        seconds = seconds_until_allowed(outcome, server_now)
        reset = rate_headers(outcome).reset
        add_time(error, seconds=seconds, reset=reset, server_now=server_now)
    return error


def _waits_for_window(context: CallContext, outcome: WireResponse | Failure, error: PandocastError) -> bool:
    """Return whether a 429 sends the call back into the queue: it does when it names a time to come.

    Raises:
        RateLimitError: The policy is not to wait, or not that long.
    """
    policy = context.options.rate_limit
    if context.budget is None:
        return False
    seconds = error.retry_after if isinstance(error, RateLimitError) else None
    if policy.mode == "raise" or (seconds is not None and seconds > policy.max_wait):
        raise error
    if not seconds or isinstance(outcome, Failure):
        return False  # an ordinary retry, with a wait of our own
    if rate_headers(outcome).retry_after is not None:
        context.budget.block(outcome.received + seconds)
    return True


def _pause(
    context: CallContext, outcome: WireResponse | Failure, attempts: Attempts, error: PandocastError
) -> float | None:
    """Return how many seconds to wait before sending again; None when this was the last attempt."""
    pause = attempts.next_wait(error)
    if pause is None or isinstance(outcome, Failure):
        return pause
    if outcome.status != 429 and rate_headers(outcome).retry_after is None:
        return pause  # its reset is about the rate limit, not about this failure
    requested = seconds_until_allowed(outcome, context.server_time(outcome)) or 0.0
    return None if requested > context.options.rate_limit.max_wait else max(pause, requested)
