"""pytest-httpx mocks the SDK's own connections, whenever a client was made, and only while it is asked to."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from support.loopback import KEY, NO_LIMIT, always, http, loopback

from pandocast_sdk import AsyncPandocast, Pandocast

pytest.importorskip("pytest_httpx")

OPTIONS: dict[str, Any] = {"api_key": KEY, "rate_limit": NO_LIMIT}
REAL, MOCKED = b'"real"', b'"mocked"'


@dataclass
class Clients:
    """Clients of a server that runs; they are used once more when nothing is mocked any more."""

    url: str
    all: list[Pandocast] = field(default_factory=list)

    def add(self) -> Pandocast:
        self.all.append(Pandocast(base_url=self.url, **OPTIONS))
        return self.all[-1]


def content(client: Pandocast) -> bytes:
    return client.request("GET", "/things").content


@pytest.fixture
def clients() -> Iterator[Clients]:
    """Comes before `httpx_mock`, and so ends after it."""
    with loopback(always(http("200 OK", REAL))) as server:
        clients = Clients(server.url)
        assert content(clients.add()) == REAL
        yield clients
        for client in clients.all:
            assert content(client) == REAL, "the mock is gone"
            client.close()


def test_a_client_used_before_is_mocked_and_works_afterwards(clients: Clients, httpx_mock: Any) -> None:
    httpx_mock.add_response(json="mocked")
    assert content(clients.all[0]) == MOCKED


def test_a_client_made_meanwhile_is_mocked_and_works_afterwards(clients: Clients, httpx_mock: Any) -> None:
    httpx_mock.add_response(json="mocked")
    assert content(clients.add()) == MOCKED


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def async_client(runner: asyncio.Runner) -> Iterator[AsyncPandocast]:
    """Likewise, in one event loop."""

    async def check(client: AsyncPandocast) -> None:
        assert (await client.request("GET", "/things")).content == REAL

    with loopback(always(http("200 OK", REAL))) as server:
        client = AsyncPandocast(base_url=server.url, **OPTIONS)
        runner.run(check(client))
        yield client
        runner.run(check(client))
        runner.run(client.close())


def test_an_async_client_used_before_is_mocked_and_works_afterwards(
    runner: asyncio.Runner, async_client: AsyncPandocast, httpx_mock: Any
) -> None:
    async def main() -> None:
        assert (await async_client.request("GET", "/things")).content == MOCKED

    httpx_mock.add_response(json="mocked")
    runner.run(main())


def test_a_mock_sees_what_is_sent(httpx_mock: Any) -> None:
    httpx_mock.add_response(url="https://api.example/v1/content/c/outputs", json={"items": [], "total": 0})
    with Pandocast(base_url="https://api.example/v1", **OPTIONS) as client:
        assert client.content.outputs("c").total == 0
    (sent,) = httpx_mock.get_requests()
    assert sent.headers["Authorization"] == f"Bearer {KEY}"
    assert sent.read() == b""
