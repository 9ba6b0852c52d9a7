"""HTTP clients of each supported library side by side; nox runs the tests of the wire with each."""

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
from support.concurrency import PATIENCE
from support.loopback import (
    KEY,
    NO_LIMIT,
    Conversation,
    Loopback,
    Script,
    always,
    close_after_reading,
    free_port,
    http,
    loopback,
)

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
from pandocast_sdk._drivers.http.plain_clients import plainness_of

Opener = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


def over_aiohttp(*, event_hooks: Any = None, **arguments: Any) -> httpx.AsyncClient:
    """An ordinary client of httpx that was given the transport only."""
    return httpx.AsyncClient(transport=AiohttpTransport(**arguments), event_hooks=event_hooks)


ASYNC_CLIENTS: dict[str, Any] = {
    "httpx": httpx.AsyncClient,
    "httpx2": httpx2.AsyncClient,
    "HttpxAiohttpClient": HttpxAiohttpClient,
    "AiohttpTransport": over_aiohttp,
}
OVER_AIOHTTP = [HttpxAiohttpClient, over_aiohttp]
EVERY_CLIENT = pytest.mark.parametrize("opener", ASYNC_CLIENTS.values(), ids=ASYNC_CLIENTS.keys())


@asynccontextmanager
async def client_over(
    opener: Opener, url: str, *, seconds: float = 20.0, max_retries: int = 0, **arguments: Any
) -> AsyncIterator[AsyncPandocast]:
    async with opener(trust_env=False, **arguments) as http_client:
        yield AsyncPandocast(
            api_key=KEY,
            base_url=url,
            http_client=http_client,
            rate_limit=NO_LIMIT,
            timeout=seconds,
            max_retries=max_retries,
        )


def test_requests_are_made_with_the_library_of_the_client() -> None:
    class Subclass(httpx2.Client):
        """As users make them."""

    for client in (httpx2.Client(), Subclass()):
        assert library_of(client, "Client").request is httpx2.Request  # type: ignore[comparison-overlap]
    assert library_of(httpx.Client(), "Client").request is httpx.Request
    assert library_of(HttpxAiohttpClient(), "AsyncClient").request is httpx.Request


class Session:
    """Has the methods of a client, and is none."""

    def send(self, request: object, **options: object) -> object:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


NO_SYNC_CLIENTS = [
    httpx.AsyncClient(),
    httpx2.AsyncClient(),
    HttpxAiohttpClient(),
    Session(),
    httpx.Client,
    httpx,
]
NO_ASYNC_CLIENTS = [httpx.Client(), httpx2.Client(), Session(), httpx.AsyncClient, httpx.AsyncHTTPTransport()]


