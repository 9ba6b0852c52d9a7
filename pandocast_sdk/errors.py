"""The tree of errors.

Everything the SDK raises on its own account is a `PandocastError`; arguments that can never be right (a
naive datetime, an empty id, a key with a line break) are the built-in `ValueError`, raised before anything
is sent. Every error pickles, and none holds a secret.

This module needs only the standard library, so that verifying a webhook does not load a client.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "ContentFailedError",
    "DeadlineExceededError",
    "InternalServerError",
    "NotFoundError",
    "PandocastError",
    "PermissionDeniedError",
    "PoolTimeoutError",
    "RateLimitError",
    "RequestRecord",
    "ResponseValidationError",
    "WaitTimeoutError",
    "WebhookPayloadError",
    "WebhookVerificationError",
]


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """What an error remembers of its request: never headers, never the body.

    Attributes:
        method: The HTTP method, in capitals.
        url: The whole URL, query included.
        operation: The SDK's name for it, such as `upload_content`, or `request` for `client.request`.
    """

    method: str
    url: str
    operation: str

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


class PandocastError(Exception):
    """The root of every error of this SDK.

    Attributes:
        outcome_unknown: True when a write may have reached the server and nobody can say whether it was
            carried out. Such a write was not sent again; settle it with a read.
    """

    outcome_unknown: bool = False

    def __reduce__(self) -> tuple[object, ...]:
        # Exception's own way calls the class with `args`, which keyword-only constructors refuse.
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(
    cls: type[PandocastError], args: tuple[object, ...], attributes: dict[str, object]
) -> PandocastError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(attributes)
    return error


class APIStatusError(PandocastError):
    """The server answered with a status outside 200-299; a redirect, which is never followed, is one too.

    Reference: "Error Codes".

    Attributes:
        status_code: The HTTP status.
        code: The `code` of the error body, such as `not_found`; None where the body has none.
        message: The `error` of the body, or the status in words.
        body: The decoded JSON body, or its text where it is not JSON; None when empty.
        headers: The response's headers; look-ups ignore case.
        request: What was asked.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        request: RequestRecord,
        code: str | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        outcome_unknown: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status_code = status_code
        self.code = code
        self.body = body
        self.headers: Mapping[str, str] = {} if headers is None else headers
        self.request = request
        self.outcome_unknown = outcome_unknown

    def __str__(self) -> str:
        code = f" {self.code}" if self.code else ""
        unknown = "; whether it was carried out is unknown" if self.outcome_unknown else ""
        return f"{self.status_code}{code}: {self.message} ({self.request}{unknown})"


class BadRequestError(APIStatusError):
    """400: the request breaks a rule; the message names the field or the rule."""


class AuthenticationError(APIStatusError):
    """401: the API key is missing, malformed, unknown or revoked."""


class PermissionDeniedError(APIStatusError):
    """403: the API key may not do this, as a read-only key may not write."""


class NotFoundError(APIStatusError):
    """404: there is no such thing in this workspace."""


class ConflictError(APIStatusError):
    """409: the state of the thing does not allow this."""


class InternalServerError(APIStatusError):
    """Any 5xx: the server failed. After a write, `outcome_unknown` is True."""


class RateLimitError(APIStatusError):
    """429, or a window that is known to be spent for longer than `RateLimitPolicy.max_wait`.

    A request that was held back here was never sent; its `headers` are empty.

    Attributes:
        reset_at: When the window resets, by the server's clock; None where nobody said.
        retry_after: Seconds from this error until it is worth trying again; None where nobody said.
    """

    def __init__(
        self,
        message: str,
        *,
        request: RequestRecord,
        status_code: int = 429,
        code: str | None = "rate_limited",
        body: object = None,
        headers: Mapping[str, str] | None = None,
        reset_at: datetime | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(
            message, status_code=status_code, request=request, code=code, body=body, headers=headers
        )
        self.reset_at = reset_at
        self.retry_after = retry_after


_BY_STATUS: Mapping[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
}


def status_error_class(status_code: int) -> type[APIStatusError]:
    """Give the class that stands for a status; 429 has a constructor of its own and is not in this table."""
    if status_code >= 500:
        return InternalServerError
    return _BY_STATUS.get(status_code, APIStatusError)


class _RequestError(PandocastError):
    """An error about one request that got no usable answer."""

    def __init__(self, message: str, *, request: RequestRecord, outcome_unknown: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.request = request
        self.outcome_unknown = outcome_unknown

    def __str__(self) -> str:
        unknown = "; whether it was carried out is unknown" if self.outcome_unknown else ""
        return f"{self.message} ({self.request}{unknown})"


class APIConnectionError(_RequestError):
    """No answer came: the connection could not be made, or broke."""


class APITimeoutError(APIConnectionError):
    """No complete answer came within `timeout` seconds of one attempt."""


class PoolTimeoutError(APIConnectionError):
    """Every connection of the local pool was busy for `timeout` seconds; the server was not asked."""


class DeadlineExceededError(_RequestError):
    """The client's `deadline` passed before the call, with all its attempts and waits, was through."""


class ResponseValidationError(_RequestError):
    """The server's answer is not what the API reference publishes.

    Attributes:
        status_code: The HTTP status of the answer, None where the fault spans several answers.
        body: The text of the answer.
    """

    def __init__(
        self,
        message: str,
        *,
        request: RequestRecord,
        status_code: int | None = None,
        body: str = "",
        outcome_unknown: bool = False,
    ) -> None:
        super().__init__(message, request=request, outcome_unknown=outcome_unknown)
        self.status_code = status_code
        self.body = body


class WaitTimeoutError(PandocastError):
    """A wait gave up; the work may still be going on.

    Attributes:
        waited_for: What was waited for, in words, such as `content 'cnt_1'`.
        content_id: The upload that was waited for; None where it was something else.
        status: The last status seen, None when none was seen in time.
        timeout: The seconds that were allowed.
    """

    def __init__(
        self, waited_for: str, *, status: str | None, timeout: float, content_id: str | None = None
    ) -> None:
        seen = f"its status is {status!r}" if status else "its status was not seen"
        super().__init__(f"the wait for {waited_for} ended after {timeout:g} s; {seen}")
        self.waited_for = waited_for
        self.content_id = content_id
        self.status = status
        self.timeout = timeout


class ContentFailedError(PandocastError):
    """A wait met the status `failed`: the analysis or the generation broke on the server.

    Attributes:
        content_id: The upload that failed.
    """

    def __init__(self, content_id: str) -> None:
        super().__init__(f"content {content_id!r} has failed on the server")
        self.content_id = content_id


class WebhookVerificationError(PandocastError):
    """A delivery is not genuine, too old, too new, or cannot be judged: answer it with 401 or 400."""


class WebhookPayloadError(WebhookVerificationError):
    """The signature is good, but the body is not a JSON object with `event`, `timestamp` and `data`."""
