"""One line a request in the log; keys, query strings and the tokens of calendars are in none."""

import logging
import time
from typing import TextIO
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pandocast_server.auth.secret_paths import without_secret

LOG = logging.getLogger("pandocast_server.requests")


def write_to(stream: TextIO) -> None:
    """Have the lines written to a stream, each with its time."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False


class AccessLog:
    """Notes method and path, the status of the response, and how long it took to begin."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not LOG.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Quoted, so that no path can begin a line of its own.
                path = quote(without_secret(scope["path"]), safe="/*:@!$&'()+,;=")
                took = (time.perf_counter() - started) * 1000
                LOG.info("%s %s %d %.1f ms", scope["method"], path, message["status"], took)
            await send(message)

        await self._app(scope, receive, noting)
