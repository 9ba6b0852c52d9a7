"""Clients that go from one process, thread or event loop to another, with or without connections given."""

import asyncio
import gc
import multiprocessing
import os
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import anyio
import httpx
import pytest
import trio
from support.loopback import KEY, NO_LIMIT, always, http, loopback

from pandocast_sdk import AsyncPandocast, Pandocast

ANSWER = always(http("200 OK"))
HERE: dict[str, Any] = {"api_key": KEY, "rate_limit": NO_LIMIT}

LEFT_OPEN = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # by event loops that have ended

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")


@pytest.fixture(autouse=True)
def nothing_left_for_other_tests() -> Iterator[None]:
    """Warn of what is left open here, and not in whichever test is next."""
    yield
    gc.collect()


def in_a_fork(action: Callable[[], object]) -> str:
    """Run something in a forked child; give the `repr` of what came of it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            told = repr(action())
        except BaseException as error:  # noqa: BLE001 - the child has to end here, whatever came
            told = "".join(traceback.format_exception(error))
        os.write(writing, told.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        told = stream.read()
    os.waitpid(child, 0)
    return told


def status(client: Pandocast) -> int:
    return client.request("GET", "/things").status_code


def status_in(run: Callable[..., object], client: AsyncPandocast, *, close: bool = False) -> object:
    """Make one call in an event loop of its own."""

    async def asking() -> int:
        answer = await client.request("GET", "/things")
        if close:
            await client.close()
        return answer.status_code

    return run(asking) if run is trio.run else run(asking())


def test_parent_and_child_go_on_side_by_side() -> None:
    def in_the_child() -> list[int]:
        with client:
            return [status(client), status(client)]

    with loopback(ANSWER) as server, Pandocast(base_url=server.url, **HERE) as client:
        assert status(client) == 200
        assert in_a_fork(in_the_child) == "[200, 200]"
        assert status(client) == 200, "the child has closed its own connections, and not these"
    assert server.connections == 2


@LEFT_OPEN
@pytest.mark.parametrize("run", [asyncio.run, trio.run])
def test_parent_and_child_of_an_async_client_go_on_side_by_side(run: Callable[..., object]) -> None:
    with loopback(ANSWER) as server:
        client = AsyncPandocast(base_url=server.url, **HERE)
        assert status_in(run, client) == 200
        assert in_a_fork(lambda: status_in(run, client)) == "200"
        assert status_in(run, client, close=True) == 200


def test_a_child_may_be_forked_while_the_event_loop_runs() -> None:
    """As servers do that load everything first: the child leaves the loop, and runs one of its own."""

    async def forking(url: str) -> None:
        async with AsyncPandocast(base_url=url, **HERE) as client:
            await client.request("GET", "/things")

            def in_a_thread_of_the_child() -> object:
                with ThreadPoolExecutor(1) as pool:
                    return pool.submit(status_in, asyncio.run, client, close=True).result()

            assert in_a_fork(in_a_thread_of_the_child) == "200"
            assert (await client.request("GET", "/things")).status_code == 200

    with loopback(ANSWER) as server:
        asyncio.run(forking(server.url))
    assert server.connections == 2


def test_a_given_client_that_was_used_before_a_fork_is_refused_in_the_child() -> None:
    """Its connections are the parent's: each could read the answers to the other's requests."""
    with (
        loopback(ANSWER) as server,
        httpx.Client(trust_env=False) as given,
        Pandocast(base_url=server.url, http_client=given, **HERE) as client,
    ):
        assert status(client) == 200
        assert "RuntimeError: http_client was used before this process was forked" in in_a_fork(
            lambda: status(client)
        )
        assert status(client) == 200
        assert server.connections == 1


def test_a_given_async_client_that_was_used_before_a_fork_is_refused_in_the_child() -> None:
    async def using(url: str) -> None:
        async with httpx.AsyncClient(trust_env=False) as given:
            client = AsyncPandocast(base_url=url, http_client=given, **HERE)
            await client.request("GET", "/things")

            def in_a_thread_of_the_child() -> object:
                with ThreadPoolExecutor(1) as pool:
                    return pool.submit(status_in, asyncio.run, client).result()

            assert "RuntimeError: http_client was used before" in in_a_fork(in_a_thread_of_the_child)
            assert (await client.request("GET", "/things")).status_code == 200

    with loopback(ANSWER) as server:
        asyncio.run(using(server.url))
    assert server.connections == 1


def test_a_given_client_may_be_first_used_in_the_child() -> None:
    with (
        loopback(ANSWER) as server,
        httpx.Client(trust_env=False) as given,
        Pandocast(base_url=server.url, http_client=given, **HERE) as client,
    ):
        assert in_a_fork(lambda: status(client)) == "200"
        assert status(client) == 200
    assert server.connections == 2


def test_clients_travel_to_new_processes() -> None:
    """What is submitted is a method of the client, so the client is pickled."""
    spawning = multiprocessing.get_context("spawn")
    with loopback(ANSWER) as server, ProcessPoolExecutor(1, mp_context=spawning) as pool:
        client, asynchronous = (
            Pandocast(base_url=server.url, **HERE),
            AsyncPandocast(base_url=server.url, **HERE),
        )
        assert pool.submit(client.request, "GET", "/things").result().status_code == 200
        running = pool.submit(anyio.run, asynchronous.request, "GET", "/things")  # type: ignore[arg-type] # too generic
        assert running.result().status_code == 200
    assert len(server.heard) == 2


@LEFT_OPEN
def test_event_loops_in_several_threads_share_a_client_and_keep_a_connection_each() -> None:
    runs: list[Callable[..., object]] = [asyncio.run, trio.run, asyncio.run]
    together = threading.Barrier(len(runs))

    def ask_in_turns(run: Callable[..., object], client: AsyncPandocast) -> None:
        async def asking() -> None:
            for _ in range(20):
                await anyio.to_thread.run_sync(together.wait, 10)
                await client.request("GET", "/things")

        _ = run(asking) if run is trio.run else run(asking())

    with loopback(ANSWER) as server, ThreadPoolExecutor(len(runs)) as threads:
        client = AsyncPandocast(base_url=server.url, **HERE)
        for done in [threads.submit(ask_in_turns, run, client) for run in runs]:
            done.result()
        assert len(server.heard) == 20 * len(runs)
        assert server.connections == len(runs)


@LEFT_OPEN
@pytest.mark.parametrize("run", [asyncio.run, trio.run])
def test_connections_of_event_loops_that_have_ended_are_let_go(run: Callable[..., object]) -> None:
    with loopback(ANSWER) as server:
        client = AsyncPandocast(base_url=server.url, **HERE)
        for _ in range(5):
            status_in(run, client)
            assert len(client._session._pool._transports) == 1
        status_in(run, client, close=True)
        gc.collect()
        assert server.all_closed()


@LEFT_OPEN
def test_a_given_client_of_another_event_loop_is_pointed_out() -> None:
    with loopback(ANSWER) as server:
        given = httpx.AsyncClient(trust_env=False)
        client = AsyncPandocast(base_url=server.url, http_client=given, **HERE)
        assert status_in(asyncio.run, client) == 200
        with pytest.raises(RuntimeError) as caught:
            status_in(asyncio.run, client)
    assert "another event loop" in "".join(traceback.format_exception(caught.value))
