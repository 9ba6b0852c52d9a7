"""What is prepared once for all requests of a client."""

import pytest
from support.loopback import FLAVOURS, KEY, NO_LIMIT, always, call, http, loopback

from pandocast_sdk import Pandocast

EVERY_FLAVOUR = pytest.mark.parametrize("flavour", FLAVOURS)


@EVERY_FLAVOUR
def test_shared_headers_come_once_in_each_request(flavour: str) -> None:
    with loopback(always(http("200 OK"))) as server:
        call(flavour, server.url)
        call(flavour, server.url, "POST", json={"a": "é"})
        call(flavour, server.url, "DELETE")
    host = server.url.removeprefix("http://").partition("/")[0]
    assert [request.header("Host") for request in server.requests] == [[host]] * 3
    assert [request.header("Content-Length") for request in server.requests] == [[], ["10"], []]
    assert all(request.header("Transfer-Encoding") == [] for request in server.requests)


def test_a_copy_with_another_base_url_has_its_own_host_and_key() -> None:
    with (
        loopback(always(http("200 OK"))) as here,
        loopback(always(http("200 OK"))) as there,
        Pandocast(api_key=KEY, base_url=here.url, rate_limit=NO_LIMIT) as client,
    ):
        copy = client.with_options(base_url=there.url, api_key="pk_test_other")
        copy.request("GET", "/things")
        client.request("GET", "/things")
    assert there.requests[0].header("Host") == [there.url.removeprefix("http://").partition("/")[0]]
    assert there.requests[0].header("Authorization") == ["Bearer pk_test_other"]
    assert here.requests[0].header("Host") == [here.url.removeprefix("http://").partition("/")[0]]


def test_a_base_url_that_no_request_can_have_is_rejected_by_the_constructor() -> None:
    with pytest.raises(ValueError, match="no request can have the address") as caught:
        Pandocast(api_key=KEY, base_url="https://[v1.a]/api")
    assert KEY not in str(caught.value)
