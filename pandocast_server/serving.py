"""Runs the application on uvicorn, beside the workers that do what requests leave behind."""

import socket
from collections.abc import Sequence

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from pandocast_server.http_protocol import CLIENT_SECONDS, patient_protocol
from pandocast_server.work.worker import Worker, working

BACKLOG = 1024
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


class HttpServer(uvicorn.Server):
    """A uvicorn server whose connections the application can abort (`abort_connection`).

    `Date` and `X-RateLimit-*` follow the server's own clock, so uvicorn adds no header; nor does it take
    a proxy's word for a client's address.

    Attributes:
        grace: Whole seconds that requests, and then background work, get to end; 0 ends them at once.
    """

    def __init__(self, app: ASGIApp, *, grace: int, client_seconds: float = CLIENT_SECONDS) -> None:
        """Make a server.

        Args:
            app: The application.
            grace: As above.
            client_seconds: How long a client may take for a header, and for the next piece of a body.
        """
        self.grace = grace
        super().__init__(
            uvicorn.Config(
                self._with_abort(app),
                http=patient_protocol(client_seconds),
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

    def _with_abort(self, app: ASGIApp) -> ASGIApp:
        async def offer_abort(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                client = scope["client"]
                scope.setdefault("extensions", {})[_ABORT_EXTENSION] = lambda: self._abort(client)
            await app(scope, receive, send)

        return offer_abort

    def _abort(self, client: tuple[str, int] | None) -> None:
        for connection in list(self.server_state.connections):
            peer: Sequence[object] = connection.transport.get_extra_info("peername") or ()
            if tuple(peer[:2]) == client:
                connection.transport.abort()


async def serve(server: HttpServer, listener: socket.socket, workers: Sequence[Worker]) -> None:
    """Serve until `server.should_exit`; then end the requests first and the workers after them.

    Raises:
        Exception: What a worker died of; the server does not go on without it.
    """
    async with working(workers, grace=server.grace, on_end=lambda: setattr(server, "should_exit", True)):
        await server.serve(sockets=[listener])
