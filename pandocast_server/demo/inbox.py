"""What an application of the user's would have: a webhook endpoint, and a feed that is served."""

import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager

from attrs import frozen
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pandocast_sdk import WebhookPayloadError, WebhookVerificationError
from pandocast_sdk.webhooks import Event, Webhook
from pandocast_server.serving import HttpServer, listen
from pandocast_server.testing.server_thread import ServerThread

Headers = list[tuple[str, str]]


@frozen
class Received:
    """A delivery whose signature was good."""

    event: Event
    delivery_id: str | None


class Inbox:
    """Takes webhooks, each verified by the SDK."""

    def __init__(self, on_arrival: Callable[[Event], None]) -> None:
        """Make an inbox; `on_arrival` is called with each verified event, in the thread that received it."""
        self.secret = f"whsec_{secrets.token_hex(16)}"
        self.received: list[Received] = []
        self._webhook = Webhook(self.secret)
        self._on_arrival = on_arrival

    def take(self, body: bytes, headers: Headers) -> tuple[int, str]:
        """Verify a delivery, and return the status and the sentence to respond with."""
        try:
            event = self._webhook.unwrap(body, headers)
        except WebhookVerificationError as error:
            return (400 if isinstance(error, WebhookPayloadError) else 401), str(error)
        self.received.append(Received(event, Webhook.delivery_id(headers)))
        self._on_arrival(event)
        return 200, "thank you"


@contextmanager
def serving(
    method: str, path: str, respond: Callable[[bytes, Headers], tuple[int, bytes | str]]
) -> Generator[str]:
    """Serve one path on a free loopback port for as long as the block runs, and yield its URL."""

    async def endpoint(request: Request) -> Response:
        status, content = respond(await request.body(), request.headers.items())
        return Response(content, status)

    app = Starlette(routes=[Route(path, endpoint, methods=[method])])
    with listen("127.0.0.1", 0) as listener:
        thread = ServerThread(HttpServer(app, grace=0), listener, workers=())
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}{path}"
        finally:
            thread.stop()
