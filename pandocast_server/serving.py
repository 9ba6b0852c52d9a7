"""Runs the application on uvicorn, beside the workers that do what requests leave behind."""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Literal

import h11
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from pandocast_server.work.worker import Worker, working

BACKLOG = 1024
CLIENT_SECONDS = 30.0
_KEEP_ALIVE_SECONDS = 75
_ABORT_EXTENSION = "pandocast.abort"


def listen(host: str, port: int) -> socket.socket:
    """Open the listening socket, so that the port is known, and taken, before anything else starts.

    Raises:
        OSError: The port is in use, or the address is not this machine's.
    """
    family, _, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    # A short queue makes a burst of clients wait a second each for their second try.
    listener = socket.create_server(address, family=family, backlog=BACKLOG)
    # An answer goes out in two pieces, and the second must not wait for the first one's acknowledgement,
    # which clients delay by 40 ms. asyncio sees to that only for sockets that name their protocol.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def abort_connection(scope: Scope) -> None:
    """Close the connection of a request at once, without an answer."""
    scope["extensions"][_ABORT_EXTENSION]()


class PatientProtocol(H11Protocol):
    """Closes silent and aborted connections, and answers what is not HTTP at most once.

    A whole header may take `seconds`, in one piece or byte by byte; so may the next piece of a body. Nor does
    it keep an access log, whoever listens: paths can hold the secret of a calendar.
    """

    seconds = CLIENT_SECONDS

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.access_log = False
        self._routed = self.app
        self.app = self._offer_abort
        self._awaited: Literal["header", "body"] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self._wait_for("header")

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_for(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing():
            self._wait_for(None)
        elif self.conn.their_state is h11.SEND_BODY:
            self._wait_for("body")
        elif self.conn.their_state is not h11.IDLE:
            self._wait_for(None)
        elif self._awaited != "header":
            self._wait_for("header")

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._awaited == "header":
            self._wait_for(None)  # from here on it is an idle connection, for which uvicorn has a limit

    def send_400_response(self, msg: str) -> None:
        # A response may have been sent, or it is to HEAD and has no body, or the application awaits a body.
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            with suppress(h11.LocalProtocolError):
                super().send_400_response(msg)
        self.transport.close()
        if self.cycle is not None:  # pyright: ignore[reportUnnecessaryComparison] - None before a request
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    async def _offer_abort(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[_ABORT_EXTENSION] = self.transport.abort
        await self._routed(scope, receive, send)

    def _wait_for(self, awaited: Literal["header", "body"] | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._awaited = awaited
        self._timer = None if awaited is None else self.loop.call_later(self.seconds, self._give_up)

    def _give_up(self) -> None:
        if self.flow.read_paused:  # the application has not read what is there yet
            self._wait_for(self._awaited)
        else:
            self.transport.close()


class HttpServer(uvicorn.Server):
    """A uvicorn server with its own rules.

    `Date` and `X-RateLimit-*` follow the server's own clock, so uvicorn adds no header; nor does it take
    a proxy's word for a client's address. Requests, and then background work, get `grace` seconds to end; 0
    ends them at once. A client may take `client_seconds` for a header, and for the next piece of a body.
    """

    def __init__(self, app: ASGIApp, *, grace: int, client_seconds: float = CLIENT_SECONDS) -> None:
        self.grace = grace
        super().__init__(
            uvicorn.Config(
                app,
                http=type("Protocol", (PatientProtocol,), {"seconds": client_seconds}),
                ws="none",
                loop="asyncio",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                date_header=False,
                server_header=False,
                proxy_headers=False,
                backlog=BACKLOG,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=max(grace, 1),
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.grace == 0:
            for connection in list(self.server_state.connections):
                connection.transport.abort()
        await super().shutdown(sockets)


async def serve(server: HttpServer, listener: socket.socket, workers: Sequence[Worker]) -> None:
    """Serve until `server.should_exit`; then end the requests first and the workers after them.

    Raises:
        Exception: What a worker died of; the server does not go on without it.
    """
    async with working(workers, grace=server.grace, on_end=lambda: setattr(server, "should_exit", True)):
        await server.serve(sockets=[listener])
