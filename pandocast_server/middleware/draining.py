"""What is left of a body once its request is answered: it is read for a moment, and thrown away."""

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SECONDS = 5.0


class Draining:
    """Goes on reading for some seconds after an answer that came before the body's end.

    A client that sends everything before it reads would see a reset connection instead of the answer when the
    server closed on it. The answer is out in full already: it has a `Content-Length`.
    """

    def __init__(self, app: ASGIApp, *, seconds: float = _SECONDS) -> None:
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
