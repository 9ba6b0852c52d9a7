"""A middleware that judges every response of an application by the OpenAPI documents."""

import os
from collections.abc import Callable, Iterator, Sequence

from attrs import Factory, define
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from support.openapi_document import mount_of
from support.openapi_judge import judge

Headers = Sequence[tuple[bytes, bytes]]
SecondJudge = Callable[[str, str, bytes, tuple[Headers, bytes], tuple[int, Headers, bytes]], Iterator[str]]


def second_judge() -> SecondJudge | None:
    """Return the judge that the environment asks for besides ours."""
    if os.environ.get("SECOND_JUDGE") != "openapi-core":
        return None
    from support.openapi_core_judge import faults  # noqa: PLC0415 - few environments have it

    return faults


FAULTS = second_judge()


@define
class _Exchange:
    """The response to one request, as far as the application has sent it."""

    method: str
    path: str
    query: bytes = b""
    request_headers: Headers = ()
    request_body: bytearray = Factory(bytearray)
    status: int = 0
    headers: Headers = ()
    body: bytearray = Factory(bytearray)
    is_complete: bool = False

    def add(self, message: Message) -> None:
        """Add what is about to be sent, and note whether the response is complete with it."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [(bytes(name).lower(), bytes(value)) for name, value in message.get("headers", ())]
            # A server sends nothing of the body with which an application responds to HEAD.
            self.is_complete = self.method == "HEAD"
        elif self.method != "HEAD":
            self.body += message.get("body", b"")
            # A client stops reading at the length, even where the application has yet to say that it is done.
            has_length = (b"content-length", b"%d" % len(self.body)) in self.headers
            self.is_complete = has_length or not message.get("more_body", False)


class JudgingMiddleware:
    """Passes everything on as it comes, and has noted what is wrong with the complete responses of the APIs.

    A verdict is noted before the last part of its response is sent, so a client that has it can read it.
    """

    def __init__(self, app: ASGIApp, note: Callable[[str], object]) -> None:
        self._app = app
        self._note = note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or mount_of(scope["path"]) is None:
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(
            scope["method"], scope["path"], scope.get("query_string", b""), scope.get("headers", ())
        )

        async def noting_receive() -> Message:
            message = await receive()
            exchange.request_body += message.get("body", b"")
            return message

        async def judging_send(message: Message) -> None:
            was_complete = exchange.is_complete
            exchange.add(message)
            if exchange.is_complete and not was_complete:
                self._judge(exchange)
            await send(message)

        await self._app(scope, noting_receive, judging_send)

    def _judge(self, exchange: _Exchange) -> None:
        try:
            judge(exchange.method, exchange.path, exchange.status, exchange.headers, bytes(exchange.body))
        except AssertionError as verdict:
            self._note(str(verdict))
            return
        if FAULTS is not None:
            sent = exchange.request_headers, bytes(exchange.request_body)
            received = exchange.status, exchange.headers, bytes(exchange.body)
            for fault in FAULTS(exchange.method, exchange.path, exchange.query, sent, received):
                self._note(fault)
