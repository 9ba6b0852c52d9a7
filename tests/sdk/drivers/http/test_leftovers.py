"""What a server sends behind a response is no response to the next request."""

from typing import Any

import anyio
import pytest
from support import caller_clients
from support.loopback import FLAVOURS, KEY, NO_LIMIT, Conversation, http, loopback

from pandocast_sdk import AsyncPandocast, NotFoundError, Pandocast

EXTRA = http("200 OK", b'{"of": "nobody"}')


def respond_twice(conversation: Conversation) -> None:
    """Send a second response with the first, in one piece."""
    while request := conversation.read_request():
        own = b'{"of": "%s"}' % request.target.rpartition("/")[2].encode()
        conversation.send(http("200 OK", own) + EXTRA)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_second_response_is_not_that_of_the_next_call(flavour: str) -> None:
    async def main(url: str) -> list[bytes]:
        async with (
            caller_clients.async_client() as own,
            AsyncPandocast(api_key=KEY, base_url=url, rate_limit=NO_LIMIT, http_client=own) as client,
        ):
            return [(await client.request("GET", f"/{name}")).content for name in "abc"]

    with loopback(respond_twice) as server:
        if flavour == "sync":
            with (
                caller_clients.sync_client() as own,
                Pandocast(api_key=KEY, base_url=server.url, rate_limit=NO_LIMIT, http_client=own) as client,
            ):
                bodies = [client.request("GET", f"/{name}").content for name in "abc"]
        else:
            bodies = anyio.run(main, server.url, backend=flavour)
        assert server.connections == 3
        assert server.all_closed()
    assert bodies == [b'{"of": "a"}', b'{"of": "b"}', b'{"of": "c"}']


async def async_outcome(client: AsyncPandocast) -> object:
    try:
        return (await client.request("GET", "/things")).json()
    except NotFoundError as error:
        return error.body


def sync_outcome(client: Pandocast) -> object:
    try:
        return client.request("GET", "/things").json()
    except NotFoundError as error:
        return error.body


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("status", ["200 OK", "404 Not Found"])
def test_nor_where_a_hook_has_read_the_first(flavour: str, status: str) -> None:
    def respond(conversation: Conversation) -> None:
        while conversation.read_request():
            conversation.send(http(status, b'{"error": "own"}') + EXTRA)

    def hook(response: Any) -> None:
        response.read()
        response.raise_for_status()

    async def async_hook(response: Any) -> None:
        await response.aread()
        response.raise_for_status()

    hooks = {"event_hooks": {"response": [hook if flavour == "sync" else async_hook]}}

    async def main(url: str) -> list[object]:
        async with (
            caller_clients.async_client(hooks) as own,
            AsyncPandocast(api_key=KEY, base_url=url, rate_limit=NO_LIMIT, http_client=own) as client,
        ):
            return [await async_outcome(client) for _ in range(2)]

    with loopback(respond) as server:
        if flavour == "sync":
            with (
                caller_clients.sync_client(hooks) as own,
                Pandocast(api_key=KEY, base_url=server.url, rate_limit=NO_LIMIT, http_client=own) as client,
            ):
                outcomes = [sync_outcome(client) for _ in range(2)]
        else:
            outcomes = anyio.run(main, server.url, backend=flavour)
    assert outcomes == [{"error": "own"}, {"error": "own"}]
