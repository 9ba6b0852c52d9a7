"""Async clients in several event loops: each has its own connections."""

import asyncio
import gc
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import httpx
import pytest
import trio
from support.loopback import KEY, NO_LIMIT, always, http, loopback

from pandocast_sdk import AsyncPandocast

RESPOND = always(http("200 OK"))
OPTIONS: dict[str, Any] = {"api_key": KEY, "rate_limit": NO_LIMIT}
LEFT_OPEN = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # by event loops that have ended


@pytest.fixture(autouse=True)
def collect_garbage() -> Iterator[None]:
    """Have warnings of what is left open here appear here, and not in whichever test is next."""
    yield
    gc.collect()


def status_in_loop(run: Callable[..., object], client: AsyncPandocast, *, close: bool = False) -> object:
    """Make one call in an event loop of its own."""

    async def run_call() -> int:
        response = await client.request("GET", "/things")
        if close:
            await client.close()
        return response.status_code

    return run(run_call) if run is trio.run else run(run_call())


def test_a_client_can_be_used_in_one_event_loop_after_another() -> None:
    with loopback(always(http("200 OK", b"{}", "Connection: close"))) as server:
        client = AsyncPandocast(api_key=KEY, base_url=server.url)

        async def request() -> int:
            return (await client.request("GET", "/things")).status_code

        assert [
            asyncio.run(request()),
            asyncio.run(request()),
            trio.run(request),
            asyncio.run(request()),
        ] == [200] * 4
        asyncio.run(client.close())
    assert server.connections == 4


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_connection_of_another_event_loop_is_neither_used_nor_closed() -> None:
    """It cannot be used here, nor closed; the caller, who left it open, gets a warning."""
    with loopback(always(http("200 OK"))) as server:
        client = AsyncPandocast(api_key=KEY, base_url=server.url)

        async def request() -> int:
            return (await client.request("GET", "/things")).status_code

        async def request_and_close() -> int:
            async with client:
                return await request()

        assert [asyncio.run(request()), trio.run(request), asyncio.run(request_and_close())] == [200] * 3
        gc.collect()
    assert server.connections == 3


@LEFT_OPEN
def test_event_loops_in_several_threads_share_a_client_and_have_a_connection_each() -> None:
    runs: list[Callable[..., object]] = [asyncio.run, trio.run, asyncio.run]
    together = threading.Barrier(len(runs))

    def request_in_turns(run: Callable[..., object], client: AsyncPandocast) -> None:
        async def run_call() -> None:
            for _ in range(20):
                await anyio.to_thread.run_sync(together.wait, 10)
                await client.request("GET", "/things")

        _ = run(run_call) if run is trio.run else run(run_call())

    with loopback(RESPOND) as server, ThreadPoolExecutor(len(runs)) as threads:
        client = AsyncPandocast(base_url=server.url, **OPTIONS)
        for done in [threads.submit(request_in_turns, run, client) for run in runs]:
            done.result()
        assert len(server.requests) == 20 * len(runs)
        assert server.connections == len(runs)


@LEFT_OPEN
@pytest.mark.parametrize("run", [asyncio.run, trio.run])
def test_connections_of_event_loops_that_have_ended_are_dropped(run: Callable[..., object]) -> None:
    with loopback(RESPOND) as server:
        client = AsyncPandocast(base_url=server.url, **OPTIONS)
        for _ in range(5):
            status_in_loop(run, client)
            assert len(client._session._pool._transports) == 1
        status_in_loop(run, client, close=True)
        gc.collect()
        assert server.all_closed()


@LEFT_OPEN
def test_a_callers_http_client_of_another_event_loop_is_named_in_the_error() -> None:
    with loopback(RESPOND) as server:
        http_client = httpx.AsyncClient(trust_env=False)
        client = AsyncPandocast(base_url=server.url, http_client=http_client, **OPTIONS)
        assert status_in_loop(asyncio.run, client) == 200
        with pytest.raises(RuntimeError) as caught:
            status_in_loop(asyncio.run, client)
    assert "another event loop" in "".join(traceback.format_exception(caught.value))
