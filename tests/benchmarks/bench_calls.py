"""One call after the other over loopback, with default settings, so with pacing and retries.

The base is what people write: `httpx.Client(headers=...).get(url)`, `raise_for_status()`, and a plain
pydantic model's `model_validate_json(response.content)`, on one client that keeps its connection. A small call
gives one output, a list a hundred uploads. Ids differ from call to call. The server gives ready bytes from
a process of its own.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from typing import Protocol, TypeVar

import httpx
from benchmarks.canned_server import canned_server
from benchmarks.frame import Row, Work, compare
from pydantic import BaseModel

from pandocast_sdk import AsyncPandocast, Pandocast

KEY = "pk_test_benchmark"


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
        base_small, base_list = _raw(raw, url)
        for client, whose, small, many in (
            (own, "", 0.80, 0.90),
            (through, " through the caller's own httpx.Client", 0.92, 0.95),
        ):
            ours_small, ours_list = _ours(client)
            yield compare(f"small call{whose}", small, ours_small, base_small, quick=quick)
            yield compare(f"list of 100{whose}", many, ours_list, base_list, quick=quick)


def _raw(client: httpx.Client, url: str) -> tuple[Work, Work]:
    ids = count()

    def small(times: int) -> None:
        for _ in range(times):
            response = client.get(f"{url}/content/content_{next(ids):06}/outputs")
            response.raise_for_status()
            assert RawOutputs.model_validate_json(response.content).items

    def many(times: int) -> None:
        for _ in range(times):
            response = client.get(f"{url}/content?limit=100&offset=0")
            response.raise_for_status()
            assert RawContentList.model_validate_json(response.content).items

    return small, many


def _ours(client: Pandocast) -> tuple[Work, Work]:
    ids = count()

    def small(times: int) -> None:
        for _ in range(times):
            assert client.content.outputs(f"content_{next(ids):06}").items

    def many(times: int) -> None:
        for _ in range(times):
            assert client.content.list(limit=100).items

    return small, many


def _async_rows(url: str, *, quick: bool) -> Iterator[Row]:
    with asyncio.Runner() as runner, _opened(runner) as enter:
        base_small, base_list = _raw_async(runner, enter(httpx.AsyncClient(headers=raw_headers())), url)
        for given, whose, small, many in (
            (None, "", 0.80, 0.90),
            (httpx.AsyncClient, " through the caller's own httpx.AsyncClient", 0.92, 0.95),
            (_aiohttp_client(), " over aiohttp (httpx-aiohttp)", 0.60, 0.60),
        ):
            if whose and given is None:
                continue  # httpx-aiohttp is not installed
            http_client = given and enter(given())
            client = enter(AsyncPandocast(api_key=KEY, base_url=url, http_client=http_client))
            ours_small, ours_list = _ours_async(runner, client)
            yield compare(f"small call, async{whose}", small, ours_small, base_small, quick=quick)
            yield compare(f"list of 100, async{whose}", many, ours_list, base_list, quick=quick)


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


def _raw_async(runner: asyncio.Runner, client: httpx.AsyncClient, url: str) -> tuple[Work, Work]:
    ids = count()

    async def small(times: int) -> None:
        for _ in range(times):
            response = await client.get(f"{url}/content/content_{next(ids):06}/outputs")
            response.raise_for_status()
            assert RawOutputs.model_validate_json(response.content).items

    async def many(times: int) -> None:
        for _ in range(times):
            response = await client.get(f"{url}/content?limit=100&offset=0")
            response.raise_for_status()
            assert RawContentList.model_validate_json(response.content).items

    return lambda times: runner.run(small(times)), lambda times: runner.run(many(times))


def _ours_async(runner: asyncio.Runner, client: AsyncPandocast) -> tuple[Work, Work]:
    ids = count()

    async def small(times: int) -> None:
        for _ in range(times):
            assert (await client.content.outputs(f"content_{next(ids):06}")).items

    async def many(times: int) -> None:
        for _ in range(times):
            assert (await client.content.list(limit=100)).items

    return lambda times: runner.run(small(times)), lambda times: runner.run(many(times))
