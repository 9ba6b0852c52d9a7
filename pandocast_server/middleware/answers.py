"""The outermost middleware: what every answer carries, and what is left unread when it is out."""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from email.utils import formatdate
from functools import lru_cache

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pandocast_server.errors import ApiError, error_response
from pandocast_server.middleware.access_log import log_answer, without_secret
from pandocast_server.timestamps import to_microseconds

_LOG = logging.getLogger(__name__)

_EVERY_ANSWER = "pandocast.headers"
_SECOND = 1_000_000


def set_headers(scope: Scope, headers: Mapping[str, str]) -> None:
    """Have `headers` added to whatever is going to be answered to this request."""
    scope[_EVERY_ANSWER] = [
        (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()
    ]


class Answers:
    """Completes and logs every answer, HEAD's too, and answers 500 where what is within raises.

    Starlette's own 500 stands outside of all middleware and would lack these headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        has_started = False

        async def completing(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                log_answer(scope, message["status"], time.perf_counter() - began)
                seconds = to_microseconds(scope["app"].state.runtime.clock.now()) // _SECOND
                headers = [*message["headers"], (b"date", _date(seconds)), *scope.get(_EVERY_ANSWER, ())]
                message = {**message, "headers": headers}
            elif scope["method"] == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(scope, receive, completing)
        except ClientDisconnect:
            return  # before its request was complete: there is nobody to answer
        except Exception:
            if has_started:
                raise
            _LOG.exception("%s %s could not be answered", scope["method"], without_secret(scope["path"]))
            failure = error_response(ApiError(500, "An unexpected error occurred on the server"))
            await failure(scope, receive, completing)


class Draining:
    """Goes on reading for some seconds after an answer that came before the body's end.

    A client that sends everything before it reads would see a reset connection instead of the answer when the
    server closed on it. The answer is out in full already: it has a `Content-Length`.
    """

    def __init__(self, app: ASGIApp, *, seconds: float = 5.0) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        # A client that expects a word before it sends its body has not begun.
        is_left = b"expect" not in dict(scope["headers"])

        async def watching() -> Message:
            nonlocal is_left
            message = await receive()
            is_left = message.get("more_body", False)
            return message

        async def draining(message: Message) -> None:
            is_last = message["type"] == "http.response.body" and not message.get("more_body", False)
            if not is_last or not is_left:
                await send(message)
                return
            await send({**message, "more_body": True})
            with suppress(TimeoutError):
                async with asyncio.timeout(self._seconds):
                    while is_left:
                        await watching()
            await send({"type": "http.response.body", "body": b""})

        await self._app(scope, watching, draining)


def _has_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


@lru_cache(maxsize=8)
def _date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode()
