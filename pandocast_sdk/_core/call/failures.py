"""From what came of a request to the error that says so."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import cast

from pandocast_sdk._core.call.failure_table import FAILURES, STATUS_ERRORS, failure_kind
from pandocast_sdk._core.protocol import Failure, WireResponse
from pandocast_sdk._core.redaction import Redactor, causes, without_frames
from pandocast_sdk._core.requests.headers import Headers
from pandocast_sdk.errors import (
    APIConnectionError,
    APIStatusError,
    RateLimitError,
    RequestRecord,
    ResponseValidationError,
)

_LONGEST_MESSAGE = 500  # characters of a server's sentence that are worth repeating
_ROUNDING = (
    3.0  # seconds: a `Retry-After` and what is known of the server's clock are not more exact together
)


def status_error(
    answer: WireResponse, request: RequestRecord, redact: Redactor, *, outcome_unknown: bool
) -> APIStatusError:
    """Give the typed error for an answer outside 200-299."""
    message, code, body = _read_error_body(answer, redact)
    headers = redact_headers(answer, redact)
    error = FAILURES[failure_kind(answer)].error
    assert issubclass(error, APIStatusError)  # noqa: S101 - there was a response
    if issubclass(error, RateLimitError):
        return error(message, request=request, code=code, body=body, headers=headers)
    return STATUS_ERRORS.get(answer.status, error)(
        message,
        status_code=answer.status,
        request=request,
        code=code,
        body=body,
        headers=headers,
        outcome_unknown=outcome_unknown,
    )


def redact_headers(answer: WireResponse, redact: Redactor) -> Headers:
    """Give the headers of an answer, without the key if the server repeats it."""
    return Headers(
        [(name, redact(value.decode("latin-1")).encode("latin-1")) for name, value in answer.headers]
    )


def connection_error(
    failure: Failure, request: RequestRecord, redact: Redactor, *, outcome_unknown: bool
) -> APIConnectionError | ResponseValidationError:
    """Return the typed error for a request that got no complete response."""
    cause = redact.error(without_frames(failure.cause))
    row = FAILURES[failure.kind]
    assert not issubclass(row.error, APIStatusError)  # noqa: S101 - there was no response
    error = row.error(f"{row.sentence}: {_words(cause)}", request=request, outcome_unknown=outcome_unknown)
    error.__cause__ = cause
    return error


def _words(error: BaseException) -> str:
    """Say what went wrong, in the words of the error or of what led to it: under trio only that has any."""
    return next((text for link in causes(error) if (text := str(link))), type(error).__name__)


def rate_limit_error(
    message: str, request: RequestRecord, *, seconds: float, reset: int | None, server_now: float
) -> RateLimitError:
    """Give the error for a request that was held back here, with the time inside."""
    error = RateLimitError(message, request=request)
    add_time(error, seconds=seconds, reset=reset, server_now=server_now)
    return error


def add_time(error: RateLimitError, *, seconds: float | None, reset: int | None, server_now: float) -> None:
    """Write into an error when it is worth trying again; a time beyond the calendar is left out.

    Args:
        error: The error.
        seconds: How long to wait.
        reset: When the window resets, in the server's words, in seconds since 1970.
        server_now: The server's time as far as known, likewise.
    """
    error.retry_after = seconds
    if seconds is not None:
        moment = server_now + seconds
        if reset is not None and abs(reset - moment) < _ROUNDING:
            moment = reset
        with suppress(OverflowError, ValueError, OSError):
            error.reset_at = datetime.fromtimestamp(moment, UTC)


def _read_error_body(answer: WireResponse, redact: Redactor) -> tuple[str, str | None, object]:
    """Read the published envelope; a gateway's page of HTML has none, and must not break the error."""
    body = _decoded(redact(answer.body.decode("utf-8", "replace")), redact)
    message, code = _member(body, "error"), _member(body, "code")
    sentence = message or f"the server answered {answer.status}"
    return sentence[:_LONGEST_MESSAGE], code, body


def _decoded(text: str, redact: Redactor) -> object:
    try:
        return redact.deeply(json.loads(text)) if text else None
    except (ValueError, RecursionError):
        return text


def _member(body: object, name: str) -> str | None:
    value = cast("dict[str, object]", body).get(name) if isinstance(body, dict) else None
    return value if isinstance(value, str) else None
