"""Many callers of one key: never refused, and nothing lost."""

import asyncio
import logging
import re
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from support.flavours import Connect

from pandocast_sdk import AsyncPandocast, Pandocast, RateLimitPolicy
from pandocast_server.testing import ReferenceServer

LIMIT, WINDOW, CALLS, WORKERS = 20, 1, 70, 8


@pytest.fixture
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer(rate_limit=LIMIT, rate_window=WINDOW) as server:
        yield server


def check(server: ReferenceServer) -> None:
    assert [request.status for request in server.requests] == [200] * CALLS


@pytest.mark.parametrize("skew", [timedelta(), timedelta(hours=1)])
def test_threads_are_held_back_instead_of_being_refused(server: ReferenceServer, skew: timedelta) -> None:
    server.clock.advance(skew)
    todo = iter(range(CALLS))
    lock = threading.Lock()

    def work(client: Pandocast) -> None:
        while True:
            with lock:
                if next(todo, None) is None:
                    return
            client.request("GET", "/content")

    with server.client() as client:
        threads = [threading.Thread(target=work, args=[client]) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    check(server)


def test_tasks_of_several_clients_of_one_key_share_its_window(server: ReferenceServer) -> None:
    async def run() -> None:
        todo = iter(range(CALLS))

        async def work(client: AsyncPandocast) -> None:
            for _ in todo:
                await client.request("GET", "/content")

        async with server.async_client() as one, server.async_client() as other:
            await asyncio.gather(*(work(client) for client in (one, other) for _ in range(WORKERS // 2)))

    asyncio.run(run())
    check(server)


def test_what_others_use_of_the_key_is_believed(server: ReferenceServer, connect: Connect) -> None:
    """Another process is played by a client that holds nothing back and has no budget in common."""
    with connect(server) as paced, connect(server, rate_limit=RateLimitPolicy("off")) as other:
        paced.request("GET", "/content")
        for _ in range(LIMIT - 2):
            other.request("GET", "/content")
        for _ in range(3):
            paced.request("GET", "/content")
    assert [request.status for request in server.requests] == [200] * (LIMIT + 2)


def test_a_window_that_the_servers_clock_has_left_behind_is_not_waited_for(
    connect: Connect, pandocast_server: ReferenceServer
) -> None:
    with connect(pandocast_server) as client:
        for _ in range(99):
            client.request("GET", "/content")
        pandocast_server.clock.advance(minutes=1)
        for _ in range(5):
            client.request("GET", "/content")
    assert {request.status for request in pandocast_server.requests} == {200}


def test_a_call_that_is_held_says_so_in_the_log(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "pandocast_sdk")
    with ReferenceServer(rate_limit=1, rate_window=3) as server, connect(server) as client:
        client.ids()
        client.ids()
        assert [request.status for request in server.requests] == [200, 200]
    (line,) = [record.getMessage() for record in caplog.records if record.name == "pandocast_sdk"]
    assert re.fullmatch(r"rate limit: 1 call waits \d\.\d s for the window, until \d\d:\d\d:\d\d UTC", line)
