"""The receivers of the documentation, each in its framework's real server, in a process of its own.

What a page of the documentation does with deliveries is replaced by `webhook_handling.py`: it writes down
what it was called with, and fails or waits where the event says so.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from attrs import field, frozen
from support.doc_pages import ROOT, Block, blocks

from pandocast_sdk.webhooks import Webhook

PAGE = ROOT / "docs" / "webhooks.md"
SECRET = "whsec_of_the_servers"
WEBHOOK = Webhook(SECRET)
PATH = "/hooks/pandocast"
MAX_BODY = 1 << 20

_SUPPORT = Path(__file__).parent
_PATIENCE = 60.0  # seconds


@frozen
class Hosting:
    """How a receiver is run.

    Attributes:
        command: What runs it, with `{port}` where the port goes.
        chunked: What a genuine delivery in chunks is answered with.
        refused: What a request is answered with that has another method.
        coroutines: Whether the handler is a coroutine function.
    """

    command: str
    chunked: int = 204
    coroutines: bool = False


UVICORN = "uvicorn --lifespan on --log-level info --port {port}"
GUNICORN = "gunicorn --no-control-socket -b 127.0.0.1:{port}"

HOSTINGS: Mapping[str, Hosting] = {
    "starlette": Hosting(f"{UVICORN} hooks.starlette_app:app", coroutines=True),
    "fastapi": Hosting(f"{UVICORN} hooks.fastapi_app:app"),
    "litestar": Hosting(f"{UVICORN} hooks.litestar_app:app", coroutines=True),
    "asgi": Hosting(f"{UVICORN} hooks.asgi_app:app"),
    "django": Hosting("python -m django runserver --noreload {port}", chunked=411),
    "django-gunicorn": Hosting(f"{GUNICORN} webhook_django:wsgi", chunked=411),
    "django-asgi": Hosting(UVICORN.replace(" on ", " off ") + " webhook_django:asgi", coroutines=True),
    "flask": Hosting("flask --app hooks.flask_app run --port {port}"),
    "wsgi": Hosting(f"{GUNICORN} hooks.wsgi_app:app"),
    "wsgiref": Hosting("python -m webhook_wsgiref {port}", chunked=411),
    "aiohttp": Hosting("python -m aiohttp.web -H 127.0.0.1 -P {port} webhook_aiohttp:main", coroutines=True),
    "quart": Hosting("hypercorn -b 127.0.0.1:{port} hooks.quart_app:app"),
    "falcon": Hosting(f"{GUNICORN} hooks.falcon_app:app", chunked=401),
    "bottle": Hosting(f"{GUNICORN} hooks.bottle_app:app", chunked=400),
}


@frozen
class Receiving:
    """A receiver that runs.

    Attributes:
        hosting: How it is run.
        port: Where it listens, on 127.0.0.1.
        folder: What it writes is there.
    """

    name: str
    hosting: Hosting
    port: int
    folder: Path = field(repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def handled(self) -> list[dict[str, str]]:
        """Return what the handler was called with, in order."""
        file = self.folder / "handled"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


@contextmanager
def receiving(name: str, folder: Path) -> Iterator[Receiving]:
    """Run the receiver of a framework, and end it."""
    hosting = HOSTINGS[name]
    lay_out(folder, handling="write_down_in_thread" if hosting.coroutines else "write_down")
    port = _free_port()
    words = hosting.command.format(port=port).split()
    scripts = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "webhook_django",
    }
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, *words[1:]] if words[0] == "python" else [scripts / words[0], *words[1:]],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        receiver = Receiving(name, hosting, port, folder)
        try:
            _wait_until_it_listens(server, receiver)
            yield receiver
        finally:
            server.terminate()
            try:
                server.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def lay_out(folder: Path, *, handling: str | None) -> None:
    """Write the modules that the documentation shows, and what stands around them in these tests.

    Args:
        folder: Where to.
        handling: The function that takes the place of the documented handler; None to keep that.
    """
    folder.joinpath("hooks").mkdir(parents=True)
    for block in documented():
        (folder / str(block.file)).write_text(block.code, encoding="utf-8")
    for name in ("webhook_aiohttp.py", "webhook_django.py", "webhook_wsgiref.py"):
        shutil.copy(_SUPPORT / name, folder)
    if handling is not None:
        text = (_SUPPORT / "webhook_handling.py").read_text(encoding="utf-8")
        (folder / "hooks" / "deliveries.py").write_text(f"{text}\nhandle = {handling}\n", encoding="utf-8")


def documented() -> Iterator[Block]:
    """Return the blocks of the page that are modules of a receiver."""
    return (each for each in blocks(PAGE) if (each.file or "").startswith("hooks/"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_listens(server: subprocess.Popen[bytes], receiver: Receiving) -> None:
    limit = time.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", receiver.port)).close()
        except ConnectionRefusedError:
            assert server.poll() is None, receiver.log
            assert time.monotonic() < limit, receiver.log
            time.sleep(0.02)
        else:
            return
