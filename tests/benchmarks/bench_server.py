"""The reference server: a page of twenty uploads, with a key, a rate limit and a query, over loopback.

The base is a bare Starlette route on the same uvicorn, which writes the same JSON and reads nothing. A ratio of
5 is a fifth of its requests per second.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO

from benchmarks.bench_calls import KEY
from benchmarks.canned_server import upload
from benchmarks.frame import Row, compare
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pandocast_server.serving import HttpServer, listen
from pandocast_server.testing import ReferenceServer

_ON_A_PAGE = 20


def measure(*, quick: bool) -> Iterable[Row]:
    with _server("bare") as (bare, _), _server("reference") as (reference, key):
        for connections in (1, 20):
            name = f"a page of {_ON_A_PAGE} uploads, {connections} at once"
            with asyncio.Runner() as runner:
                ours = _Clients(runner, reference, key, connections)
                base = _Clients(runner, bare, KEY, connections)
                yield compare(name, 5.0, ours.ask, base.ask, quick=quick, rounds=60, times=100)
                ours.close()
                base.close()


class _Clients:
    """Connections that are kept, each with one request on its way at a time."""

    def __init__(self, runner: asyncio.Runner, port: int, key: str, count: int) -> None:
        self._runner = runner
        self._request = (
            f"GET /api/v1/content?limit={_ON_A_PAGE}&offset=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {key}\r\nAccept: */*\r\n\r\n"
        ).encode()
        self._streams = [runner.run(asyncio.open_connection("127.0.0.1", port)) for _ in range(count)]

    def ask(self, times: int) -> None:
        self._runner.run(self._ask_all(times))

    def close(self) -> None:
        for _, writer in self._streams:
            writer.close()

    async def _ask_all(self, times: int) -> None:
        share = max(1, times // len(self._streams))
        await asyncio.gather(*(self._ask(*streams, share) for streams in self._streams))

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, times: int) -> None:
        for _ in range(times):
            writer.write(self._request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if not head.startswith(b"http/1.1 200"):
                raise RuntimeError(head.decode())
            await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))


@contextmanager
def _server(kind: str) -> Iterator[tuple[int, str]]:
    command = [sys.executable, __file__, kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this file
        assert process.stdout is not None
        try:
            port, key = json.loads(process.stdout.readline())
            yield port, key
        finally:
            process.terminate()


def _serve_bare() -> None:
    page = {"items": [upload(number) for number in range(_ON_A_PAGE)], "total": _ON_A_PAGE, "has_more": False}

    async def list_content(_request: Request) -> Response:
        return JSONResponse(page)

    listener = listen("127.0.0.1", 0)
    _print(listener.getsockname()[1], KEY)
    server = HttpServer(Starlette(routes=[Route("/api/v1/content", list_content)]), grace=0)
    asyncio.run(server.serve(sockets=[listener]))


def _serve_reference(until_closed: IO[str]) -> None:
    with ReferenceServer(rate_limit=1_000_000_000) as server:
        with server.client() as client:
            for number in range(_ON_A_PAGE):
                given = upload(number)
                client.content.upload(
                    title=str(given["title"]), content_type=str(given["content_type"]), raw_content="A line."
                )
        server.drain()
        _print(int(server.base_url.split(":")[2].split("/")[0]), server.api_key)
        until_closed.read()


def _print(*values: object) -> None:
    print(json.dumps(values), flush=True)  # noqa: T201 - that is how the parent learns it


if __name__ == "__main__":
    kinds = {"bare": _serve_bare, "reference": lambda: _serve_reference(sys.stdin)}
    kinds[sys.argv[1]]()
