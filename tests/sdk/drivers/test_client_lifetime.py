"""From opening to closing: what clients and their copies share, and what ends with them."""

import asyncio

import httpx
import pytest
from support.loopback import KEY, NO_LIMIT, always, http, loopback
from support.rate_limit_scripts import spend_window

from pandocast_sdk import APIConnectionError, AsyncPandocast, Pandocast, RateLimitError, RateLimitPolicy


def test_a_closed_client_raises() -> None:
    client = Pandocast(api_key=KEY)
    client.close()
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.request("GET", "/things")

    async def closing() -> None:
        client = AsyncPandocast(api_key=KEY)
        await client.close()
        await client.close()
        with pytest.raises(RuntimeError, match="closed"):
            await client.request("GET", "/things")

    asyncio.run(closing())


def test_a_copy_shares_the_connections_and_closes_with_its_original() -> None:
    with loopback(always(http("200 OK"))) as server:
        client = Pandocast(api_key=KEY, base_url=server.url)
        first, second = client.with_options(timeout=5), client.with_options(max_retries=0)
        for one in (client, first, second):
            one.request("GET", "/things")
        assert server.connections == 1
        first.close()
        with pytest.raises(RuntimeError, match="closed"):
            first.request("GET", "/things")
        second.request("GET", "/things")
        client.close()
        with pytest.raises(RuntimeError, match="closed"):
            second.request("GET", "/things")
        assert server.connections == 1
        assert server.all_closed()


def test_an_async_copy_closes_with_its_original() -> None:
    async def copying(url: str) -> None:
        async with AsyncPandocast(api_key=KEY, base_url=url) as client:
            copy = client.with_options(timeout=5)
            await copy.request("GET", "/things")
        with pytest.raises(RuntimeError, match="closed"):
            await copy.request("GET", "/things")

    with loopback(always(http("200 OK"))) as server:
        asyncio.run(copying(server.url))
        assert server.connections == 1
        assert server.all_closed()


def test_a_callers_http_client_stays_open() -> None:
    with loopback(always(http("200 OK"))) as server, httpx.Client() as http_client:
        client = Pandocast(api_key=KEY, base_url=server.url, http_client=http_client)
        client.request("GET", "/things")
        client.close()
        assert http_client.get(f"{server.url}/things").status_code == 200
        assert server.connections == 1


def test_a_budget_ends_with_its_last_open_client_even_while_an_error_is_kept() -> None:
    raising = RateLimitPolicy("raise")
    with loopback(spend_window) as server:
        with Pandocast(api_key=KEY, base_url=server.url, rate_limit=raising) as client:
            client.request("GET", "/things")
            other = Pandocast(api_key=KEY, base_url=server.url, rate_limit=raising)
            with other, pytest.raises(RateLimitError) as caught:
                other.request("GET", "/things")
            with pytest.raises(RateLimitError):
                client.request("GET", "/things")
        with Pandocast(api_key=KEY, base_url=server.url, rate_limit=raising) as client:
            client.request("GET", "/things")
    assert caught.value.__traceback__ is not None
    assert len(server.requests) == 2


def test_a_client_that_is_never_used_opens_no_connection() -> None:
    client = Pandocast(api_key=KEY)
    assert client._session._pool._transport is None
    client.close()


def test_a_server_that_has_gone_is_a_connection_error() -> None:
    with loopback(always(http("200 OK", b"{}", "Connection: close"))) as server:
        client = Pandocast(api_key=KEY, base_url=server.url, rate_limit=NO_LIMIT, max_retries=0)
        client.request("GET", "/things")
    with client, pytest.raises(APIConnectionError):
        client.request("POST", "/things")
