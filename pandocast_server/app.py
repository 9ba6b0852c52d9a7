"""The application: which routes there are, and what a request passes through on its way to them."""

from collections.abc import Callable

from starlette.types import ASGIApp

from pandocast_server.admission import Admission
from pandocast_server.answers import Answering
from pandocast_server.auth.rate_limit import RateLimits
from pandocast_server.dispatch import Dispatcher
from pandocast_server.draining import Draining
from pandocast_server.openapi import document
from pandocast_server.pandocast.routes import ROUTES as PANDOCAST
from pandocast_server.routing import Call, Reply, Route, matches_of_path, mounted
from pandocast_server.runtime import Runtime


def _openapi(_call: Call) -> Reply:
    return Reply(document("pandocast"), "application/yaml")


_OPENAPI = Route(
    operation_id="get_openapi",
    method="GET",
    path="/openapi.yaml",
    success=200,
    handler=_openapi,
    is_public=True,
)

ROUTES = mounted("/api/v1", (*PANDOCAST, _OPENAPI))


def create_app(
    runtime: Runtime,
    *,
    around_handlers: Callable[[ASGIApp], ASGIApp] | None = None,
    rate_limits: RateLimits | None = None,
) -> ASGIApp:
    """Make the ASGI application of a server; the workers beside it are its caller's to run.

    Args:
        runtime: The parts of this server.
        around_handlers: Wraps what comes after the key and the rate limit: routes, bodies and handlers.
        rate_limits: Where requests are counted; None makes it, as the settings say.
    """
    settings = runtime.settings
    limits = RateLimits(settings.rate_limit, settings.rate_window) if rate_limits is None else rate_limits
    handlers: ASGIApp = Dispatcher(runtime, ROUTES)
    if around_handlers is not None:
        handlers = around_handlers(handlers)
    return Draining(Answering(Admission(handlers, runtime, limits, _is_public), runtime.clock))


def _is_public(path: str) -> bool:
    return any(found.route.is_public for found in matches_of_path(ROUTES, path))
