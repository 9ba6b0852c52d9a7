"""Who may come in: first the key, then the rate limit (contract, "Keys", "Rate limit")."""

import re
from collections.abc import Callable
from typing import cast

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pandocast_server.errors import ApiError, error_response
from pandocast_server.keys import ApiKey, find_key
from pandocast_server.middleware.answers import set_headers
from pandocast_server.rate_limit import WindowStatus, address_name
from pandocast_server.routing import KEY
from pandocast_server.runtime import Runtime

_BEARER = re.compile(rb"bearer +([!-~]+) *", re.IGNORECASE)


class Admission:
    """Lets in what has a valid key and fits into its window.

    Requests without a valid key are counted for their client's address. They are let in on public paths only,
    and only while that window has a slot; anywhere else, unknown paths included, they are always 401.
    """

    def __init__(
        self, app: ASGIApp, *, is_public: Callable[[str], bool], is_unlimited: Callable[[str], bool]
    ) -> None:
        self._app = app
        self._is_public = is_public
        self._is_unlimited = is_unlimited

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._is_unlimited(scope["path"]):
            await self._admit(scope, receive, send, _presented_key(scope))
        else:
            await self._admit_counted(scope, receive, send)

    async def _admit_counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        runtime = cast("Runtime", scope["app"].state.runtime)
        limits, now = runtime.rate_limits, runtime.clock.now()
        client = cast("tuple[str, int] | None", scope.get("client"))
        address = address_name(client[0] if client else None)
        try:
            key = _presented_key(scope)
        except Exception:
            # The answer has its headers all the same.
            set_headers(scope, _headers(limits.addresses.count(address, now)))
            raise
        status = limits.addresses.count(address, now) if key is None else limits.keys.count(key.id, now)
        set_headers(scope, _headers(status))
        if status.is_refused and (key is not None or self._is_public(scope["path"])):
            await _rate_limited(status.seconds_left(now))(scope, receive, send)
        else:
            await self._admit(scope, receive, send, key)

    async def _admit(self, scope: Scope, receive: Receive, send: Send, key: ApiKey | None) -> None:
        if key is None and not self._is_public(scope["path"]):
            await _unauthorized()(scope, receive, send)
        else:
            scope[KEY] = key
            await self._app(scope, receive, send)


def _presented_key(scope: Scope) -> ApiKey | None:
    presented = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(presented) != 1:
        return None
    bearer = _BEARER.fullmatch(presented[0])
    if bearer is None:
        return None
    with cast("Runtime", scope["app"].state.runtime).database.read() as connection:
        return find_key(connection, bearer[1].decode("ascii"))


def _headers(status: WindowStatus) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(status.limit),
        "X-RateLimit-Remaining": str(status.remaining),
        "X-RateLimit-Reset": str(status.reset),
    }


def _unauthorized() -> Response:
    # One sentence for missing, malformed, unknown and revoked keys: it must not tell which.
    return error_response(ApiError(401, "Missing or invalid API key", {"WWW-Authenticate": "Bearer"}))


def _rate_limited(seconds: int) -> Response:
    message = f"Too many requests, the window resets in {seconds} seconds"
    return error_response(ApiError(429, message, {"Retry-After": str(seconds)}))
