"""An endpoint as an ASGI application: a route of Starlette, FastAPI or Litestar, or all of a server."""

# The annotations stay as they are, since Litestar reads them.
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias, cast, final

from pandocast_sdk._annotations import resolve_annotations_late
from pandocast_sdk.webhooks.endpoint import Endpoint, Handle, Request, headers_of

if TYPE_CHECKING:
    from pandocast_sdk.webhooks.receiver import Webhook

__all__ = ["Application", "endpoint"]

Scope: TypeAlias = Mapping[str, object]
Receive: TypeAlias = Callable[[], Awaitable[Mapping[str, object]]]
Send: TypeAlias = Callable[[dict[str, object]], Awaitable[None]]


def endpoint(webhook: "Webhook", handle: Handle, *, max_body: int = 1 << 20) -> "Application":
    """Return an ASGI application that answers each delivery once `handle` has returned.

    Args:
        webhook: What verifies deliveries.
        handle: What is called with each `Delivery`, repeated ones too, and awaited if it is awaitable. It
            runs in the event loop: what blocks belongs into a thread. When it raises, the response is 500.
        max_body: The most bytes that a body may have; more are answered with 413 and not kept.

    Raises:
        ValueError: `max_body` is less than 1.
        TypeError: An argument has another type.

    Reference: "Retry Policy".
    """
    return Application(Endpoint(webhook, handle, max_body, awaits=True))


@final
class Application:
    """What `endpoint` returns.

    An object and not a function, so that a route of Starlette takes it for an application.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as an ASGI server has it."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [*cast("Iterable[tuple[bytes, bytes]]", scope["headers"])]
        length = next((value for name, value in headers if name.lower() == b"content-length"), b"")
        body = _Body(receive)
        request = Request(str(scope["method"]), headers, length.decode("latin-1"))
        status = await self._endpoint.respond_async(request, body.read)
        if body.disconnected:
            return
        fields = [(name.lower().encode(), value.encode()) for name, value in headers_of(status).items()]
        await send({"type": "http.response.start", "status": status, "headers": fields})
        await send({"type": "http.response.body", "body": b""})


class _Body:
    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._ended = False
        self.disconnected = False

    async def read(self) -> bytes:
        while not self._ended:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.disconnected = True
                raise ConnectionError
            self._ended = not message.get("more_body")
            if chunk := cast("bytes", message.get("body", b"")):
                return chunk
        return b""


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


resolve_annotations_late(endpoint)
