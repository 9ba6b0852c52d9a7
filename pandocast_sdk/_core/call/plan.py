"""The life of one call, written once: wait for a place, send, look at the answer, send again or give up.

Everything hard about a call is on this page and in the three tables it reads: `failure_table`,
`rate_limit.Budget` and `failures`. It does no I/O; the drivers do what it yields.
"""

import logging
from collections.abc import Callable, Generator
from math import inf
from typing import NamedTuple, TypeVar

from pandocast_sdk._core.call.failure_table import FAILURES, failure_kind
from pandocast_sdk._core.call.failures import add_time, connection_error, rate_limit_error, status_error
from pandocast_sdk._core.call.retries import Attempts
from pandocast_sdk._core.protocol import (
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
from pandocast_sdk._core.rate_limit.tickets import Delay
from pandocast_sdk._core.redaction import Redactor
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.errors import (
    APIStatusError,
    DeadlineExceededError,
    PandocastError,
    RateLimitError,
    RequestRecord,
    ResponseValidationError,
)
from pandocast_sdk.options import ClientOptions

T = TypeVar("T")

logger = logging.getLogger("pandocast_sdk")
logger.addHandler(logging.NullHandler())


class CallContext(NamedTuple):
    """What holds for every call of one client.

    Attributes:
        options: What the client was told.
        budget: The key's budget, None when the rate limit is off.
        now: The monotonic clock, in seconds.
        wall: The local wall clock, in seconds since 1970.
        redact: Takes the key out of texts.
    """

    options: ClientOptions
    budget: Budget | None
    now: Callable[[], float]
    wall: Callable[[], float]
    redact: Redactor

    def server_time(self, answer: WireResponse) -> float:
        """Give the server's time when an answer has come, as far as known, in seconds since 1970.

        Without a budget nobody keeps the server's clock: then the answer's own `Date` tells, to the second.
        """
        if self.budget is not None:
            return self.budget.server_time()
        date = rate_headers(answer).date
        return self.wall() if date is None else date


def call(context: CallContext, operation: Operation[T], *, expires: float = inf) -> Plan[T]:
    """Carry one operation out.

    Args:
        context: What holds for this client.
        operation: What to do.
        expires: When the caller wants it done, by the monotonic clock, besides the client's deadline.

    Returns:
        What the operation reads from the answer.

    Raises:
        PandocastError: One of the tree of errors; `outcome_unknown` is set where a write may have been done.
    """
    if operation.load is not None:
        yield Load(operation.load)
    options, budget = context.options, context.budget
    path = f"{operation.path}?{operation.query}" if operation.query else operation.path
    request = WireRequest(operation.method, options.base_url + path, operation.body)
    if options.deadline is not None:
        expires = min(expires, context.now() + options.deadline)
    attempts, number, place, refused = None, 0, None, False
    while True:
        now = context.now()
        if now >= expires:
            raise _too_late(_record(operation, request))
        if budget is not None and (refused or (place := budget.try_acquire(now)) is None):
            record = _record(operation, request)
            place = yield from _wait_for_place(
                context, budget, record, expires, place=place if refused else None
            )
        number += 1
        outcome: Outcome = None
        try:  # at once: an interrupt in between would cost the place
            outcome = yield Send(request, min(context.now() + options.timeout, expires))
        finally:
            if budget is not None:  # whatever happens, cancellation included
                budget.on_outcome(outcome)
        if budget is not None and budget.shared:
            yield from budget.report()
        assert outcome is not None  # noqa: S101 - a driver answers a Send
        if logger.isEnabledFor(logging.DEBUG):
            _log(operation, outcome, number)
        if isinstance(outcome, WireResponse) and 200 <= outcome.status < 300:
            try:
                return operation.read(outcome)
            except (ValueError, RecursionError) as error:
                fault = str(error)
            # Outside, so that the fault, whose frames hold the body, does not come along as context.
            raise _unreadable(context, operation, _record(operation, request), outcome, fault)
        attempts = attempts or Attempts(max_retries=options.max_retries, backoff=options.backoff)
        record = _record(operation, request)
        refused = yield from _recover(context, operation, outcome, record, attempts=attempts, expires=expires)


def _recover(
    context: CallContext,
    operation: Operation[T],
    outcome: WireResponse | Failure,
    record: RequestRecord,
    *,
    attempts: Attempts,
    expires: float,
) -> Generator[Step, Outcome, bool]:
    """Wait until the call may be sent again, or raise what has become of it.

    Returns:
        True when the server refused it for the rate limit, so that it goes back to its place in line.
    """
    kind = failure_kind(outcome)
    error = _error(context, operation, outcome, kind, record)
    if isinstance(outcome, Failure) and context.now() >= expires:
        raise _too_late(record, error) from error
    if kind is FailureKind.RATE_LIMITED and _waits_for_window(context, outcome, error):
        return True
    row = FAILURES[kind]
    pause = None
    if row.write_retried if operation.writes else row.read_retried:
        pause = _pause(context, outcome, attempts)
    if pause is None:
        raise error
    if context.now() + pause >= expires:
        raise _too_late(record, error) from error
    yield Sleep(pause)
    return False


def _record(operation: Operation[T], request: WireRequest) -> RequestRecord:
    return RequestRecord(operation.method, request.url, operation.name)


def _wait_for_place(
    context: CallContext, budget: Budget, record: RequestRecord, expires: float, *, place: int | None
) -> Generator[Step, Outcome, int]:
    """Wait in line until the window has a place for this call, or raise because it takes too long.

    Args:
        context: What holds for this client.
        budget: Its budget.
        record: What an error remembers of the request.
        expires: When the call has to be through.
        place: The place in line that it had before the server refused it.

    Returns:
        The place in line that it had.
    """
    policy = context.options.rate_limit
    ticket = budget.enqueue(place)
    used = False
    try:
        while (delay := budget.poll(ticket)) is not None:
            if not isinstance(delay, Delay):
                yield delay
                continue
            waits_for_window = delay.reason != "learning"
            if waits_for_window and (policy.mode == "raise" or delay.seconds > policy.max_wait):
                raise rate_limit_error(
                    f"the rate-limit window is spent; it resets in {delay.seconds:.1f} s",
                    record,
                    seconds=delay.seconds,
                    reset=delay.reset,
                    server_now=budget.server_time(),
                )
            if context.now() + delay.seconds > expires:
                if waits_for_window or context.now() >= expires:
                    raise _too_late(record)
                delay = delay._replace(seconds=expires - context.now())
            yield Sleep(
                delay.seconds if delay.poll_after is None else min(delay.poll_after, delay.seconds), ticket
            )
        if context.now() >= expires:
            raise _too_late(record)
        used = True
        return ticket.number
    finally:
        if not used:
            budget.cancel(ticket)


def _unreadable(
    context: CallContext, operation: Operation[T], record: RequestRecord, answer: WireResponse, fault: str
) -> ResponseValidationError:
    return ResponseValidationError(
        context.redact(f"the answer is not what the reference publishes: {fault}"),
        request=record,
        status_code=answer.status,
        body=context.redact(answer.body.decode("utf-8", "replace")),
        outcome_unknown=operation.writes,
    )


def _error(
    context: CallContext,
    operation: Operation[T],
    outcome: WireResponse | Failure,
    kind: FailureKind,
    record: RequestRecord,
) -> PandocastError:
    unknown = operation.writes and FAILURES[kind].may_have_acted
    if isinstance(outcome, Failure):
        return connection_error(outcome, record, context.redact, outcome_unknown=unknown)
    error: APIStatusError = status_error(outcome, record, context.redact, outcome_unknown=unknown)
    if isinstance(error, RateLimitError):
        server_now = context.server_time(outcome)
        seconds = seconds_until_allowed(outcome, server_now)
        reset = rate_headers(outcome).reset
        add_time(error, seconds=seconds, reset=reset, server_now=server_now)
    return error


def _waits_for_window(context: CallContext, outcome: WireResponse | Failure, error: PandocastError) -> bool:
    """Decide about a 429 that names a time: True sends the call back into the line, which waits for it.

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
        return False  # it names no time to come: an ordinary retry, with a wait of our own
    if rate_headers(outcome).retry_after is not None:
        context.budget.block(outcome.received + seconds)
    return True


def _pause(context: CallContext, outcome: WireResponse | Failure, attempts: Attempts) -> float | None:
    """Say how long to wait before sending again; None when this was the last attempt."""
    pause = attempts.next_wait()
    if pause is None or isinstance(outcome, Failure):
        return pause
    if outcome.status != 429 and rate_headers(outcome).retry_after is None:
        return pause  # its reset tells of the rate limit, not of this failure
    asked = seconds_until_allowed(outcome, context.server_time(outcome)) or 0.0
    return None if asked > context.options.rate_limit.max_wait else max(pause, asked)


def _too_late(record: RequestRecord, last: PandocastError | None = None) -> DeadlineExceededError:
    unknown = last is not None and last.outcome_unknown
    return DeadlineExceededError(
        "the deadline passed before the call was through", request=record, outcome_unknown=unknown
    )


def _log(operation: Operation[T], outcome: WireResponse | Failure, attempt: int) -> None:
    """Write the line of one attempt: never a header, a query or a body."""
    if isinstance(outcome, Failure):
        logger.debug("%s %s -> %s, attempt %d", operation.method, operation.path, outcome.kind.name, attempt)
        return
    logger.debug(
        "%s %s -> %d, attempt %d, %.3f s, place %s",
        operation.method,
        operation.path,
        outcome.status,
        attempt,
        outcome.received - outcome.sent,
        rate_headers(outcome).slot,
    )
