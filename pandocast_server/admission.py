"""Who may come in: first the key, then the rate limit (contract, "Keys", "Rate limit")."""

import re
from collections.abc import Callable
from typing import cast

from starlette.types import ASGIApp, Receive, Scope, Send

from pandocast_server.answers import send_refusal, set_headers
from pandocast_server.auth.keys import ApiKey, find_key
from pandocast_server.auth.rate_limit import RateLimits, WindowStatus, address_name
from pandocast_server.errors import ApiError
from pandocast_server.runtime import Runtime

_KEY = "pandocast.key"
_BEARER = re.compile(rb"bearer +([!-~]+) *", re.IGNORECASE)


class Admission:
    """Lets in what has a valid key and fits into its window.

    Requests without a valid key are counted for their client's address. They are let in on public paths only,
    and only while that window has room; anywhere else, unknown paths included, they are always 401.
    """

    def __init__(
        self,
        app: ASGIApp,
        runtime: Runtime,
        limits: RateLimits,
        *,
        is_public: Callable[[str], bool],
        is_unlimited: Callable[[str], bool],
    ) -> None:
        """Put the door before an application.

        Args:
            app: What is behind it.
            runtime: The parts of this server.
            limits: Where requests are counted.
            is_public: Tells of a path whether it is answered without a key.
            is_unlimited: Tells of a path whether it belongs to an API that has no rate limit.
        """
        self._app = app
        self._runtime = runtime
        self._limits = limits
        self._is_public = is_public
        self._is_unlimited = is_unlimited

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_unlimited(scope["path"]):
            await self._admit(scope, receive, send, self._presented_key(scope))
        else:
            await self._admit_counted(scope, receive, send)

    async def _admit_counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        now = self._runtime.clock.now()
        client = cast("tuple[str, int] | None", scope.get("client"))
        address = address_name(client[0] if client else None)
        # Should looking the key up fail, the answer has its headers all the same.
        set_headers(scope, _headers(self._limits.addresses.peek(address, now)))
        key = self._presented_key(scope)
        if key is None:
            status = self._limits.addresses.count(address, now)
        else:
            status = self._limits.keys.count(key.id, now)
        set_headers(scope, _headers(status))
        if status.is_refused and (key is not None or self._is_public(scope["path"])):
            await send_refusal(scope, send, _rate_limited(status.seconds_left(now)))
        else:
            await self._admit(scope, receive, send, key)

    async def _admit(self, scope: Scope, receive: Receive, send: Send, key: ApiKey | None) -> None:
        if key is None and not self._is_public(scope["path"]):
            await send_refusal(scope, send, _unauthorized())
        else:
            scope[_KEY] = key
            await self._app(scope, receive, send)

    def _presented_key(self, scope: Scope) -> ApiKey | None:
        presented = [value for name, value in scope["headers"] if name == b"authorization"]
        if len(presented) != 1:
            return None
        bearer = _BEARER.fullmatch(presented[0])
        if bearer is None:
            return None
        with self._runtime.database.read() as connection:
            return find_key(connection, bearer[1].decode("ascii"))


def admitted_key(scope: Scope) -> ApiKey | None:
    """Give the key with which a request came in; None only on a public path."""
    return cast("ApiKey | None", scope[_KEY])


def _headers(status: WindowStatus) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(status.limit),
        "X-RateLimit-Remaining": str(status.remaining),
        "X-RateLimit-Reset": str(status.reset),
    }


def _unauthorized() -> ApiError:
    # One sentence for missing, malformed, unknown and revoked keys: it must not tell which.
    return ApiError(401, "Missing or invalid API key", {"WWW-Authenticate": "Bearer"})


def _rate_limited(seconds: int) -> ApiError:
    return ApiError(
        429, f"Too many requests, the window resets in {seconds} seconds", {"Retry-After": str(seconds)}
    )
