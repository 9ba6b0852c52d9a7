"""The reference server: a page of twenty uploads, with a key, a rate limit and a query, over loopback.

The base is a bare Starlette route on the same uvicorn, which writes the same JSON and reads nothing. A ratio
of 5 is a fifth of its requests per second.
"""

import asyncio
from collections.abc import Iterable

from benchmarks.frame import Row, compare
from benchmarks.served_list import ON_A_PAGE, served_list


def measure(*, quick: bool) -> Iterable[Row]:
    with served_list("bare") as (bare, none), served_list("reference") as (reference, key):
        for connections in (1, 20):
            name = f"a page of {ON_A_PAGE} uploads, {connections} at once"
            with asyncio.Runner() as runner:
                ours = _Clients(runner, reference, key, connections)
                base = _Clients(runner, bare, none, connections)
                yield compare(name, 5.0, ours.ask, base.ask, quick=quick, rounds=60, times=100)
                ours.close()
                base.close()


class _Clients:
    """Connections that are kept, each with one request on its way at a time."""

    def __init__(self, runner: asyncio.Runner, port: int, key: str, count: int) -> None:
        self._runner = runner
        self._request = (
            f"GET /api/v1/content?limit={ON_A_PAGE}&offset=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
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
