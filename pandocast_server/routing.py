"""From a request to its handler: the table of routes, and what a handler is given and gives back."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal

from attrs import evolve, field, frozen

from pandocast_server.auth.keys import ApiKey
from pandocast_server.errors import ApiError, not_found
from pandocast_server.runtime import Runtime

SAFE_METHODS = frozenset({"GET", "HEAD"})


@frozen(kw_only=True)
class Call:
    """One request, as far as a handler needs to know it.

    Attributes:
        runtime: The parts of this server.
        key: The key that was presented; None only on a public route.
        path: The path's parameters by name.
        query: The undecoded query string.
        origin: Scheme and authority as the client knows them, such as `http://127.0.0.1:8000`.
        body: The JSON object that was sent; empty where the route takes none.
        rows: The JSON array that was sent; empty where the route takes none.
    """

    runtime: Runtime
    key: ApiKey | None
    path: Mapping[str, str] = field(repr=False)
    query: str
    origin: str
    body: Mapping[str, object] = field(repr=False)
    rows: Sequence[object] = field(default=(), repr=False)

    @property
    def workspace_id(self) -> str:
        """The workspace of the key: all that this call may see."""
        if self.key is None:
            raise LookupError("a call without a key has no workspace")
        return self.key.workspace_id


@frozen
class Reply:
    """What a handler answers; the status of success stands in its route."""

    content: bytes = field(repr=False)
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(factory=dict[str, str])


Handler = Callable[[Call], Reply] | Callable[[Call], Awaitable[Reply]]
"""What does an operation; one that waits for something else than the database is a coroutine function."""

Body = Literal["object", "optional", "array", "none"]
"""What a route takes: an object, an object or nothing at all, an array, or nothing that it would look at."""


@frozen(kw_only=True)
class Route:
    """One operation of an API.

    Attributes:
        operation_id: Its name in the description of the API.
        method: GET stands for HEAD too.
        path: A segment in braces is a parameter; it stands for any one segment, without NUL and not empty.
        success: The status of its success.
        handler: What does it.
        is_public: Whether it is answered without a key.
        body: What a request with a method that has a body must bring.
    """

    operation_id: str
    method: str
    path: str
    success: int
    handler: Handler
    is_public: bool = False
    body: Body = "object"


@frozen
class Match:
    """The route of a request, and the parameters in its path."""

    route: Route
    parameters: Mapping[str, str] = field(repr=False)


def json_reply(value: Mapping[str, object] | Sequence[Mapping[str, object]]) -> Reply:
    """Answer with a JSON object, or an array of them, compact, in UTF-8."""
    return Reply(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode())


def mounted(prefix: str, routes: Sequence[Route]) -> tuple[Route, ...]:
    """Give the routes with `prefix` before their paths."""
    return tuple(evolve(route, path=prefix + route.path) for route in routes)


def match(routes: Sequence[Route], method: str, path: str) -> Match:
    """Find the route of a request.

    Raises:
        ApiError: 404, no route has this path; 405, some have, but not this method.
    """
    matches = matches_of_path(routes, path)
    if not matches:
        raise not_found("Route")
    wanted = "GET" if method == "HEAD" else method
    for found in matches:
        if found.route.method == wanted:
            return found
    allowed = sorted({found.route.method for found in matches})
    if "GET" in allowed:
        allowed.insert(allowed.index("GET") + 1, "HEAD")
    raise ApiError(405, f"This path has {' and '.join(allowed)} only", {"Allow": ", ".join(allowed)})


def matches_of_path(routes: Sequence[Route], path: str) -> list[Match]:
    """Give the routes that a path means, whatever the method."""
    found = ((route, _parameters(route.path, path)) for route in routes)
    return [Match(route, parameters) for route, parameters in found if parameters is not None]


def _parameters(template: str, path: str) -> dict[str, str] | None:
    wanted, given = template.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    parameters: dict[str, str] = {}
    for name, segment in zip(wanted, given, strict=True):
        if name.startswith("{") and segment and "\0" not in segment:  # no database takes NUL for text
            parameters[name[1:-1]] = segment
        elif name != segment:
            return None
    return parameters
