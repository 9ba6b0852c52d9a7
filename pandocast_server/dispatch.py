"""Dispatching: the innermost layer, from an admitted request through its route to its handler's reply."""

from collections.abc import Sequence

from starlette.types import Receive, Scope, Send

from pandocast_server.admission import admitted_key
from pandocast_server.answers import send_refusal, send_reply
from pandocast_server.bodies import ClientGoneError, read_object
from pandocast_server.errors import ApiError
from pandocast_server.routing import SAFE_METHODS, Call, Match, Reply, Route, match
from pandocast_server.runtime import Runtime

_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


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
            await send_reply(scope, send, found.route.success, reply, {})

    async def _handle(self, found: Match, scope: Scope, receive: Receive) -> Reply:
        key = admitted_key(scope)
        if key is not None and key.read_only and scope["method"] not in SAFE_METHODS:
            raise ApiError(403, "This API key is read-only")
        has_body = scope["method"] in _METHODS_WITH_BODY
        call = Call(
            runtime=self._runtime,
            key=key,
            path=found.parameters,
            query=scope["query_string"].decode("latin-1"),
            body=await read_object(scope, receive) if has_body else {},
        )
        # On the event loop: the database is fastest there, and handlers do nothing else that takes long.
        return found.route.handler(call)
