"""HTTP clients of the caller: their transport and their hooks are used, and nothing else of them."""

import gc
import gzip
import weakref

import httpx
import pytest
import respx
from support import caller_clients
from support.loopback import FLAVOURS, KEY, always, call, http, loopback

from pandocast_sdk import APITimeoutError

EVERY_FLAVOUR = pytest.mark.parametrize("flavour", FLAVOURS)


@EVERY_FLAVOUR
def test_the_defaults_of_a_callers_client_are_not_sent(flavour: str) -> None:
    """Its defaults are for other services: only its transport, and its hooks, are used."""
    hooked: list[str] = []

    def read_all(response: httpx.Response) -> None:
        hooked.append(response.read().decode())

    async def read_all_async(response: httpx.Response) -> None:
        hooked.append((await response.aread()).decode())

    http_client = {
        "auth": ("user", "password"),
        "headers": {"X-Default": "1", "Authorization": "Basic x"},
        "cookies": {"a": "b"},
        "params": {"c": "d"},
        "base_url": "https://elsewhere.example",
        "timeout": 0.000001,
        "event_hooks": {"response": [read_all if flavour == "sync" else read_all_async]},
    }
    with loopback(always(http("200 OK", b'{"a": 1}', "Set-Cookie: session=1"))) as server:
        for _ in range(2):
            assert call(flavour, server.url, http_client=http_client).json() == {"a": 1}
    assert hooked == ['{"a": 1}'] * 2
    for request in server.requests:
        assert request.target == "/api/v1/things"
        assert request.header("Authorization") == [f"Bearer {KEY}"]
        assert request.header("X-Default") == request.header("Cookie") == []


@EVERY_FLAVOUR
@pytest.mark.parametrize(("method", "body"), [("GET", None), ("POST", None), ("POST", {"b": "ü"})])
def test_an_event_hook_sees_the_whole_request_and_may_add_to_it(
    flavour: str, method: str, body: dict[str, object] | None
) -> None:
    seen: list[bytes] = []

    def look(request: httpx.Request) -> None:
        seen.extend([request.content, request.read(), request.content])
        request.headers["X-Added"] = "ü"

    async def look_async(request: httpx.Request) -> None:
        look(request)

    http_client = {"event_hooks": {"request": [look if flavour == "sync" else look_async]}}
    with loopback(always(http("200 OK", b"{}"))) as server:
        for _ in range(2):
            call(flavour, server.url, method, json=body, http_client=http_client)
    sent = b"" if body is None else '{"b":"ü"}'.encode()
    assert seen == [sent] * 6
    for request in server.requests:
        assert (request.body, request.header("X-Added")) == (sent, ["ü".encode().decode("latin-1")])
        assert request.header("Content-Length") == ([] if method == "GET" else [str(len(sent))])


@EVERY_FLAVOUR
def test_a_transport_may_have_read_the_body(flavour: str) -> None:
    def respond(_request: httpx.Request) -> object:
        encoded = gzip.compress(b'{"a": 1}')
        return caller_clients.library.Response(200, content=encoded, headers={"Content-Encoding": "gzip"})

    http_client = {"transport": caller_clients.library.MockTransport(respond)}
    assert call(flavour, "https://api.example", http_client=http_client).json() == {"a": 1}


@EVERY_FLAVOUR
def test_a_response_is_freed_as_soon_as_it_is_read(flavour: str) -> None:
    """The HTTP library's own `get` leaves it to the garbage collector, with all that refers to it."""
    responses: list[weakref.ref[httpx.Response]] = []

    def keep(response: httpx.Response) -> None:
        responses.append(weakref.ref(response))

    async def keep_async(response: httpx.Response) -> None:
        keep(response)

    http_client = {"event_hooks": {"response": [keep if flavour == "sync" else keep_async]}}
    gc.disable()
    try:
        with loopback(always(http("200 OK", b"{}"))) as server:
            call(flavour, server.url, http_client=http_client)
            assert [reference() for reference in responses] == [None]
    finally:
        gc.enable()


@EVERY_FLAVOUR
def test_a_response_that_a_hook_has_kept_says_that_it_is_closed(flavour: str) -> None:
    kept: list[httpx.Response] = []

    async def keep_async(response: httpx.Response) -> None:
        kept.append(response)

    http_client = {"event_hooks": {"response": [kept.append if flavour == "sync" else keep_async]}}
    with loopback(always(http("200 OK", b"{}"))) as server:
        call(flavour, server.url, http_client=http_client)
    with pytest.raises(caller_clients.library.StreamClosed):
        kept[0].read()


@pytest.mark.skipif(bool(caller_clients.LIBRARY), reason="respx knows only httpx's own connections")
@EVERY_FLAVOUR
def test_calls_can_be_mocked_with_respx(flavour: str) -> None:
    with respx.mock(base_url="https://api.example") as wire:
        route = wire.post("/things").respond(201, json={"a": 1}, headers={"X-A": "1"})
        wire.get("/things").mock(side_effect=httpx.ReadTimeout)
        response = call(flavour, "https://api.example", "POST", json={"b": 2})
        with pytest.raises(APITimeoutError):
            call(flavour, "https://api.example")
    assert (response.status_code, response.json(), response.headers["x-a"]) == (201, {"a": 1}, "1")
    assert route.calls.last.request.content == b'{"b":2}'
