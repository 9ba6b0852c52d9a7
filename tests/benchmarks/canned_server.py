"""A server that costs next to nothing, in its own process, so that the clients are what is measured.

It answers any GET with bytes that are ready: `/{delay}/{anything}?limit={n}` with a list of n uploads, and
`/{delay}/{anything}/outputs` with one output, after so many milliseconds. Every answer carries the headers of
a rate limit that nobody reaches.
"""

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from functools import cache
from pathlib import Path

_TARGET = re.compile(rb"GET /(\d+)/\S*?(?:(/outputs)|limit=(\d+)\S*)? HTTP/1.1\r\n")
_LIMIT = 1_000_000_000


@contextmanager
def canned_server() -> Iterator[str]:
    """Run the server; give its address, to which a delay in milliseconds is added."""
    command = [sys.executable, str(Path(__file__))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this file
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def upload(number: int) -> dict[str, object]:
    return {
        "id": f"content_{number:06}",
        "title": f"Why we rewrote the scheduler, part {number}",
        "content_type": "blog_post",
        "status": "analyzed",
        "created_at": "2026-03-01T12:30:00Z",
    }


def output() -> dict[str, object]:
    return {
        "id": "output_000001",
        "platform_id": "linkedin_post",
        "format_name": "LinkedIn Post",
        "content": "We rewrote our scheduler, and it is faster. Here is what we learned on the way.",
        "voice_match_score": 87,
        "status": "draft",
        "created_at": "2026-03-01T12:35:00Z",
    }


@cache
def _body(count: int | None) -> bytes:
    if count is None:
        answer: dict[str, object] = {"items": [output()], "total": 1}
    else:
        answer = {"items": [upload(number) for number in range(count)], "total": 10 * count, "has_more": True}
    return json.dumps(answer, separators=(",", ":")).encode()


@cache
def _answer(count: int | None, second: int) -> bytes:
    body = _body(count)
    lines = (
        "HTTP/1.1 200 OK",
        f"Date: {formatdate(second, usegmt=True)}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"X-RateLimit-Limit: {_LIMIT}",
        f"X-RateLimit-Remaining: {_LIMIT - 1}",
        f"X-RateLimit-Reset: {(second // 3600 + 1) * 3600}",
    )
    return "\r\n".join((*lines, "", "")).encode() + body


class _Connection(asyncio.Protocol):
    _transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        # A request without a body is so small that it comes in one piece over loopback.
        target = _TARGET.match(data)
        if target is None or not data.endswith(b"\r\n\r\n"):
            self._transport.close()
            return
        delay, outputs, limit = target.groups()
        answer = _answer(None if outputs else int(limit or 0), int(time.time()))
        if delay == b"0":
            self._transport.write(answer)
        else:
            asyncio.get_running_loop().call_later(int(delay) / 1000, self._transport.write, answer)


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - that is how the parent learns it
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
