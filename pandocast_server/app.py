"""The server on one page: both APIs, what a request passes on its way to them, and what runs beside.

`uvicorn pandocast_server.app:app` serves what `PANDOCAST_*` say; see `Settings.from_environment`.
"""

import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Router
from starlette.types import ASGIApp

from pandocast_server import pandocast, passband
from pandocast_server.background import background_workers
from pandocast_server.errors import EXCEPTION_HANDLERS
from pandocast_server.middleware.admission import Admission
from pandocast_server.middleware.answers import Answers, Draining
from pandocast_server.pandocast.routes import ROUTES as PANDOCAST
from pandocast_server.passband.routes import ROUTES as PASSBAND
from pandocast_server.runtime import Runtime
from pandocast_server.settings import Settings
from pandocast_server.work.worker import working
from pandocast_server.workspaces import create_workspace, has_workspace

MOUNTS: Mapping[str, list[BaseRoute]] = {pandocast.MOUNT: [*PANDOCAST], passband.MOUNT: [*PASSBAND]}

# What needs no key: the descriptions, and the calendar of those who know its address.
_PUBLIC = re.compile(r"(?:/api|/passband)/v1/openapi\.yaml|/passband/v1/calendar/[^/\0]+/[^/\0]+")


def create_app(
    runtime: Runtime | None = None,
    *,
    settings: Settings | None = None,
    around_routes: Callable[[ASGIApp], ASGIApp] | None = None,
) -> Starlette:
    """Make the application. Nothing is opened and nothing runs before its lifespan.

    Args:
        runtime: The parts of this server. None opens them when the application starts, and closes them.
        settings: How to open them, by default as the environment says.
        around_routes: Wraps what comes after the key and the rate limit.
    """
    app = Starlette(
        routes=[Mount(path, app=Router(routes, redirect_slashes=False)) for path, routes in MOUNTS.items()],
        middleware=[
            Middleware(Draining),
            Middleware(Answers),
            Middleware(
                Admission,
                is_public=lambda path: _PUBLIC.fullmatch(path) is not None,
                is_unlimited=lambda path: f"{path}/".startswith(f"{passband.MOUNT}/"),
            ),
            *([] if around_routes is None else [Middleware(around_routes)]),
        ],
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=partial(_lifespan, runtime, settings),
    )
    app.router.redirect_slashes = False
    app.state.runtime = runtime
    return app


@asynccontextmanager
async def _lifespan(
    runtime: Runtime | None, settings: Settings | None, app: Starlette
) -> AsyncGenerator[None, None]:
    with ExitStack() as stack:
        if runtime is None:
            runtime = Runtime.start(settings or Settings.from_environment())
            stack.callback(runtime.database.close)
            app.state.runtime = runtime
            if not has_workspace(runtime):
                created = create_workspace(runtime, "first")
                made = f"Made workspace {created.workspace_id}, whose key is shown only now"
                print(f"{made}: {created.api_key}")  # noqa: T201 - it is not stored
        async with working(background_workers(runtime)):
            yield


app = create_app()
