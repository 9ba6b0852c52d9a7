"""Clients in forked and spawned processes: each has its own connections and its own queue."""

import asyncio
import gc
import multiprocessing
import os
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

import anyio
import httpx
import pytest
import trio
from support.concurrency import MAY_FORK, budget_of
from support.loopback import KEY, NO_LIMIT, always, http, loopback

from pandocast_sdk import AsyncPandocast, Pandocast
from pandocast_sdk._core.rate_limit.budget import Budget

RESPOND = always(http("200 OK"))
OPTIONS: dict[str, Any] = {"api_key": KEY, "rate_limit": NO_LIMIT}
LEFT_OPEN = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # by event loops that have ended
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")


@pytest.fixture(autouse=True)
def collect_garbage() -> Iterator[None]:
    """Have warnings of what is left open here appear here, and not in whichever test is next."""
    yield
    gc.collect()


def in_a_fork(action: Callable[[], object]) -> str:
    """Run something in a forked child; return the `repr` of its result, or its traceback."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            result = repr(action())
        except BaseException as error:  # noqa: BLE001 - the child has to end here, whatever came
            result = "".join(traceback.format_exception(error))
        os.write(writing, result.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        result = stream.read()
    os.waitpid(child, 0)
    return result


def status(client: Pandocast) -> int:
    return client.request("GET", "/things").status_code


def status_in_loop(run: Callable[..., object], client: AsyncPandocast, *, close: bool = False) -> object:
    """Make one call in an event loop of its own."""

    async def run_call() -> int:
        response = await client.request("GET", "/things")
        if close:
            await client.close()
        return response.status_code

    return run(run_call) if run is trio.run else run(run_call())


def test_parent_and_child_can_both_use_a_client() -> None:
    def in_the_child() -> list[int]:
        with client:
            return [status(client), status(client)]

    with loopback(RESPOND) as server, Pandocast(base_url=server.url, **OPTIONS) as client:
        assert status(client) == 200
        assert in_a_fork(in_the_child) == "[200, 200]"
        assert status(client) == 200, "the child has closed its own connections, and not these"
    assert server.connections == 2


@LEFT_OPEN
@pytest.mark.parametrize("run", [asyncio.run, trio.run])
def test_parent_and_child_can_both_use_an_async_client(run: Callable[..., object]) -> None:
    with loopback(RESPOND) as server:
        client = AsyncPandocast(base_url=server.url, **OPTIONS)
        assert status_in_loop(run, client) == 200
        assert in_a_fork(lambda: status_in_loop(run, client)) == "200"
        assert status_in_loop(run, client, close=True) == 200


def test_a_child_forked_while_the_event_loop_runs_can_use_an_async_client() -> None:
    """As servers do that load everything first: the child leaves the loop, and runs one of its own."""

    async def forking(url: str) -> None:
        async with AsyncPandocast(base_url=url, **OPTIONS) as client:
            await client.request("GET", "/things")

            def in_a_thread_of_the_child() -> object:
                with ThreadPoolExecutor(1) as pool:
                    return pool.submit(status_in_loop, asyncio.run, client, close=True).result()

            assert in_a_fork(in_a_thread_of_the_child) == "200"
            assert (await client.request("GET", "/things")).status_code == 200

    with loopback(RESPOND) as server:
        asyncio.run(forking(server.url))
    assert server.connections == 2


def test_a_callers_http_client_used_before_a_fork_is_refused_in_the_child() -> None:
    """Its connections are the parent's: each could read the responses to the other's requests."""
    with (
        loopback(RESPOND) as server,
        httpx.Client(trust_env=False) as http_client,
        Pandocast(base_url=server.url, http_client=http_client, **OPTIONS) as client,
    ):
        assert status(client) == 200
        assert "RuntimeError: http_client was used before this process was forked" in in_a_fork(
            lambda: status(client)
        )
        assert status(client) == 200
        assert server.connections == 1


def test_a_callers_async_http_client_used_before_a_fork_is_refused_in_the_child() -> None:
    async def using(url: str) -> None:
        async with httpx.AsyncClient(trust_env=False) as http_client:
            client = AsyncPandocast(base_url=url, http_client=http_client, **OPTIONS)
            await client.request("GET", "/things")

            def in_a_thread_of_the_child() -> object:
                with ThreadPoolExecutor(1) as pool:
                    return pool.submit(status_in_loop, asyncio.run, client).result()

            assert "RuntimeError: http_client was used before" in in_a_fork(in_a_thread_of_the_child)
            assert (await client.request("GET", "/things")).status_code == 200

    with loopback(RESPOND) as server:
        asyncio.run(using(server.url))
    assert server.connections == 1


def test_a_callers_http_client_unused_before_a_fork_can_be_used_in_the_child() -> None:
    with (
        loopback(RESPOND) as server,
        httpx.Client(trust_env=False) as http_client,
        Pandocast(base_url=server.url, http_client=http_client, **OPTIONS) as client,
    ):
        assert in_a_fork(lambda: status(client)) == "200"
        assert status(client) == 200
    assert server.connections == 2


def test_clients_pickle_into_spawned_processes() -> None:
    """What is submitted is a method of the client, so the client is pickled."""
    spawning = multiprocessing.get_context("spawn")
    with loopback(RESPOND) as server, ProcessPoolExecutor(1, mp_context=spawning) as pool:
        client, asynchronous = (
            Pandocast(base_url=server.url, **OPTIONS),
            AsyncPandocast(base_url=server.url, **OPTIONS),
        )
        assert pool.submit(client.request, "GET", "/things").result().status_code == 200
        running = pool.submit(anyio.run, asynchronous.request, "GET", "/things")  # type: ignore[arg-type] # too generic
        assert running.result().status_code == 200
    assert len(server.requests) == 2


def in_the_child(pipe: Connection, client: Pandocast, budget: Budget) -> None:
    try:
        status = client.request("GET", "/things").status_code
        pipe.send((status, budget_of(client) is budget))
    except BaseException as error:
        pipe.send(repr(error))
        raise


@MAY_FORK
@pytest.mark.parametrize("waiting", [False, True])
def test_a_forked_child_has_its_own_connections_and_its_own_queue(waiting: bool) -> None:  # noqa: FBT001
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    with loopback(always(http("200 OK"))) as server, Pandocast(api_key=KEY, base_url=server.url) as client:
        client.request("GET", "/things")
        budget = budget_of(client)
        if waiting:
            budget.block(time.monotonic() + 60)
            ticket = budget.enqueue()
        child = context.Process(target=in_the_child, args=(there, client, budget), daemon=True)
        child.start()
        try:
            assert here.poll(20), "the child waits in the queue of its parent"
            assert here.recv() == (200, False)
            child.join(20)
            assert child.exitcode == 0
        finally:
            child.kill()
            child.join()
        assert server.connections == 2
        if waiting:
            budget.cancel(ticket)
            budget._blocked_until = 0.0
        client.request("GET", "/things")
        assert server.connections == 2, "the parent's connection is as good as before"
