"""A mocked list of uploads whose requests can fail or hang, and what runs ahead of an iterator over it."""

import asyncio
import threading
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import trio
from support.concurrency import PATIENCE

from pandocast_sdk import AsyncPandocast, Content, Pandocast, RateLimitPolicy

COUNT = 25
NAMES = [f"c{number}" for number in range(COUNT, 0, -1)]


class UploadList:
    """A list of uploads: each offset in `failing` fails once; those from `held` on wait for `released`."""

    def __init__(self, *, failing: tuple[int, ...] = (), held: int = COUNT) -> None:
        self.failing = list(failing)
        self.held = held
        self.released = threading.Event()
        self.reached = threading.Semaphore(0)
        self.requests: list[int] = []
        self.in_flight = 0

    def respond(self, request: httpx.Request) -> httpx.Response:
        limit, offset = (int(request.url.params[name]) for name in ("limit", "offset"))
        if offset in self.failing:
            self.failing.remove(offset)
            return httpx.Response(500)
        page = NAMES[offset : offset + limit]
        items = [upload(name) for name in page]
        has_more = offset + len(page) < COUNT
        return httpx.Response(200, json={"items": items, "total": COUNT, "has_more": has_more})

    def respond_blocking(self, request: httpx.Request) -> httpx.Response:
        offset = int(request.url.params["offset"])
        self.requests.append(offset)
        if offset >= self.held:
            self.reached.release()
            assert self.released.wait(PATIENCE)
        return self.respond(request)

    async def respond_async(self, request: httpx.Request) -> httpx.Response:
        offset = int(request.url.params["offset"])
        self.requests.append(offset)
        if offset >= self.held:
            self.in_flight += 1
            try:
                await anyio.sleep(PATIENCE)
            finally:
                self.in_flight -= 1
        await anyio.lowlevel.checkpoint()
        return self.respond(request)

    def client(self) -> Pandocast:
        return Pandocast(**options(httpx.Client(transport=httpx.MockTransport(self.respond_blocking))))

    def async_client(self) -> AsyncPandocast:
        return AsyncPandocast(**options(httpx.AsyncClient(transport=httpx.MockTransport(self.respond_async))))


def options(http_client: object) -> dict[str, Any]:
    off = RateLimitPolicy("off")
    return {"api_key": "pk_test_x", "max_retries": 0, "rate_limit": off, "http_client": http_client}


def upload(name: str) -> dict[str, str]:
    at = "2026-03-28T10:00:00Z"
    return {"id": name, "title": "t", "content_type": "n", "status": "analyzed", "created_at": at}


def ids(items: list[Content]) -> list[str]:
    return [item.id for item in items]


def prefetch_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "pandocast-prefetch"]


def wait_for_threads() -> None:
    for thread in prefetch_threads():
        thread.join(PATIENCE)
    assert prefetch_threads() == []


async def only_tasks_besides(expected: int) -> bool:
    """Return whether, after some turns, only so many tasks run besides this one."""
    for _ in range(50):
        await anyio.lowlevel.checkpoint()
    try:
        return len(asyncio.all_tasks()) == 1 + expected
    except RuntimeError:
        # The main task, its parent, and the one that takes what other threads call in.
        return trio.lowlevel.current_statistics().tasks_living == 3 + expected
