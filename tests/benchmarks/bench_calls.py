"""One call after the other over loopback, with default settings, so with pacing and retries.

The base is what people write: `httpx.Client(headers=...).get(url)`, `raise_for_status()`, and a plain
pydantic model's `model_validate_json(response.content)`, on one client that keeps its connection. A small
call reads one output, a list a hundred uploads, of the same address each time; one row asks for another id
each time. The server gives ready bytes from a process of its own.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from itertools import count, islice, repeat
from typing import NamedTuple, Protocol, TypeVar

import httpx
from benchmarks.canned_server import canned_server
from benchmarks.frame import Row, Work, compare
from pydantic import BaseModel

from pandocast_sdk import AsyncPandocast, Pandocast

KEY = "pk_test_benchmark"
SAME = repeat("content_000001")


def other_ids() -> Iterator[str]:
    return (f"content_{number:06}" for number in count())


class Works(NamedTuple):
    """The two things that are measured, done by one client."""

    small: Work
    many: Work


class RawOutput(BaseModel):
    id: str
    platform_id: str
    format_name: str
    content: str
    voice_match_score: int
    status: str
    created_at: datetime


class RawOutputs(BaseModel):
    items: list[RawOutput]
    total: int


class RawContent(BaseModel):
    id: str
    title: str
    content_type: str
    status: str
    created_at: datetime


class RawContentList(BaseModel):
    items: list[RawContent]
    total: int
    has_more: bool


def raw_headers() -> dict[str, str]:
    return {"Authorization": f"Bearer {KEY}"}


def measure(*, quick: bool) -> Iterable[Row]:
    with canned_server() as address:
        url = f"{address}/0/api/v1"
        yield from _sync_rows(url, quick=quick)
        yield from _async_rows(url, quick=quick)


def _sync_rows(url: str, *, quick: bool) -> Iterator[Row]:
    with (
        httpx.Client(headers=raw_headers()) as raw,
        httpx.Client() as given,
        Pandocast(api_key=KEY, base_url=url) as own,
        Pandocast(api_key=KEY, base_url=url, http_client=given) as through,
    ):
        base = _raw(raw, url)
        yield from _rows(_ours(own), base, "", (0.80, 0.90), quick=quick)
        others = _ours(own, other_ids()).small, _raw(raw, url, other_ids()).small
        yield compare("small call, another id each time", None, *others, quick=quick)
        whose = " through the caller's own httpx.Client"
        yield from _rows(_ours(through), base, whose, (0.92, 0.95), quick=quick)


def _async_rows(url: str, *, quick: bool) -> Iterator[Row]:
    with asyncio.Runner() as runner, _opened(runner) as enter:
        base = _raw_async(runner, enter(httpx.AsyncClient(headers=raw_headers())), url)
        for given, whose, targets in (
            (None, ", async", (0.80, 0.90)),
            (httpx.AsyncClient, ", async, through the caller's own httpx.AsyncClient", (0.92, 0.95)),
            (_aiohttp_client(), ", async, over aiohttp (httpx-aiohttp)", (0.60, 0.60)),
        ):
            if given is None and "aiohttp" in whose:
                continue  # it is not installed
            client = AsyncPandocast(api_key=KEY, base_url=url, http_client=given and enter(given()))
            yield from _rows(_ours_async(runner, enter(client)), base, whose, targets, quick=quick)


def _rows(
    ours: Works, base: Works, whose: str, targets: tuple[float, float], *, quick: bool
) -> Iterator[Row]:
    yield compare(f"small call{whose}", targets[0], ours.small, base.small, quick=quick)
    yield compare(f"list of 100{whose}", targets[1], ours.many, base.many, quick=quick)


def _raw(client: httpx.Client, url: str, ids: Iterable[str] = SAME) -> Works:
    def small(times: int) -> None:
        for content_id in islice(ids, times):
            response = client.get(f"{url}/content/{content_id}/outputs")
            response.raise_for_status()
            assert RawOutputs.model_validate_json(response.content).items

    def many(times: int) -> None:
        for _ in range(times):
            response = client.get(f"{url}/content?limit=100&offset=0")
            response.raise_for_status()
            assert RawContentList.model_validate_json(response.content).items

    return Works(small, many)


def _ours(client: Pandocast, ids: Iterable[str] = SAME) -> Works:
    def small(times: int) -> None:
        for content_id in islice(ids, times):
            assert client.content.outputs(content_id).items

    def many(times: int) -> None:
        for _ in range(times):
            assert client.content.list(limit=100).items

    return Works(small, many)


def _raw_async(runner: asyncio.Runner, client: httpx.AsyncClient, url: str) -> Works:
    async def small(times: int) -> None:
        for content_id in islice(SAME, times):
            response = await client.get(f"{url}/content/{content_id}/outputs")
            response.raise_for_status()
            assert RawOutputs.model_validate_json(response.content).items

    async def many(times: int) -> None:
        for _ in range(times):
            response = await client.get(f"{url}/content?limit=100&offset=0")
            response.raise_for_status()
            assert RawContentList.model_validate_json(response.content).items

    return Works(lambda times: runner.run(small(times)), lambda times: runner.run(many(times)))


def _ours_async(runner: asyncio.Runner, client: AsyncPandocast) -> Works:
    async def small(times: int) -> None:
        for content_id in islice(SAME, times):
            assert (await client.content.outputs(content_id)).items

    async def many(times: int) -> None:
        for _ in range(times):
            assert (await client.content.list(limit=100)).items

    return Works(lambda times: runner.run(small(times)), lambda times: runner.run(many(times)))


C = TypeVar("C", bound=AbstractAsyncContextManager[object])


class _Enter(Protocol):
    def __call__(self, client: C, /) -> C: ...


@contextmanager
def _opened(runner: asyncio.Runner) -> Iterator[_Enter]:
    """Keep clients open in the runner's event loop."""
    stack = AsyncExitStack()

    def enter(client: C, /) -> C:
        runner.run(stack.enter_async_context(client))
        return client

    try:
        yield enter
    finally:
        runner.run(stack.aclose())


def _aiohttp_client() -> Callable[[], httpx.AsyncClient] | None:
    if find_spec("httpx_aiohttp") is None:
        return None
    client: Callable[[], httpx.AsyncClient] = import_module("httpx_aiohttp").HttpxAiohttpClient
    return client
