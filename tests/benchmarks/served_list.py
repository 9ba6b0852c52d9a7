"""`served_list.py bare|reference`: a list of uploads in its own process, by a bare route or by the server.

It prints its port and a key; the end of its input ends it.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pandocast_server.serving import HttpServer, listen
from pandocast_server.testing import ReferenceServer

ON_A_PAGE = 20

_UPLOADS = [
    {
        "id": f"content_{number:06}",
        "title": f"Why we rewrote the scheduler, part {number}",
        "content_type": "blog_post",
        "status": "analyzed",
        "created_at": "2026-03-01T12:30:00Z",
    }
    for number in range(ON_A_PAGE)
]


@contextmanager
def served_list(kind: str) -> Iterator[tuple[int, str]]:
    command = [sys.executable, __file__, kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this file
        assert process.stdout is not None
        try:
            port, key = json.loads(process.stdout.readline())
            yield port, key
        finally:
            process.terminate()


def _serve_bare() -> None:
    page = {"items": _UPLOADS, "total": ON_A_PAGE, "has_more": False}

    async def list_content(_request: Request) -> Response:
        return JSONResponse(page)

    listener = listen("127.0.0.1", 0)
    _print(listener.getsockname()[1], "none")
    server = HttpServer(Starlette(routes=[Route("/api/v1/content", list_content)]), grace=0)
    asyncio.run(server.serve(sockets=[listener]))


def _serve_reference() -> None:
    with ReferenceServer(rate_limit=1_000_000_000) as server:
        with server.client() as client:
            for upload in _UPLOADS:
                client.content.upload(
                    title=upload["title"], content_type=upload["content_type"], raw_content="A line."
                )
        server.drain()
        _print(int(server.base_url.split(":")[2].split("/")[0]), server.api_key)
        sys.stdin.read()


def _print(*values: object) -> None:
    print(json.dumps(values), flush=True)  # noqa: T201 - that is how the parent learns it


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        _serve_bare()
    else:
        _serve_reference()
