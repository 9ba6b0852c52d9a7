"""What the routes of both APIs have in common: methods, keys that may use them, and what a handler needs."""

from collections.abc import Awaitable, Callable
from typing import cast

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pandocast_server.auth.keys import ApiKey
from pandocast_server.errors import ApiError
from pandocast_server.runtime import Runtime

KEY = "pandocast.key"
"""Where a scope has the key with which its request came in, None on a public path."""

Handler = Callable[[Request], Awaitable[Response]]

_SAFE_METHODS = frozenset({"GET", "HEAD"})
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class _Segment(StringConvertor):
    """Any one segment of a path, without NUL, which no database takes for text."""

    regex = r"[^/\0]+"


register_url_convertor("segment", _Segment())


class Endpoint(HTTPEndpoint):
    """A path with several methods: it has those that are its attributes, and HEAD with GET."""

    async def dispatch(self) -> None:
        allowed = {method for method in _METHODS if hasattr(self, method.lower())}
        if "GET" in allowed:
            allowed.add("HEAD")
        if self.scope["method"] not in allowed:
            raise HTTPException(405, headers={"Allow": ", ".join(allowed)})
        _refuse_read_only(self.scope)
        await super().dispatch()


class _FullKeys:
    """Middleware of a route that only keys which may write can use."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _refuse_read_only(scope)
        await self._app(scope, receive, send)


def post(path: str, handler: Handler) -> Route:
    """Return the route of a path that has the method POST alone."""
    return Route(path, handler, methods=["POST"], middleware=[Middleware(_FullKeys)])


def runtime_of(request: Request) -> Runtime:
    """Return the parts of this server."""
    return cast("Runtime", request.scope["app"].state.runtime)


def workspace_of(request: Request) -> str:
    """Return the workspace of the key: all that the request may see."""
    key = cast("ApiKey | None", request.scope[KEY])
    if key is None:
        raise LookupError("a request without a key has no workspace")
    return key.workspace_id


def _refuse_read_only(scope: Scope) -> None:
    key = cast("ApiKey | None", scope[KEY])
    if key is not None and key.read_only and scope["method"] not in _SAFE_METHODS:
        raise ApiError(403, "This API key is read-only")
