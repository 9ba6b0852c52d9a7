"""What the routes of both APIs have in common: methods, keys that may use them, and what a handler needs."""

from collections.abc import Awaitable, Callable
from functools import cache, wraps
from importlib.resources import files
from typing import cast

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from pandocast_server.errors import ApiError
from pandocast_server.keys import ApiKey
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
        if self.scope["method"] not in allowed | ({"HEAD"} if "GET" in allowed else set()):
            raise HTTPException(405, headers={"Allow": ", ".join(allowed)})
        _refuse_read_only(self.scope)
        await super().dispatch()


def post(path: str, handler: Handler) -> Route:
    """Return the route of a path that has the method POST alone."""

    @wraps(handler)
    async def refuse_or_handle(request: Request) -> Response:
        _refuse_read_only(request.scope)
        return await handler(request)

    return Route(path, refuse_or_handle, methods=["POST"])


@cache
def document(name: str = "pandocast") -> bytes:
    """Return the OpenAPI description of an API as it is packaged: YAML in UTF-8."""
    return files("pandocast_server").joinpath("openapi", f"{name}.yaml").read_bytes()


def description(name: str) -> Handler:
    """Return the handler that serves the description of an API."""

    async def describe(_request: Request) -> Response:
        return Response(document(name), media_type="application/yaml")

    return describe


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