def qualified_name(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"


@pytest.mark.parametrize("given", NO_SYNC_CLIENTS, ids=qualified_name)
@pytest.mark.parametrize("kind", [Pandocast, Passband])
def test_an_object_that_is_no_http_client_is_rejected_by_the_constructor(
    kind: Callable[..., object], given: object
) -> None:
    with pytest.raises(TypeError, match=r"must be an httpx\.Client or httpx2\.Client, not ") as caught:
        kind(api_key=KEY, base_url="https://api.example", http_client=given)
    assert qualified_name(given) in str(caught.value)


@pytest.mark.parametrize("given", NO_ASYNC_CLIENTS, ids=qualified_name)
@pytest.mark.parametrize("kind", [AsyncPandocast, AsyncPassband])
def test_an_object_that_is_no_async_http_client_is_rejected_by_the_constructor(
    kind: Callable[..., object], given: object
) -> None:
    with pytest.raises(TypeError, match=r"must be an httpx\.AsyncClient or httpx2\.AsyncClient, not "):
        kind(api_key=KEY, base_url="https://api.example", http_client=given)


def test_a_client_of_one_library_imports_no_other() -> None:
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
    assert output_of(code) == "httpx"


def test_httpx2_can_stand_in_for_httpx() -> None:
    code = (
        "import httpx2\n"
        "httpx2.alias_httpx()\n"
        "import httpx\n"
        "from pandocast_sdk import Pandocast\n"
        "transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json={'a': 1}))\n"
        "given = httpx.Client(transport=transport)\n"
        "print(Pandocast(api_key='pk_test_x', http_client=given).request('GET', '/things').json())\n"
    )
    assert output_of(code) == "{'a': 1}"


def output_of(code: str) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def failed_write(opener: Opener, script: Script, **options: Any) -> tuple[APIConnectionError, Loopback]:
    """Make a write that gets no response; return the error and the server."""

    async def writing(url: str) -> APIConnectionError:
        async with client_over(opener, url, **options) as client:
            with pytest.raises(APIConnectionError) as caught:
                await client.request("POST", "/things", json={})
            return caught.value

    with loopback(script) as server:
        return asyncio.run(writing(server.url)), server


def close_within_the_response(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")


NO_LINGER = (socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def reset_after_reading(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.stream.setsockopt(*NO_LINGER)


@EVERY_CLIENT
@pytest.mark.parametrize(
    "script",
    [close_after_reading, close_within_the_response, reset_after_reading, always(b"SSH-2.0\r\n\r\n")],
)
def test_a_write_of_unknown_outcome_is_not_retried(opener: Opener, script: Script) -> None:
    """Over aiohttp a server that has hung up is a `ConnectTimeout`: no retry may follow from it."""
    error, server = failed_write(opener, script, max_retries=2)
    assert error.outcome_unknown
    assert not isinstance(error, APITimeoutError)
    assert len(server.requests) == 1


@EVERY_CLIENT
def test_a_kept_connection_that_breaks_leaves_the_outcome_unknown(
    opener: Opener,
) -> None:
    """The second write goes over a kept connection, which the server closes on reading it."""

    def respond_once(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.send(http("200 OK"))
        conversation.read_request()

    async def writing(url: str) -> None:
        async with client_over(opener, url, max_retries=2) as client:
            await client.request("POST", "/things")
            with pytest.raises(APIConnectionError) as caught:
                await client.request("POST", "/things")
            assert caught.value.outcome_unknown

    with loopback(respond_once) as server:
        asyncio.run(writing(server.url))
    assert len(server.requests) == 2


async def write_to_a_closed_port(opener: Opener, method: str) -> APIConnectionError:
    async with client_over(opener, f"http://127.0.0.1:{free_port()}") as client:
        with pytest.raises(APIConnectionError) as caught:
            await client.request(method, "/things")
    return caught.value


@EVERY_CLIENT
def test_a_refused_connection_leaves_the_outcome_known(opener: Opener) -> None:
    error = asyncio.run(write_to_a_closed_port(opener, "POST"))
    assert not error.outcome_unknown
    assert "no connection could be made" in str(error)


@pytest.mark.parametrize("opener", OVER_AIOHTTP)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_method_that_aiohttp_retries_by_itself_leaves_the_outcome_unknown(
    opener: Opener, method: str
) -> None:
    """Its retry may be refused after a first request was sent: the error is the same."""
    assert asyncio.run(write_to_a_closed_port(opener, method)).outcome_unknown


@EVERY_CLIENT
def test_a_handshake_that_times_out_leaves_the_outcome_known(opener: Opener) -> None:
    async def writing(url: str) -> None:
        async with client_over(opener, url, seconds=0.3) as client:
            with pytest.raises(APITimeoutError, match="no connection was made in time") as caught:
                await client.request("POST", "/things")
        assert not caught.value.outcome_unknown

    with loopback(Conversation.hang) as server:
        asyncio.run(writing(server.url.replace("http:", "https:")))


async def fill_the_pool(opener: Opener, **arguments: Any) -> None:
    """Make a call while another holds the only connection, and check its error."""
    began = threading.Event()

    def hang_after_reading(conversation: Conversation) -> None:
        conversation.read_request()
        began.set()
        conversation.hang()

    with loopback(hang_after_reading) as server:
        limits = httpx.Limits(max_connections=1)
        async with client_over(opener, server.url, limits=limits, **arguments) as client:
            holding = asyncio.create_task(client.request("GET", "/hang"))
            assert await asyncio.to_thread(began.wait, PATIENCE)
            with pytest.raises(PoolTimeoutError) as caught:
                await client.with_options(timeout=0.1).request("POST", "/things")
            holding.cancel()
            await asyncio.wait({holding})
    assert not caught.value.outcome_unknown
    assert len(server.requests) == 1


@EVERY_CLIENT
def test_a_full_pool_leaves_the_outcome_known(opener: Opener) -> None:
    asyncio.run(fill_the_pool(opener))


@pytest.mark.parametrize("opener", OVER_AIOHTTP)
def test_a_full_pool_leaves_the_outcome_known_even_if_aiohttp_times_out_late(opener: Opener) -> None:
    """Its own timeouts may be up to a second late; the SDK's then ends the attempt."""

    async def without_timeouts(request: httpx.Request) -> None:
        request.extensions["timeout"] = {}

    asyncio.run(fill_the_pool(opener, event_hooks={"request": [without_timeouts]}))


def test_a_client_over_aiohttp_would_only_choose_the_transport() -> None:
    assert plainness_of(HttpxAiohttpClient())()
    assert plainness_of(over_aiohttp())()
