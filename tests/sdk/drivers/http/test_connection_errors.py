"""Connections that are refused or break: whether the outcome of a write is known."""

import pytest
from support import caller_clients
from support.loopback import FLAVOURS, call, close_after_reading, free_port, loopback

from pandocast_sdk import APIConnectionError

EVERY_FLAVOUR = pytest.mark.parametrize("flavour", FLAVOURS)


@EVERY_FLAVOUR
@pytest.mark.parametrize(("method", "times"), [("GET", 3), ("POST", 1), ("DELETE", 1)])
def test_a_connection_closed_after_the_request_leaves_the_outcome_of_a_write_unknown(
    flavour: str, method: str, times: int
) -> None:
    with loopback(close_after_reading) as server, pytest.raises(APIConnectionError) as caught:
        call(flavour, server.url, method, max_retries=2)
    if caller_clients.LIBRARY == "aiohttp" and method != "POST":
        times *= 2  # it sends methods that are idempotent once more by itself
    assert len(server.requests) == times
    assert caught.value.outcome_unknown is (method != "GET")


@EVERY_FLAVOUR
def test_a_refused_connection_leaves_the_outcome_known(flavour: str) -> None:
    with pytest.raises(APIConnectionError, match="no connection could be made") as caught:
        call(flavour, f"http://127.0.0.1:{free_port()}", "POST")
    assert not caught.value.outcome_unknown


@EVERY_FLAVOUR
def test_the_cause_of_an_error_holds_no_credentials(flavour: str) -> None:
    with loopback(close_after_reading) as server, pytest.raises(APIConnectionError) as caught:
        call(flavour, server.url)
    cause = caught.value.__cause__
    assert isinstance(cause, caller_clients.library.RemoteProtocolError)
    assert str(cause.request.url) == f"{server.url}/things"
    assert "authorization" not in cause.request.headers
