"""The tree of errors.

Every error that the SDK raises itself is a `PandocastError`, except for arguments that can never be right (a
naive datetime, an empty id, a key with a line break): those raise the built-in `ValueError` before anything
is sent. Every error pickles, and none holds a secret.

This module needs only the standard library, so that verifying a webhook does not load a client.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "ContentFailedError",
    "DeadlineExceededError",
    "DraftFailedError",
    "InternalServerError",
    "NotFoundError",
    "PandocastError",
    "PermissionDeniedError",
    "PoolTimeoutError",
    "RateLimitError",
    "RequestRecord",
    "ResponseValidationError",
    "UploadJournalError",
    "WaitTimeoutError",
    "WebhookPayloadError",
    "WebhookTooLargeError",
    "WebhookVerificationError",
]

_WORTH_SAYING = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """What an error remembers of its request: never headers, never the body.

    Attributes:
        method: The HTTP method, in capitals.
        url: The whole URL, query included.
        operation: The operation's name, such as `upload_content`, or `request` for `client.request`.
    """

    method: str
    url: str
    operation: str

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


class PandocastError(Exception):
    """The root of every error of this SDK.

    Attributes:
        outcome_unknown: True when a write may have reached the server and it is unknown whether it was
            carried out. Such a write is not retried; settle it with a read.
    """

    outcome_unknown: bool = False

    def __reduce__(self) -> tuple[object, ...]:
        # By default, `args` alone are passed to the class, which keyword-only constructors refuse.
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(
    cls: type[PandocastError], args: tuple[object, ...], attributes: dict[str, object]
) -> PandocastError:
    error = cls.__new__(cls, *args)
    error.__dict__.update(attributes)
    return error


class APIStatusError(PandocastError):
    """The server responded with a status outside 200-299. Redirects count: they are never followed.

    Reference: "Error Codes".

    Attributes:
        status_code: The HTTP status.
        code: The `code` of the error body, such as `not_found`; None if the body has none.
        message: The `error` of the body, or a sentence with the status if it has none.
        body: The decoded JSON body, or its text if it is not JSON; None when empty.
        headers: The response's headers; look-ups ignore case.
        request: The request that failed.
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
    """403: the API key may not do this; a read-only key may not write."""


class NotFoundError(APIStatusError):
    """404: the workspace has no such resource."""


class ConflictError(APIStatusError):
    """409: the state of the resource does not allow this."""


class InternalServerError(APIStatusError):
    """Any 5xx: the server failed. After a write, `outcome_unknown` is True."""


class RateLimitError(APIStatusError):
    """429, or a window that is known to stay spent for longer than `RateLimitPolicy.max_wait`.

    In the second case the request was never sent, and the `headers` are empty.

    Attributes:
        reset_at: When the window resets, by the server's clock; None if unknown.
        retry_after: Seconds from this error until it is worth trying again; None if unknown.
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


class _RequestError(PandocastError):
    """An error about a call that got no usable response."""

    def __init__(self, message: str, *, request: RequestRecord, outcome_unknown: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.request = request
        self.outcome_unknown = outcome_unknown

    def __str__(self) -> str:
        unknown = "; whether it was carried out is unknown" if self.outcome_unknown else ""
        return f"{self.message} ({self.request}{unknown})"


class APIConnectionError(_RequestError):
    """No response came: no connection could be made, or it broke."""


class APITimeoutError(APIConnectionError):
    """No complete response came within the `timeout` of one attempt."""


class PoolTimeoutError(APIConnectionError):
    """Every connection of the local pool was busy for `timeout` seconds; nothing was sent."""


class DeadlineExceededError(_RequestError):
    """The client's `deadline` was exceeded before the call completed, with all its attempts and waits."""


class ResponseValidationError(_RequestError):
    """The server's response is not what the API reference publishes.

    Attributes:
        status_code: The HTTP status of the response; None if several responses contradict each other, or if
            one row of a list cannot be read.
        body: The body of the response, or that row, as text.
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
    """A wait timed out; the work may still be going on.

    Where polls have failed, the last of their errors is the `__cause__`.

    Attributes:
        waited_for: What was waited for, in words, such as `content 'cnt_1'`.
        content_id: The upload that was waited for; None if it was something else.
        draft_id: The draft that was waited for; None if it was something else.
        status: The last status seen; None if none was seen in time.
        status_age: How many seconds before this error that status was seen; None if none was.
        timeout: The wait's `timeout`, in seconds.
        held_back: For how many seconds the rate limit held the wait back, which do not count.
    """

    def __init__(
        self,
        waited_for: str,
        *,
        status: str | None,
        timeout: float,
        content_id: str | None = None,
        draft_id: str | None = None,
        status_age: float | None = None,
        held_back: float = 0.0,
    ) -> None:
        seen = f"its status was {status!r}" if status else "its status was not seen"
        age = f" {status_age:.1f} s before" if status and status_age is not None else ""
        held = (
            f"; besides, the rate limit held it back for {held_back:.1f} s"
            if held_back >= _WORTH_SAYING
            else ""
        )
        super().__init__(f"the wait for {waited_for} ended after {timeout:g} s; {seen}{age}{held}")
        self.waited_for = waited_for
        self.content_id = content_id
        self.draft_id = draft_id
        self.status = status
        self.status_age = status_age
        self.timeout = timeout
        self.held_back = held_back


class ContentFailedError(PandocastError):
    """A wait saw the status `failed`: the analysis or the generation failed on the server.

    An upload that has failed stays so; upload the text anew.

    Attributes:
        content_id: The upload that failed.
        step: Which step failed, by what this client has seen of the upload; None where it has not seen
            enough, since the service does not say.
    """

    def __init__(self, content_id: str, *, step: Literal["analysis", "generation"] | None = None) -> None:
        during = f" during its {step}" if step else ""
        super().__init__(f"content {content_id!r} has failed on the server{during}")
        self.content_id = content_id
        self.step: Literal["analysis", "generation"] | None = step


class DraftFailedError(PandocastError):
    """A wait saw the status `failed`: the draft was not generated.

    Attributes:
        draft_id: The draft that failed.
        feedback: Why, as the service says; None if it does not.
    """

    def __init__(self, draft_id: str, feedback: str | None = None) -> None:
        reason = f": {feedback}" if feedback else ""
        super().__init__(f"draft {draft_id!r} has failed on the server{reason}")
        self.draft_id = draft_id
        self.feedback = feedback


class UploadJournalError(PandocastError):
    """An upload journal cannot be used: another process has it open, or it is not one, or is closed."""


class WebhookVerificationError(PandocastError):
    """A delivery is not genuine, too old, too new, or unreadable: respond with its `status_code`.

    Attributes:
        status_code: The status of the response: 401, or that of the subclass.
    """

    status_code: int = 401


class WebhookPayloadError(WebhookVerificationError):
    """The signature is valid, but the body is not a JSON object with `event`, `timestamp` and `data`."""

    status_code = 400


class WebhookTooLargeError(WebhookVerificationError):
    """The body is larger than `max_body`; it was not verified."""

    status_code = 413
