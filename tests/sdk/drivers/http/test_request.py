"""Requests as they go over the wire."""

import platform
from importlib import metadata

import pytest
from support.loopback import FLAVOURS, KEY, always, call, http, loopback

from pandocast_sdk import PandocastError
from pandocast_sdk._drivers.http import request_builder

EVERY_FLAVOUR = pytest.mark.parametrize("flavour", FLAVOURS)


@EVERY_FLAVOUR
def test_a_request_has_these_headers_and_this_body(flavour: str) -> None:
    with loopback(always(http("200 OK"))) as server:
        call(flavour, server.url, "GET", "/things/1")
        call(flavour, server.url, "POST", "/things", json={"name": "é"})
        call(flavour, server.url, "POST", "/things")
    read, write, empty = server.requests
    assert (read.method, read.target, read.body) == ("GET", "/api/v1/things/1", b"")
    assert read.header("Authorization") == [f"Bearer {KEY}"]
    assert read.header("Accept") == ["application/json"]
    assert read.header("Accept-Encoding") == ["gzip"]
    assert read.header("User-Agent")[0].startswith("pandocast-sdk/")
    assert read.header("Content-Type") == []
    assert (write.body, write.header("Content-Type")) == ('{"name":"é"}'.encode(), ["application/json"])
    assert empty.header("Content-Length") == ["0"]


def test_a_frozen_application_sends_a_user_agent_without_a_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_builder, "version", lambda _name: metadata.version("no-such-distribution"))
    request_builder.user_agent.cache_clear()
    try:
        with loopback(always(http("200 OK"))) as server:
            call(FLAVOURS[0], server.url)
    finally:
        request_builder.user_agent.cache_clear()
    assert server.requests[0].header("User-Agent") == [f"pandocast-sdk python/{platform.python_version()}"]


@EVERY_FLAVOUR
def test_a_url_that_no_request_can_have_is_a_value_error(flavour: str) -> None:
    with (
        loopback(always(http("200 OK"))) as server,
        pytest.raises(ValueError, match="no request can have this address") as caught,
    ):
        call(flavour, server.url, path="/" + "x" * 70_000)
    assert not isinstance(caught.value, PandocastError)
    assert server.requests == []
