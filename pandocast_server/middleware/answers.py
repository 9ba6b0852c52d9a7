"""The outermost middleware: what every answer carries, and the answer to what nobody foresaw."""

import logging
from collections.abc import Mapping
from functools import lru_cache

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pandocast_server.auth.secret_paths import without_secret
from pandocast_server.errors import ApiError, error_response
from pandocast_server.timestamps import from_microseconds, http_date, to_microseconds

_LOG = logging.getLogger(__name__)

_EVERY_ANSWER = "pandocast.headers"
_SECOND = 1_000_000


def set_headers(scope: Scope, headers: Mapping[str, str]) -> None:
    """Have `headers` added to whatever is going to be answered to this request."""
    scope[_EVERY_ANSWER] = [
        (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()
    ]


class Answers:
    """Completes every answer, HEAD's too, and answers 500 where what is within raises.

    Starlette's own 500 stands outside of all middleware and would lack these headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False

        async def completing(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
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


@lru_cache(maxsize=8)
def _date(seconds: int) -> bytes:
    return http_date(from_microseconds(seconds * _SECOND)).encode()
