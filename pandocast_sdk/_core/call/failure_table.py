"""Every way in which a request can fail, in one table: nothing else decides about failures.

The APIs have no idempotency keys, so a write is retried only when the server certainly did not act: no
connection was made, or the status is 429. A gateway's 503 may follow a write that was carried out.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from pandocast_sdk._core.protocol import Failure, FailureKind, WireResponse
from pandocast_sdk.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    PoolTimeoutError,
    RateLimitError,
    ResponseValidationError,
)

ErrorClass: TypeAlias = type[APIConnectionError] | type[ResponseValidationError] | type[APIStatusError]


class FailureRow(NamedTuple):
    """One row of the table.

    Attributes:
        sentence: What happened, in words: in the error where no response came, and in docs/errors.md.
        may_have_acted: Whether the server may have carried the request out.
        read_retried: Whether a read is sent again.
        write_retried: Whether a write is sent again.
        error: The class of the error; `STATUS_ERRORS` has narrower ones for some statuses.
    """

    sentence: str
    may_have_acted: bool
    read_retried: bool
    write_retried: bool
    error: ErrorClass


FAILURES: Mapping[FailureKind, FailureRow] = {
    FailureKind.NOT_CONNECTED: FailureRow(
        "no connection could be made",
        may_have_acted=False,
        read_retried=True,
        write_retried=True,
        error=APIConnectionError,
    ),
    FailureKind.CONNECT_TIMEOUT: FailureRow(
        "no connection was made in time",
        may_have_acted=False,
        read_retried=True,
        write_retried=True,
        error=APITimeoutError,
    ),
    FailureKind.POOL_TIMEOUT: FailureRow(
        "every connection of the local pool was busy",
        may_have_acted=False,
        read_retried=False,
        write_retried=False,
        error=PoolTimeoutError,
    ),
    FailureKind.UNUSABLE_SETTING: FailureRow(
        "a setting of the environment cannot be used",
        may_have_acted=False,
        read_retried=False,
        write_retried=False,
        error=APIConnectionError,
    ),
    FailureKind.TIMEOUT: FailureRow(
        "no complete response came in time",
        may_have_acted=True,
        read_retried=True,
        write_retried=False,
        error=APITimeoutError,
    ),
    FailureKind.BROKEN: FailureRow(
        "the connection broke before the response was complete",
        may_have_acted=True,
        read_retried=True,
        write_retried=False,
        error=APIConnectionError,
    ),
    FailureKind.TOO_LARGE: FailureRow(
        "the response was too large to read",
        may_have_acted=True,
        read_retried=False,
        write_retried=False,
        error=ResponseValidationError,
    ),
    FailureKind.REDIRECT: FailureRow(
        "3xx",
        may_have_acted=True,
        read_retried=False,
        write_retried=False,
        error=APIStatusError,
    ),
    FailureKind.REQUEST_TIMEOUT: FailureRow(
        "408",
        may_have_acted=True,
        read_retried=True,
        write_retried=False,
        error=APIStatusError,
    ),
    FailureKind.RATE_LIMITED: FailureRow(
        "429",
        may_have_acted=False,
        read_retried=True,
        write_retried=True,
        error=RateLimitError,
    ),
    FailureKind.CLIENT_ERROR: FailureRow(
        "any other 4xx",
        may_have_acted=False,
        read_retried=False,
        write_retried=False,
        error=APIStatusError,
    ),
    FailureKind.SERVER_ERROR: FailureRow(
        "5xx",
        may_have_acted=True,
        read_retried=True,
        write_retried=False,
        error=InternalServerError,
    ),
}

STATUS_ERRORS: Mapping[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
}

_KINDS_OF_STATUS: Mapping[int, FailureKind] = {
    408: FailureKind.REQUEST_TIMEOUT,
    429: FailureKind.RATE_LIMITED,
}


def failure_kind(outcome: WireResponse | Failure) -> FailureKind:
    """Return why a request did not succeed."""
    if isinstance(outcome, Failure):
        return outcome.kind
    if outcome.status in _KINDS_OF_STATUS:
        return _KINDS_OF_STATUS[outcome.status]
    if outcome.status >= 500:
        return FailureKind.SERVER_ERROR
    return FailureKind.CLIENT_ERROR if outcome.status >= 400 else FailureKind.REDIRECT
