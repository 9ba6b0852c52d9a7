"""Answers: replies, refusals, the `Date`, and what is said when something unforeseen happened."""

import json
import logging
from collections.abc import Mapping

from attrs import asdict
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pandocast_server.auth.secret_paths import without_secret
from pandocast_server.clock import Clock
from pandocast_server.errors import ApiError, ErrorBody
from pandocast_server.routing import Reply
from pandocast_server.timestamps import http_date

_LOG = logging.getLogger(__name__)

_EVERY_ANSWER = "pandocast.headers"

RawHeaders = list[tuple[bytes, bytes]]


async def send_reply(scope: Scope, send: Send, status: int, reply: Reply, headers: Mapping[str, str]) -> None:
    """Send a reply whole; in answer to HEAD without its content, but with its length."""
    raw = {"content-type": reply.media_type, "content-length": str(len(reply.content)), **headers}
    await send({"type": "http.response.start", "status": status, "headers": raw_headers(raw)})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else reply.content})


async def send_refusal(scope: Scope, send: Send, refusal: ApiError) -> None:
    """Send a refusal in its envelope (reference, "Error Codes")."""
    # Escaped: a message may quote what was sent, and that need not be encodable.
    envelope = asdict(ErrorBody.of(refusal.status, refusal.message))
    content = json.dumps(envelope, separators=(",", ":")).encode()
    await send_reply(scope, send, refusal.status, Reply(content), refusal.headers)


def set_headers(scope: Scope, headers: Mapping[str, str]) -> None:
    """Have `headers` added to whatever is going to be answered to this request."""
    scope[_EVERY_ANSWER] = raw_headers(headers)


def raw_headers(headers: Mapping[str, str]) -> RawHeaders:
    """Give headers as ASGI carries them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


class Answering:
    """The outermost layer: completes every answer, and answers 500 where the layers within raise."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # neither WebSocket nor lifespan: the server that asks takes it for a no
        has_started = False

        async def completing(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                date = (b"date", http_date(self._clock.now()).encode())
                message = {**message, "headers": [*message["headers"], date, *scope.get(_EVERY_ANSWER, ())]}
            await send(message)

        try:
            await self._app(scope, receive, completing)
        except Exception:
            if has_started:
                raise
            _LOG.exception("%s %s could not be answered", scope["method"], without_secret(scope["path"]))
            await send_refusal(scope, completing, ApiError(500, "An unexpected error occurred on the server"))
