"""What clients tell of the rate limit."""

import asyncio
from datetime import UTC, timedelta

import pytest

from pandocast_sdk import RateLimitPolicy, RateLimitState
from pandocast_server.testing import ReferenceServer

UNKNOWN = RateLimitState(limit=None, remaining=None, reset=None)


def test_a_client_tells_of_the_window_once_an_answer_has(pandocast_server: ReferenceServer) -> None:
    pandocast_server.clock.advance(hours=1)
    with pandocast_server.client() as client:
        assert client.rate_limit == UNKNOWN
        client.request("GET", "/content")
        client.request("GET", "/content")
        limit, remaining, reset = client.rate_limit
        assert (limit, remaining) == (100, 98)
        assert reset is not None
        assert reset.tzinfo is UTC
        now = pandocast_server.clock.now()
        assert now < reset <= now + timedelta(minutes=1)
        assert client.with_options(timeout=5).rate_limit == client.rate_limit


def test_an_async_client_tells_the_same(pandocast_server: ReferenceServer) -> None:
    async def telling() -> list[RateLimitState]:
        async with pandocast_server.async_client() as client:
            before = client.rate_limit
            await client.request("GET", "/content")
            return [before, client.rate_limit]

    before, after = asyncio.run(telling())
    assert before == UNKNOWN
    assert (after.limit, after.remaining) == (100, 99)


def test_the_clients_of_passband_tell_of_no_limit_where_none_is_told(
    pandocast_server: ReferenceServer,
) -> None:
    with pandocast_server.passband_client() as client:
        client.request("GET", "/drafts")
        assert client.rate_limit == UNKNOWN


def test_with_the_policy_off_nothing_is_known(pandocast_server: ReferenceServer) -> None:
    with pandocast_server.client() as client:
        off = client.with_options(rate_limit=RateLimitPolicy("off"))
        off.request("GET", "/content")
        assert off.rate_limit == UNKNOWN


def test_a_window_that_is_over_has_all_its_slots_and_no_reset() -> None:
    with ReferenceServer(rate_limit=7, rate_window=1) as server, server.client() as client:
        client.request("GET", "/content")
        while client.rate_limit.reset is not None:
            pass  # it ends by itself, within a second; it may be over before it is looked at
        assert client.rate_limit == RateLimitState(7, 7, None)


def test_a_closed_client_tells_nothing(pandocast_server: ReferenceServer) -> None:
    with pandocast_server.client() as client:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        _ = client.rate_limit
