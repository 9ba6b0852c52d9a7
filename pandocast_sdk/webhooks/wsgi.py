"""An endpoint as a WSGI application."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol, cast

from pandocast_sdk._annotations import resolve_annotations_late
from pandocast_sdk.webhooks.endpoint import CHUNK, Endpoint, Handle, Request, headers_of

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from pandocast_sdk.webhooks.receiver import Webhook

__all__ = ["endpoint", "respond"]


class _Input(Protocol):
    def read(self, size: int, /) -> bytes: ...


def endpoint(
    webhook: Webhook, handle: Handle, *, max_body: int = 1 << 20
) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    """Return a WSGI application that answers each delivery once `handle` has returned.

    Args:
        webhook: What verifies deliveries.
        handle: What is called with each `Delivery`, repeated ones too. When it raises, the response is 500.
        max_body: The most bytes that a body may have; more are answered with 413 and not kept.

    Raises:
        ValueError: `max_body` is less than 1.
        TypeError: An argument has another type; or `handle` is a coroutine function, or a router that holds
            one: nothing awaits it here.

    Reference: "Retry Policy".
    """
    endpoint = Endpoint(webhook, handle, max_body, awaits=False)

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status = HTTPStatus(respond(endpoint, environ))
        start_response(f"{status.value} {status.phrase}", list(headers_of(status).items()))
        return []

    return application


def respond(endpoint: Endpoint, environ: Mapping[str, object]) -> int:
    """Return the status of the response to a request."""
    length = str(environ.get("CONTENT_LENGTH") or "")
    ends = bool(environ.get("wsgi.input_terminated"))  # the server ends the body itself, chunked or not
    request = Request(
        str(environ["REQUEST_METHOD"]),
        environ,
        length,
        length_missing=not ends and "HTTP_TRANSFER_ENCODING" in environ,
    )
    body = _Body(cast("_Input", environ.get("wsgi.input")), None if ends else length)
    return endpoint.respond(request, body.read)


class _Body:
    """Reads no further than the body goes: to read on would wait for the next request."""

    def __init__(self, stream: _Input, length: str | None) -> None:
        self._stream = stream
        self._length = length
        self._taken = 0

    def read(self) -> bytes:
        size = CHUNK if self._length is None else min(CHUNK, int(self._length or 0) - self._taken)
        chunk = _read(self._stream, size) if size > 0 else b""
        self._taken += len(chunk)
        return chunk


def _read(stream: _Input, size: int) -> bytes:
    readinto: Callable[[memoryview], int | None] | None = getattr(stream, "readinto", None)
    if readinto is None:
        return stream.read(size)
    # Where a chunk is cut off, the input of werkzeug's own server shrinks the buffer of `read`, and Python
    # reads beyond its end or crashes. This buffer cannot shrink: what is cut off is an error.
    buffer = memoryview(bytearray(size))
    return bytes(buffer[: readinto(buffer) or 0])


resolve_annotations_late(endpoint)
