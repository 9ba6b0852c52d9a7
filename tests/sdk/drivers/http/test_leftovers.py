"""What a server sends behind a response is no response to the next request."""

import anyio
import pytest
from support import caller_clients
from support.loopback import FLAVOURS, KEY, NO_LIMIT, Conversation, http, loopback

from pandocast_sdk import AsyncPandocast, Pandocast

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
