"""The log's lines about one call: never a header, a query, a body or a key."""

import logging

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.failure_table import FAILURES
from pandocast_sdk._core.call.retries import Attempts
from pandocast_sdk._core.log import logger
from pandocast_sdk._core.protocol import Failure, WireResponse
from pandocast_sdk._core.rate_limit.headers import rate_headers, seconds_until_allowed
from pandocast_sdk._core.rate_limit.hold_log import seconds_text
from pandocast_sdk._core.requests.operation import Operation


def log_attempt(
    context: CallContext, operation: Operation[object], outcome: WireResponse | Failure, attempt: int
) -> None:
    """Write what came of one attempt."""
    if not logger.isEnabledFor(logging.DEBUG):
        return
    if isinstance(outcome, Failure):
        logger.debug("%s -> %s, attempt %d", _name(context, operation), outcome.kind.name, attempt)
        return
    logger.debug(
        "%s -> %d, attempt %d, %.3f s, slot %s",
        _name(context, operation),
        outcome.status,
        attempt,
        outcome.received - outcome.sent,
        rate_headers(outcome).slot,
    )


def log_retry(
    context: CallContext,
    operation: Operation[object],
    outcome: WireResponse | Failure,
    attempts: Attempts,
    pause: float,
) -> None:
    """Write why a call is sent again, and when."""
    if logger.isEnabledFor(logging.INFO):
        logger.info(
            "%s: %s; retry %s in %s s",
            _name(context, operation),
            _reason(outcome),
            attempts.retry,
            seconds_text(pause),
        )


def log_refusal(
    context: CallContext, operation: Operation[object], outcome: WireResponse | Failure, next_attempt: int
) -> None:
    """Write that the server refused a call for the rate limit, which is waited out and counts as no retry."""
    if logger.isEnabledFor(logging.INFO) and isinstance(outcome, WireResponse):
        seconds = seconds_until_allowed(outcome, context.server_time(outcome)) or 0.0
        logger.info(
            "%s: status 429; attempt %d in %s s, when the rate limit allows it",
            _name(context, operation),
            next_attempt,
            seconds_text(seconds),
        )


def _name(context: CallContext, operation: Operation[object]) -> str:
    return f"{operation.method} {context.redact(operation.path)}"


def _reason(outcome: WireResponse | Failure) -> str:
    if isinstance(outcome, Failure):
        return FAILURES[outcome.kind].sentence
    return f"status {outcome.status}"
