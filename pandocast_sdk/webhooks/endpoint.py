"""What every endpoint does with a request, whichever framework it comes through; no I/O here.

The statuses: 204 when the handler has returned; 400 for a body that cannot be read or is no event; 401 for
one that is not genuine; 405 for any method but POST; 411 where the server needs a length and there is none;
413 for more than `max_body` bytes; 500 when the handler raises, and for nothing else.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Protocol, cast

from pandocast_sdk._annotations import resolve_annotations_late
from pandocast_sdk.errors import WebhookTooLargeError, WebhookVerificationError
from pandocast_sdk.webhooks.headers import Headers
from pandocast_sdk.webhooks.log import logger

if TYPE_CHECKING:
    from pandocast_sdk.webhooks.delivery import Delivery
    from pandocast_sdk.webhooks.receiver import Webhook

__all__ = ["CHUNK", "Endpoint", "Handle", "Request", "headers_of"]

CHUNK = 1 << 16
"""How many bytes to read at a time, where this can be chosen."""

_DONE, _UNREADABLE, _WRONG_METHOD, _LENGTH_NEEDED, _FAILED = 204, 400, 405, 411, 500
_MOST_DIGITS = 18


class Handle(Protocol):
    """What is called with each delivery, repeated ones too. Its result is not used."""

    def __call__(self, delivery: Delivery, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Request:
    """A request, without its body.

    Attributes:
        method: Its method, in capitals.
        headers: Its headers, or the `environ` that has them.
        length: Its `Content-Length`, if it has one.
        length_missing: Whether the server cannot tell where the body ends.
    """

    method: str
    headers: Headers
    length: str | None = None
    length_missing: bool = False


class Endpoint:
    """A receiver, what to do with its deliveries, and how large they may be.

    Args:
        webhook: The receiver.
        handle: What to do.
        max_body: The most bytes that a body may have.
        awaits: Whether what `handle` returns can be awaited.

    Raises:
        ValueError: `max_body` is less than 1.
        TypeError: An argument has another type; or nothing awaits what `handle` returns.
    """

    def __init__(self, webhook: Webhook, handle: Handle, max_body: int, *, awaits: bool) -> None:
        # Loaded by the package, which knows how: a direct import would depend on forks and fake clocks.
        from pandocast_sdk.webhooks import Webhook as Receiver  # noqa: PLC0415
        from pandocast_sdk.webhooks.router import refuse_coroutine_functions  # noqa: PLC0415 - loaded by now

        if not isinstance(cast("object", webhook), Receiver):
            raise TypeError(f"webhook must be a Webhook, not {type(webhook).__name__}")
        if not callable(cast("object", handle)):
            raise TypeError(f"handle must take a delivery, and {handle!r} cannot be called")
        if not isinstance(cast("object", max_body), int):
            raise TypeError(f"max_body must be a number of bytes, not {type(max_body).__name__}")
        if max_body < 1:
            raise ValueError("max_body must be at least 1 byte")
        if not awaits:
            refuse_coroutine_functions(handle)
        self._webhook = webhook
        self._handle = handle
        self._max_body = max_body

    def respond(self, request: Request, read: Callable[[], bytes]) -> int:
        """Return the status of the response, once the handler has returned.

        Args:
            request: The request.
            read: Returns the next bytes of the body, none at its end. What it raises means that they cannot
                be had.
        """
        try:
            body = self._begin(request)
            while chunk := read():
                self._add(body, chunk)
        except Exception as error:  # noqa: BLE001 - servers have errors of their own for a client that is gone
            return _refused(error)
        delivery = self._receive(body, request)
        if isinstance(delivery, int):
            return delivery
        try:
            _refuse_awaitable(self._handle(delivery))
        except Exception:  # noqa: BLE001 - the caller's code may raise any
            return _failed(delivery)
        return _DONE

    async def respond_async(self, request: Request, read: Callable[[], Awaitable[bytes]]) -> int:
        """Do as `respond`, and await what the handler returns, if it is awaitable."""
        try:
            body = self._begin(request)
            while chunk := await read():
                self._add(body, chunk)
        except Exception as error:  # noqa: BLE001 - likewise
            return _refused(error)
        delivery = self._receive(body, request)
        if isinstance(delivery, int):
            return delivery
        try:
            result = self._handle(delivery)
            if inspect.isawaitable(result):
                await result
        except Exception:  # noqa: BLE001 - the caller's code may raise any
            return _failed(delivery)
        return _DONE

    def _begin(self, request: Request) -> BytesIO:
        if request.method != "POST":
            raise _RefusedError(_WRONG_METHOD, "it is not a POST request")
        if request.length:
            self._check_length(request.length)
        elif request.length_missing:
            raise _RefusedError(_LENGTH_NEEDED, "it has no Content-Length")
        return BytesIO()

    def _check_length(self, length: str) -> None:
        if not (length.isascii() and length.isdigit()):
            raise _RefusedError(_UNREADABLE, "its Content-Length is not a number")
        digits = length.lstrip("0")
        if len(digits) > _MOST_DIGITS or int(digits or "0") > self._max_body:
            raise self._too_large()

    def _add(self, body: BytesIO, chunk: bytes) -> None:
        if body.tell() + len(chunk) > self._max_body:
            raise self._too_large()
        body.write(chunk)

    def _too_large(self) -> WebhookTooLargeError:
        return WebhookTooLargeError(f"the body has more than {self._max_body} bytes")

    def _receive(self, body: BytesIO, request: Request) -> Delivery | int:
        try:
            return self._webhook.receive(body.getvalue(), request.headers)
        except WebhookVerificationError as error:
            return _refused(error)
        except Exception:  # noqa: BLE001 - likewise: it is the clock that was passed to the webhook
            logger.exception("a delivery could not be verified; the response is %d", _FAILED)
            return _FAILED


def headers_of(status: int) -> dict[str, str]:
    """Return the headers of a response, which has no body."""
    if status == _DONE:
        return {}
    return {"Content-Length": "0"} | ({"Allow": "POST"} if status == _WRONG_METHOD else {})


class _RefusedError(Exception):
    def __init__(self, status_code: int, reason: str) -> None:
        super().__init__(reason)
        self.status_code = status_code


def _refused(error: Exception) -> int:
    if isinstance(error, (WebhookVerificationError, _RefusedError)):
        logger.info("a request was refused with %d: %s", error.status_code, error)
        return error.status_code
    logger.debug("the body of a request could not be read: %s", type(error).__name__)
    return _UNREADABLE


def _failed(delivery: Delivery) -> int:
    logger.exception("the handler of %a failed; the response is %d", delivery, _FAILED)
    return _FAILED


def _refuse_awaitable(result: object) -> None:
    if inspect.isawaitable(result):
        if inspect.iscoroutine(result):
            result.close()  # else Python warns that nobody has awaited it, besides
        raise TypeError("the handler returned an awaitable, and nothing awaits it here")


resolve_annotations_late(Handle)
resolve_annotations_late(Endpoint)
