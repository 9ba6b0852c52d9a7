"""Clients of every library that callers may bring, side by side; the wire is tested with each by nox."""

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import httpx2
import pytest
from httpx_aiohttp import AiohttpTransport, HttpxAiohttpClient
from support.loopback import KEY, NO_LIMIT, Conversation, Loopback, Script, always, free_port, http, loopback

from pandocast_sdk import (
    APIConnectionError,
    APITimeoutError,
    AsyncPandocast,
    AsyncPassband,
    Pandocast,
    Passband,
    PoolTimeoutError,
)
from pandocast_sdk._drivers.http.libraries import library_of

Opener = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


def over_aiohttp(*, event_hooks: Any = None, **given: Any) -> httpx.AsyncClient:
    """An ordinary client of httpx that was given the transport only."""
    return httpx.AsyncClient(transport=AiohttpTransport(**given), event_hooks=event_hooks)


AWAITING: dict[str, Any] = {
    "httpx": httpx.AsyncClient,
    "httpx2": httpx2.AsyncClient,
    "HttpxAiohttpClient": HttpxAiohttpClient,
    "AiohttpTransport": over_aiohttp,
}
OVER_AIOHTTP = [HttpxAiohttpClient, over_aiohttp]
EVERY = pytest.mark.parametrize("opener", AWAITING.values(), ids=AWAITING.keys())


@asynccontextmanager
async def client_over(
    opener: Opener, url: str, *, seconds: float = 5.0, max_retries: int = 0, **given: Any
) -> AsyncIterator[AsyncPandocast]:
    async with opener(trust_env=False, **given) as http_client:
        yield AsyncPandocast(
            api_key=KEY,
            base_url=url,
            http_client=http_client,
            rate_limit=NO_LIMIT,
            timeout=seconds,
            max_retries=max_retries,
        )


def test_the_library_is_that_of_the_client() -> None:
    class Heir(httpx2.Client):
        """As users make them."""

    for client in (httpx2.Client(), Heir()):
        assert library_of(client, "Client").request is httpx2.Request  # type: ignore[comparison-overlap]
    assert library_of(httpx.Client(), "Client").request is httpx.Request
    assert library_of(HttpxAiohttpClient(), "AsyncClient").request is httpx.Request


class Session:
    """Has the methods of a client, and is none."""

    def send(self, request: object, **options: object) -> object:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


NOT_BLOCKING = [
    httpx.AsyncClient(),
    httpx2.AsyncClient(),
    HttpxAiohttpClient(),
    Session(),
    httpx.Client,
    httpx,
]
NOT_AWAITING = [httpx.Client(), httpx2.Client(), Session(), httpx.AsyncClient, httpx.AsyncHTTPTransport()]


