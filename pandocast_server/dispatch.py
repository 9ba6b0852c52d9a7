"""Dispatching: the innermost layer, from an admitted request through its route to its handler's reply."""

import re
from collections.abc import Sequence
from typing import cast

from starlette.types import Receive, Scope, Send

from pandocast_server.admission import admitted_key
from pandocast_server.answers import send_refusal, send_reply
from pandocast_server.bodies import ClientGoneError, read_array, read_object
from pandocast_server.errors import ApiError
from pandocast_server.routing import SAFE_METHODS, Call, Match, Reply, Route, match
from pandocast_server.runtime import Runtime

_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?", re.ASCII)


class Dispatcher:
    """Answers requests by a table of routes, and refuses in the order that the contract gives.

    404 for the route, 405, 403, 413 and 400 for the body are decided here; what follows is the handler's.
    """

    def __init__(self, runtime: Runtime, routes: Sequence[Route]) -> None:
        self._runtime = runtime
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            found = match(self._routes, scope["method"], scope["path"])
            reply = await self._handle(found, scope, receive)
        except ApiError as refusal:
            await send_refusal(scope, send, refusal)
        except ClientGoneError:
            return
        else:
            await send_reply(scope, send, found.route.success, reply, reply.headers)

    async def _handle(self, found: Match, scope: Scope, receive: Receive) -> Reply:
        key = admitted_key(scope)
        if key is not None and key.read_only and scope["method"] not in SAFE_METHODS:
            raise ApiError(403, "This API key is read-only")
        kind = found.route.body if scope["method"] in _METHODS_WITH_BODY else "none"
        is_object = kind in {"object", "optional"}
        call = Call(
            runtime=self._runtime,
            key=key,
            path=found.parameters,
            query=scope["query_string"].decode("latin-1"),
            origin=_origin(scope),
            body=await read_object(scope, receive, may_be_empty=kind == "optional") if is_object else {},
            rows=await read_array(scope, receive) if kind == "array" else (),
        )
        # On the event loop: the database is fastest there, and what takes longer is a coroutine.
        reply = found.route.handler(call)
        return reply if isinstance(reply, Reply) else await reply


def _origin(scope: Scope) -> str:
    """Give where the client says that it asks; what no client would send is replaced by where it arrived."""
    scheme = scope.get("scheme", "http")
    said = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    if len(said) == 1 and _AUTHORITY.fullmatch(said[0]):
        return f"{scheme}://{said[0]}"
    server = cast("tuple[str, int | None] | None", scope.get("server"))
    host, port = server or ("localhost", None)
    return f"{scheme}://{host}" + ("" if port is None else f":{port}")
