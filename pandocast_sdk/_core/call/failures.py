"""The errors of a call, made of what came of its request."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias, cast

from pandocast_sdk._core.call.failure_table import FAILURES, STATUS_ERRORS, failure_kind
from pandocast_sdk._core.protocol import Failure, WireResponse
from pandocast_sdk._core.redaction import Redactor, causes, without_frames
from pandocast_sdk._core.requests.headers import Headers
from pandocast_sdk.errors import (
    APIConnectionError,
    APIStatusError,
    DeadlineExceededError,
    RateLimitError,
    RequestRecord,
    ResponseValidationError,
)

if TYPE_CHECKING:
    from pandocast_sdk.models.unreadable import Unreadable

CallError: TypeAlias = APIConnectionError | APIStatusError | ResponseValidationError

_LONGEST_MESSAGE = 500  # characters of a server's message that are worth repeating
# Seconds: a `Retry-After` and what is known of the server's clock are not more exact together.
_ROUNDING = 3.0


def status_error(
    response: WireResponse, request: RequestRecord, redact: Redactor, *, outcome_unknown: bool
) -> APIStatusError:
    """Return the typed error for a response with a status outside 200-299."""
    message, code, body = _read_error_body(response, redact)
    headers = redact_headers(response, redact)
    error = FAILURES[failure_kind(response)].error
    assert issubclass(error, APIStatusError)  # noqa: S101 - there was a response
    if issubclass(error, RateLimitError):
        return error(message, request=request, code=code, body=body, headers=headers)
    return STATUS_ERRORS.get(response.status, error)(
        message,
        status_code=response.status,
        request=request,
        code=code,
        body=body,
        headers=headers,
        outcome_unknown=outcome_unknown,
    )


def redact_headers(response: WireResponse, redact: Redactor) -> Headers:
    """Return the headers of a response, without the key if the server repeats it."""
    return Headers(
        [(name, redact(value.decode("latin-1")).encode("latin-1")) for name, value in response.headers]
    )


def connection_error(
    failure: Failure, request: RequestRecord, redact: Redactor, *, outcome_unknown: bool
) -> APIConnectionError | ResponseValidationError:
    """Return the typed error for a request that got no complete response."""
    cause = redact.error(without_frames(failure.cause))
    row = FAILURES[failure.kind]
    assert not issubclass(row.error, APIStatusError)  # noqa: S101 - there was no response
    error = row.error(
        f"{row.sentence}: {_message_of(cause)}", request=request, outcome_unknown=outcome_unknown
    )
    error.__cause__ = cause
    return error


def _message_of(error: BaseException) -> str:
    """Return the message of an error or of what led to it: under trio only that has one.

    Cancellations have one with an address in it, by which trackers of errors would not know the error again.
    """
    links = (link for link in causes(error) if isinstance(link, Exception))
    return next((text for link in links if (text := str(link))), type(error).__name__)


def rate_limit_error(
    message: str, request: RequestRecord, *, seconds: float, reset: int | None, server_now: float
) -> RateLimitError:
    """Return the error for a request that was held back here, with the time to wait."""
    error = RateLimitError(message, request=request)
    add_time(error, seconds=seconds, reset=reset, server_now=server_now)
    return error


def add_time(error: RateLimitError, *, seconds: float | None, reset: int | None, server_now: float) -> None:
    """Add to an error when it is worth trying again; a time beyond the calendar is left out.

    Args:
        error: The error.
        seconds: How long to wait.
        reset: When the window resets, as the server has it, in seconds since 1970.
        server_now: The server's time as far as known, likewise.
    """
    error.retry_after = seconds
    if seconds is not None:
        moment = server_now + seconds
        if reset is not None and abs(reset - moment) < _ROUNDING:
            moment = reset
        with suppress(OverflowError, ValueError, OSError):
            error.reset_at = datetime.fromtimestamp(moment, UTC)


def unreadable_error(
    response: WireResponse, fault: str, request: RequestRecord, redact: Redactor, *, outcome_unknown: bool
) -> ResponseValidationError:
    """Return the error for a successful response that cannot be read."""
    return ResponseValidationError(
        redact(f"the response is not what the reference publishes: {fault}"),
        request=request,
        status_code=response.status,
        body=redact(response.body.decode("utf-8", "replace")),
        outcome_unknown=outcome_unknown,
    )


def unreadable_row_error(
    name: str, row: "Unreadable", request: RequestRecord, redact: Redactor
) -> ResponseValidationError:
    """Return the error for a row of a list that is needed and cannot be read; `name` says what it is."""
    return ResponseValidationError(
        redact(f"{name} cannot be read: {'; '.join(row.faults)}"),
        request=request,
        body=redact(row.raw.decode("utf-8", "replace")),
    )


def deadline_error(request: RequestRecord, last: CallError | None = None) -> DeadlineExceededError:
    """Return the error for a call that took too long; `last` is what came of its last attempt."""
    return DeadlineExceededError(
        "deadline exceeded before the call completed",
        request=request,
        outcome_unknown=last is not None and last.outcome_unknown,
    )


def _read_error_body(response: WireResponse, redact: Redactor) -> tuple[str, str | None, object]:
    """Return message, code and body; a gateway's page of HTML has no envelope, and must not break this."""
    body = _decoded(redact(response.body.decode("utf-8-sig", "replace")), redact)
    message, code = _member(body, "error"), _member(body, "code")
    message = message or f"the server responded with status {response.status}"
    return message[:_LONGEST_MESSAGE], code, body


def _decoded(text: str, redact: Redactor) -> object:
    try:
        return redact.json(json.loads(text)) if text else None
    except (ValueError, RecursionError):
        return text


def _member(body: object, name: str) -> str | None:
    value = cast("dict[str, object]", body).get(name) if isinstance(body, dict) else None
    # Half a surrogate pair could be neither printed nor logged.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None