def named(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"


@pytest.mark.parametrize("given", NOT_BLOCKING, ids=named)
@pytest.mark.parametrize("kind", [Pandocast, Passband])
def test_what_is_no_client_is_refused_at_once(kind: Callable[..., object], given: object) -> None:
    with pytest.raises(TypeError, match=r"must be an httpx\.Client or httpx2\.Client, not ") as caught:
        kind(api_key=KEY, base_url="https://api.example", http_client=given)
    assert named(given) in str(caught.value)


@pytest.mark.parametrize("given", NOT_AWAITING, ids=named)
@pytest.mark.parametrize("kind", [AsyncPandocast, AsyncPassband])
def test_what_is_no_async_client_is_refused_at_once(kind: Callable[..., object], given: object) -> None:
    with pytest.raises(TypeError, match=r"must be an httpx\.AsyncClient or httpx2\.AsyncClient, not "):
        kind(api_key=KEY, base_url="https://api.example", http_client=given)


def test_nothing_is_imported_that_was_not_brought() -> None:
    code = (
        "import httpx, sys\n"
        "from pandocast_sdk import APIConnectionError, Pandocast\n"
        f"url = 'http://127.0.0.1:{free_port()}'\n"
        "client = Pandocast(api_key='pk_test_x', base_url=url, http_client=httpx.Client(), max_retries=0)\n"
        "try:\n"
        "    client.request('GET', '/things')\n"
        "except APIConnectionError:\n"
        "    print(*{'httpx', 'httpx2', 'aiohttp'} & set(sys.modules))\n"
    )
    assert printed(code) == "httpx"


def test_an_application_may_have_httpx2_under_the_name_of_httpx() -> None:
    code = (
        "import httpx2\n"
        "httpx2.alias_httpx()\n"
        "import httpx\n"
        "from pandocast_sdk import Pandocast\n"
        "transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json={'a': 1}))\n"
        "given = httpx.Client(transport=transport)\n"
        "print(Pandocast(api_key='pk_test_x', http_client=given).request('GET', '/things').json())\n"
    )
    assert printed(code) == "{'a': 1}"


def printed(code: str) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def lost_write(opener: Opener, script: Script, **options: Any) -> tuple[APIConnectionError, Loopback]:
    """Make a write that the server does not answer; give what was raised, and what the server saw."""

    async def writing(url: str) -> APIConnectionError:
        async with client_over(opener, url, **options) as client:
            with pytest.raises(APIConnectionError) as caught:
                await client.request("POST", "/things", json={})
            return caught.value

    with loopback(script) as server:
        return asyncio.run(writing(server.url)), server


def close_after_reading(conversation: Conversation) -> None:
    conversation.read_request()


def close_in_the_answer(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")


NO_LINGER = (socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def reset_after_reading(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.stream.setsockopt(*NO_LINGER)


@EVERY
@pytest.mark.parametrize(
    "script", [close_after_reading, close_in_the_answer, reset_after_reading, always(b"SSH-2.0\r\n\r\n")]
)
def test_a_write_that_may_have_been_done_is_never_sent_again(opener: Opener, script: Script) -> None:
    """Over aiohttp a server that has hung up is a `ConnectTimeout`: it must not be taken at its word."""
    error, server = lost_write(opener, script, max_retries=2)
    assert error.outcome_unknown
    assert not isinstance(error, APITimeoutError)
    assert len(server.heard) == 1


@EVERY
def test_a_connection_that_breaks_between_two_writes_is_told_from_one_that_was_never_made(
    opener: Opener,
) -> None:
    """The second write goes over a kept connection, which the server closes on reading it."""

    def answer_once(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.send(http("200 OK"))
        conversation.read_request()

    async def writing(url: str) -> None:
        async with client_over(opener, url, max_retries=2) as client:
            await client.request("POST", "/things")
            with pytest.raises(APIConnectionError) as caught:
                await client.request("POST", "/things")
            assert caught.value.outcome_unknown

    with loopback(answer_once) as server:
        asyncio.run(writing(server.url))
    assert len(server.heard) == 2


async def write_where_nobody_listens(opener: Opener, method: str) -> APIConnectionError:
    async with client_over(opener, f"http://127.0.0.1:{free_port()}") as client:
        with pytest.raises(APIConnectionError) as caught:
            await client.request(method, "/things")
    return caught.value


@EVERY
def test_a_write_where_nobody_listens_was_certainly_not_done(opener: Opener) -> None:
    error = asyncio.run(write_where_nobody_listens(opener, "POST"))
    assert not error.outcome_unknown
    assert "no connection could be made" in str(error)


@pytest.mark.parametrize("opener", OVER_AIOHTTP)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_what_aiohttp_sends_again_by_itself_may_have_been_done(opener: Opener, method: str) -> None:
    """Nobody listens when its second sending is due: the error is the same as if there had been no first."""
    assert asyncio.run(write_where_nobody_listens(opener, method)).outcome_unknown


@EVERY
def test_a_handshake_that_does_not_end_has_sent_nothing(opener: Opener) -> None:
    async def writing(url: str) -> None:
        async with client_over(opener, url, seconds=0.3) as client:
            with pytest.raises(APITimeoutError, match="no connection was made in time") as caught:
                await client.request("POST", "/things")
        assert not caught.value.outcome_unknown

    with loopback(Conversation.hang) as server:
        asyncio.run(writing(server.url.replace("http:", "https:")))


async def fill_the_pool(opener: Opener, **given: Any) -> None:
    """Let one call hold the only connection, and see what becomes of another."""
    began = threading.Event()

    def never_answer(conversation: Conversation) -> None:
        conversation.read_request()
        began.set()
        conversation.hang()

    with loopback(never_answer) as server:
        limits = httpx.Limits(max_connections=1)
        async with client_over(opener, server.url, limits=limits, **given) as client:
            holding = asyncio.create_task(client.request("GET", "/hang"))
            assert await asyncio.to_thread(began.wait, 5)
            with pytest.raises(PoolTimeoutError) as caught:
                await client.with_options(timeout=0.1).request("POST", "/things")
            holding.cancel()
            await asyncio.wait({holding})
    assert not caught.value.outcome_unknown
    assert len(server.heard) == 1


@EVERY
def test_a_full_pool_is_not_the_servers_fault(opener: Opener) -> None:
    asyncio.run(fill_the_pool(opener))


@pytest.mark.parametrize("opener", OVER_AIOHTTP)
def test_a_full_pool_is_not_the_servers_fault_even_if_aiohttp_does_not_tell_in_time(opener: Opener) -> None:
    """Its own time-outs may be up to a second late; the SDK's then ends the attempt."""

    async def without_timeouts(request: httpx.Request) -> None:
        request.extensions["timeout"] = {}

    asyncio.run(fill_the_pool(opener, event_hooks={"request": [without_timeouts]}))
