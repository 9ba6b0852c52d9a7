"""`pandocast-server serve`."""

import asyncio
import logging
import os
import shlex
import signal
import socket
import sys
from types import FrameType

import click
from sqlalchemy import make_url

from pandocast_server import pandocast, passband
from pandocast_server.app import create_app
from pandocast_server.background import background_workers
from pandocast_server.cli.workspace import Refused, database_option, start_runtime
from pandocast_server.middleware import access_log
from pandocast_server.runtime import Runtime
from pandocast_server.serving import HttpServer, listen
from pandocast_server.serving import serve as serve_until_exit
from pandocast_server.settings import DEFAULT_DATABASE_URL, Settings
from pandocast_server.workspaces import create_workspace, has_workspace

_GRACE_SECONDS = 12


@click.command
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 for a free one."
)
@database_option
@click.option(
    "--private-targets/--no-private-targets",
    default=None,
    help="Whether webhooks and sources may have loopback and private addresses; "
    "by default only on a loopback host.",
)
def serve(*, host: str, port: int, database_url: str, private_targets: bool | None) -> None:
    """Serve both APIs until interrupted.

    On an empty database a first workspace is made, and its key is printed: this once, for it is not stored.
    The lines that begin with `export` can be pasted into a shell in which programs use the SDK.
    """
    settings = Settings(host=host, port=port, database_url=database_url, private_targets=private_targets)
    with _listener(host, port) as listener:
        runtime = start_runtime(settings)
        try:
            logging.basicConfig(
                level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
            )
            access_log.write_to(sys.stdout)
            server = HttpServer(create_app(runtime), grace=_GRACE_SECONDS)
            _end_on_signals(server)
            _introduce(runtime, listener)
            asyncio.run(serve_until_exit(server, listener, background_workers(runtime)))
        finally:
            runtime.database.close()


def _listener(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        # Names that cannot be resolved have numbers and words of their own.
        reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        raise Refused(f"cannot listen on {host}:{port}: {reason}") from error


def _introduce(runtime: Runtime, listener: socket.socket) -> None:
    host: str
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - all addresses; a client takes one
    origin = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    if not has_workspace(runtime):
        created = create_workspace(runtime, "first")
        click.echo(f"Made workspace {created.workspace_id}, whose key is shown only now. In another shell:")
        click.echo(f"export PANDOCAST_API_KEY={created.api_key}")
    else:
        command = "pandocast-server keys create"
        if runtime.settings.database_url != DEFAULT_DATABASE_URL:
            shown = make_url(runtime.settings.database_url).render_as_string(hide_password=True)
            command += f" --database-url {shlex.quote(shown)}"
        click.echo(f"For another key: {command}. In another shell:")
    click.echo(f"export PANDOCAST_BASE_URL={shlex.quote(origin + pandocast.MOUNT)}")  # [::1] is no pattern
    click.echo(f"Serving this, and {origin}{passband.MOUNT}, until Ctrl+C")


def _end_on_signals(server: HttpServer) -> None:
    # uvicorn takes the signals over while it serves and raises them once more when it has ended; without a
    # handler of ours the process would then die of them instead of exiting with 0.
    def end(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
