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
from pandocast_server.passband.mount import PASSBAND_MOUNT
from pandocast_server.passband.routes import CALENDAR
from pandocast_server.passband.routes import ROUTES as PASSBAND
from pandocast_server.routing import Reply, Route, matches_of_path, mounted
from pandocast_server.runtime import Runtime

PANDOCAST_MOUNT = "/api/v1"


def _description(operation_id: str, name: str) -> Route:
    return Route(
        operation_id=operation_id,
        method="GET",
        path="/openapi.yaml",
        success=200,
        handler=lambda _call: Reply(document(name), "application/yaml"),
        is_public=True,
    )


ROUTES = (
    *mounted(PANDOCAST_MOUNT, (*PANDOCAST, _description("get_openapi", "pandocast"))),
    *mounted(PASSBAND_MOUNT, (*PASSBAND, CALENDAR, _description("get_passband_openapi", "passband"))),
)


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
    admission = Admission(
        handlers, runtime, limits, is_public=_is_public, is_unlimited=_belongs_to(PASSBAND_MOUNT)
    )
    return Draining(Answering(admission, runtime.clock))


def _is_public(path: str) -> bool:
    return any(found.route.is_public for found in matches_of_path(ROUTES, path))


def _belongs_to(mount: str) -> Callable[[str], bool]:
    return lambda path: path == mount or path.startswith(f"{mount}/")
