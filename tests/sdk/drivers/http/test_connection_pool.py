"""The connection pool: connections are reused, and it can be full."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from time import sleep

import anyio
import httpx
import pytest
from support.concurrency import PATIENCE
from support.loopback import FLAVOURS, KEY, NO_LIMIT, Conversation, always, http, loopback

from pandocast_sdk import AsyncPandocast, Pandocast, PoolTimeoutError
from pandocast_sdk._drivers.http import transport

EVERY_FLAVOUR = pytest.mark.parametrize("flavour", FLAVOURS)


def test_a_kept_connection_is_reused() -> None:
    with loopback(always(http("200 OK"))) as server, Pandocast(api_key=KEY, base_url=server.url) as client:
        for _ in range(5):
            client.request("GET", "/things")
        with client.with_options(max_retries=0) as copy:
            copy.request("GET", "/things")
        assert server.connections == 1
        client.request("GET", "/things")
    assert server.connections == 1
    assert server.all_closed()


@EVERY_FLAVOUR
def test_a_kept_connection_that_the_server_has_closed_is_not_used(flavour: str) -> None:
    """A write that met one would have an unknown outcome, and need not have met it."""

    def close_after_responding(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.send(http("200 OK"))

    async def writing(url: str) -> None:
        async with AsyncPandocast(api_key=KEY, base_url=url) as client:
            for _ in range(3):
                await client.request("POST", "/things")
                assert server.all_closed()

    with loopback(close_after_responding) as server:
        if flavour == "sync":
            with Pandocast(api_key=KEY, base_url=server.url) as client:
                for _ in range(3):
                    client.request("POST", "/things")
                    assert server.all_closed()
        else:
            anyio.run(writing, server.url, backend=flavour)
    assert server.connections == 3


def test_a_full_pool_leaves_the_outcome_known() -> None:
    began, timed_out = Event(), Event()

    def respond_after_the_timeout(conversation: Conversation) -> None:
        conversation.read_request()
        began.set()
        timed_out.wait(PATIENCE)
        conversation.send(http("200 OK"))

    limits = httpx.Limits(max_connections=1)
    with (
        loopback(respond_after_the_timeout) as server,
        httpx.Client(limits=limits) as http_client,
        Pandocast(api_key=KEY, base_url=server.url, rate_limit=NO_LIMIT, http_client=http_client) as client,
    ):
        thread = Thread(target=client.request, args=("GET", "/things"))
        thread.start()
        assert began.wait(PATIENCE)
        with pytest.raises(PoolTimeoutError) as caught:
            client.with_options(timeout=0.1).request("POST", "/things")
        timed_out.set()
        thread.join()
    assert not caught.value.outcome_unknown
    assert len(server.requests) == 1


@pytest.mark.parametrize("own", [True, False])
def test_calls_that_take_turns_wait_no_longer_than_the_timeout(
    monkeypatch: pytest.MonkeyPatch, *, own: bool
) -> None:
    """Whenever a connection is free, all that wait are woken, and all but one wait on."""

    def respond_slowly(conversation: Conversation) -> None:
        while conversation.read_request():
            sleep(0.2)
            conversation.send(http("200 OK"))

    def write(_number: int) -> bool:
        try:
            client.request("POST", "/things")
        except PoolTimeoutError:
            return False
        return True

    limits = httpx.Limits(max_connections=1)
    monkeypatch.setattr(transport, "LIMITS", limits)
    with (
        loopback(respond_slowly) as server,
        httpx.Client(limits=limits) as http_client,
        Pandocast(
            api_key=KEY,
            base_url=server.url,
            timeout=1.0,
            rate_limit=NO_LIMIT,
            http_client=None if own else http_client,
        ) as client,
        ThreadPoolExecutor(16) as threads,
    ):
        client.request("GET", "/things")
        written = list(threads.map(write, range(16)))
    assert 1 <= sum(written) < 16  # the last would have waited for three seconds
    assert len(server.requests) == 1 + sum(written)
