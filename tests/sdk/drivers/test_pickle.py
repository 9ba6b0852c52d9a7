"""Clients that are pickled, as for another process."""

import asyncio
import pickle

import pytest
from support.loopback import KEY, NO_LIMIT, always, http, loopback

from pandocast_sdk import AsyncPandocast, Pandocast


@pytest.mark.parametrize("closed", [False, True])
def test_a_client_pickles_with_its_options_and_without_its_connections(closed: bool) -> None:  # noqa: FBT001
    with loopback(always(http("200 OK"))) as server:
        client = Pandocast(
            api_key=KEY, base_url=server.url, timeout=7, deadline=9, max_retries=5, rate_limit=NO_LIMIT
        )
        client.request("GET", "/things")
        if closed:
            client.close()
        with pickle.loads(pickle.dumps(client)) as again:  # noqa: S301 - our own
            assert isinstance(again, Pandocast)
            options = again._session.options
            assert (options.api_key, options.base_url, options.rate_limit) == (KEY, server.url, NO_LIMIT)
            assert (options.timeout, options.deadline, options.max_retries) == (7, 9, 5)
            again.request("GET", "/things")
        client.close()
        assert server.connections == 2


def test_an_async_client_pickles() -> None:
    async def requesting(data: bytes) -> int:
        async with pickle.loads(data) as client:  # noqa: S301 - our own
            status: int = (await client.request("GET", "/things")).status_code
            return status

    with loopback(always(http("200 OK"))) as server:
        client = AsyncPandocast(api_key=KEY, base_url=server.url)
        assert asyncio.run(requesting(pickle.dumps(client))) == 200
