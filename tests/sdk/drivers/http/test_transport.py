"""What a client does when the other side of a real socket behaves badly."""

import gzip
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from threading import Event, Thread

import anyio
import httpx
import pytest
import respx
from support import brought
from support.loopback import FLAVOURS, KEY, NO_LIMIT, Conversation, always, call, free_port, http, loopback

from pandocast_sdk import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AsyncPandocast,
    DeadlineExceededError,
    Pandocast,
    PandocastError,
    PoolTimeoutError,
    ResponseValidationError,
)
from pandocast_sdk._drivers.http import body, request_builder
from pandocast_sdk._drivers.http.request_builder import _TimeLeft

EVERY_FLAVOUR = pytest.mark.parametrize("flavour", FLAVOURS)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def close_after_reading(conversation: Conversation) -> None:
    conversation.read_request()


def never_answer(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.hang()


@EVERY_FLAVOUR
def test_a_request_as_it_goes_over_the_wire(flavour: str) -> None:
    with loopback(always(http("200 OK"))) as server:
        call(flavour, server.url, "GET", "/things/1")
        call(flavour, server.url, "POST", "/things", json={"name": "é"})
        call(flavour, server.url, "POST", "/things")
    read, write, empty = server.heard
    assert (read.method, read.target, read.body) == ("GET", "/api/v1/things/1", b"")
    assert read.header("Authorization") == [f"Bearer {KEY}"]
    assert read.header("Accept") == ["application/json"]
    assert read.header("Accept-Encoding") == ["gzip"]
    assert read.header("User-Agent")[0].startswith("pandocast-sdk/")
    assert read.header("Content-Type") == []
    assert (write.body, write.header("Content-Type")) == ('{"name":"é"}'.encode(), ["application/json"])
    assert empty.header("Content-Length") == ["0"]


def test_a_frozen_application_has_lost_the_version_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_builder, "version", lambda _name: metadata.version("no-such-distribution"))
    request_builder.user_agent.cache_clear()
    try:
        with loopback(always(http("200 OK"))) as server:
            call(FLAVOURS[0], server.url)
    finally:
        request_builder.user_agent.cache_clear()
    assert server.heard[0].header("User-Agent") == [f"pandocast-sdk python/{platform.python_version()}"]


@EVERY_FLAVOUR
@pytest.mark.parametrize(("method", "times"), [("GET", 3), ("POST", 1), ("DELETE", 1)])
def test_a_server_that_closes_after_reading_may_have_acted(flavour: str, method: str, times: int) -> None:
    with loopback(close_after_reading) as server, pytest.raises(APIConnectionError) as caught:
        call(flavour, server.url, method, max_retries=2)
    if brought.BROUGHT == "aiohttp" and method != "POST":
        times *= 2  # it sends methods that are idempotent once more by itself
    assert len(server.heard) == times
    assert caught.value.outcome_unknown is (method != "GET")


@EVERY_FLAVOUR
def test_a_server_that_is_not_there_was_certainly_not_asked(flavour: str) -> None:
    with pytest.raises(APIConnectionError, match="no connection could be made") as caught:
        call(flavour, f"http://127.0.0.1:{free_port()}", "POST")
    assert not caught.value.outcome_unknown


@EVERY_FLAVOUR
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_server_that_never_answers_times_out(flavour: str, method: str) -> None:
    with loopback(never_answer) as server, at_most(3), pytest.raises(APITimeoutError) as caught:
        call(flavour, server.url, method, timeout=0.2)
    assert caught.value.outcome_unknown is (method == "POST")


def drip_the_body(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    conversation.drip(b" " * 1000, every=0.02)


def drip_the_headers(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    conversation.drip(b"x" * 1000, every=0.02)


@EVERY_FLAVOUR
def test_a_body_that_drips_in_does_not_outlast_its_attempt(flavour: str) -> None:
    with loopback(drip_the_body) as server, at_most(3), pytest.raises(APITimeoutError):
        call(flavour, server.url, timeout=0.3)


@EVERY_FLAVOUR
def test_a_body_that_drips_in_does_not_outlast_the_deadline(flavour: str) -> None:
    with loopback(drip_the_body) as server, at_most(3), pytest.raises(DeadlineExceededError) as caught:
        call(flavour, server.url, "POST", deadline=0.3)
    assert caught.value.outcome_unknown


@pytest.mark.parametrize("flavour", [flavour for flavour in FLAVOURS if flavour != "sync"])
def test_headers_that_drip_in_do_not_outlast_their_attempt(flavour: str) -> None:
    """A blocking read cannot be looked at between two pieces of the headers; an awaiting one is cancelled."""
    with loopback(drip_the_headers) as server, at_most(3), pytest.raises(APITimeoutError) as caught:
        call(flavour, server.url, "POST", timeout=0.3)
    assert caught.value.outcome_unknown


@EVERY_FLAVOUR
def test_the_phases_of_an_attempt_share_its_time(flavour: str) -> None:
    def late_headers_and_no_body(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.wait(0.9)
        conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        conversation.hang()

    with loopback(late_headers_and_no_body) as server, at_most(1.8), pytest.raises(APITimeoutError):
        call(flavour, server.url, timeout=1.0)


@EVERY_FLAVOUR
def test_a_time_out_of_centuries_is_a_long_one(flavour: str) -> None:
    with loopback(always(http("200 OK"))) as server:
        assert call(flavour, server.url, timeout=1e12).status_code == 200


@EVERY_FLAVOUR
@pytest.mark.parametrize(
    "status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"]
)
def test_no_redirect_is_followed_whatever_the_given_client_says(flavour: str, status: str) -> None:
    with loopback(always(http("200 OK"))) as elsewhere:
        answer = always(http(status, b"", f"Location: {elsewhere.url}/things"))
        with loopback(answer) as server, pytest.raises(APIStatusError) as caught:
            call(flavour, server.url, "POST", json={}, given={"follow_redirects": True})
    assert caught.value.status_code == int(status[:3])
    assert caught.value.headers["Location"].startswith(elsewhere.url)
    assert len(server.heard) == 1
    assert elsewhere.connections == 0


def chunked(*pieces: bytes) -> bytes:
    framed = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + framed


PACKED = gzip.compress(b"packed", mtime=0)
SHAPES = {
    "chunked": (chunked(b'{"a"', b": 1}"), b'{"a": 1}'),
    "204": (http("204 No Content", b""), b""),
    "empty": (http("200 OK", b""), b""),
    "until the end": (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end", b"to the end"),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\nold", b"old"),
    "after early hints": (
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + http("200 OK", b"late"),
        b"late",
    ),
    "after continue": (b"HTTP/1.1 100 Continue\r\n\r\n" + http("200 OK", b"go on"), b"go on"),
    "gzip": (http("200 OK", PACKED, "Content-Encoding: gzip"), b"packed"),
    "X-GZIP": (http("200 OK", PACKED, "Content-Encoding: X-GZIP"), b"packed"),
    "not asked for": (http("200 OK", b"as it is", "Content-Encoding: deflate"), b"as it is"),
    "identity": (http("200 OK", b"as it is", "Content-Encoding: identity"), b"as it is"),
    "unheard of": (http("200 OK", b"as it is", "Content-Encoding: aws-chunked"), b"as it is"),
    "nothing, packed": (http("204 No Content", b"", "Content-Encoding: gzip"), b""),
}


@EVERY_FLAVOUR
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_an_answer_is_read(flavour: str, shape: str) -> None:
    response, content = SHAPES[shape]

    def answer_once(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.send(response)

    with loopback(answer_once) as server:
        assert call(flavour, server.url).content == content


@EVERY_FLAVOUR
def test_a_head_request_has_headers_and_no_body(flavour: str) -> None:
    response = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nContent-Encoding: gzip\r\nX-A: 1\r\n\r\n"
    with loopback(always(response)) as server:
        answer = call(flavour, server.url, "HEAD")
    assert (answer.status_code, answer.content, answer.headers["x-a"]) == (200, b"", "1")


BROKEN = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nno number\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal",
    b"HTTP/1.1 200 OK\r\nX-Huge: " + b"x" * 200_000 + b"\r\n\r\n",
    b"HTTP/1.1 20 OK\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.6\r\n",
    b"\x00\xff\x00",
    b"",
    http("200 OK", b"not packed", "Content-Encoding: gzip"),
    http("200 OK", gzip.compress(b"packed", mtime=0)[:-4], "Content-Encoding: gzip"),
]


@EVERY_FLAVOUR
@pytest.mark.parametrize("response", BROKEN, ids=range(len(BROKEN)))
def test_an_answer_that_is_broken_leaves_the_outcome_open(flavour: str, response: bytes) -> None:
    def answer_once(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.send(response)

    with loopback(answer_once) as server, pytest.raises(APIConnectionError) as caught:
        call(flavour, server.url, "POST", json={})
    assert caught.value.outcome_unknown
    assert len(server.heard) == 1


BOMB = gzip.compress(bytes(3_000_000), mtime=0)


@EVERY_FLAVOUR
@pytest.mark.parametrize(
    "response",
    [
        http("200 OK", BOMB, "Content-Encoding: gzip"),
        http("200 OK", bytes(3_000_000)),
        chunked(*[bytes(100_000)] * 30),
    ],
    ids=["gzip", "plain", "chunked"],
)
def test_an_answer_larger_than_any_answer_is_not_read_to_its_end(
    flavour: str, response: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "LARGEST_BODY", 1_000_000)
    with (
        loopback(always(response)) as server,
        pytest.raises(ResponseValidationError, match="larger than") as caught,
    ):
        call(flavour, server.url, "POST")
    assert caught.value.outcome_unknown


@EVERY_FLAVOUR
def test_codings_on_top_of_each_other_are_left_packed(flavour: str) -> None:
    packed = gzip.compress(BOMB)
    with loopback(always(http("200 OK", packed, "Content-Encoding: gzip, gzip"))) as server:
        assert call(flavour, server.url).content == packed


@EVERY_FLAVOUR
def test_what_a_given_client_would_add_is_left_out(flavour: str) -> None:
    """Its defaults are for other services: only its transport, and its hooks, are used."""
    hooked: list[str] = []

    def read_all(response: httpx.Response) -> None:
        hooked.append(response.read().decode())

    async def read_all_async(response: httpx.Response) -> None:
        hooked.append((await response.aread()).decode())

    given = {
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
            assert call(flavour, server.url, given=given).json() == {"a": 1}
    assert hooked == ['{"a": 1}'] * 2
    for heard in server.heard:
        assert heard.target == "/api/v1/things"
        assert heard.header("Authorization") == [f"Bearer {KEY}"]
        assert heard.header("X-Default") == heard.header("Cookie") == []


@EVERY_FLAVOUR
@pytest.mark.parametrize(("method", "body"), [("GET", None), ("POST", None), ("POST", {"b": "ü"})])
def test_a_hook_sees_the_whole_request_and_may_add_to_it(
    flavour: str, method: str, body: dict[str, object] | None
) -> None:
    seen: list[bytes] = []

    def look(request: httpx.Request) -> None:
        seen.extend([request.content, request.read(), request.content])
        request.headers["X-Added"] = "ü"

    async def look_async(request: httpx.Request) -> None:
        look(request)

    given = {"event_hooks": {"request": [look if flavour == "sync" else look_async]}}
    with loopback(always(http("200 OK", b"{}"))) as server:
        for _ in range(2):
            call(flavour, server.url, method, json=body, given=given)
    sent = b"" if body is None else '{"b":"ü"}'.encode()
    assert seen == [sent] * 6
    for heard in server.heard:
        assert (heard.body, heard.header("X-Added")) == (sent, ["ü".encode().decode("latin-1")])
        assert heard.header("Content-Length") == ([] if method == "GET" else [str(len(sent))])


@EVERY_FLAVOUR
def test_a_transport_that_has_read_the_body_will_do(flavour: str) -> None:
    def respond(_request: httpx.Request) -> object:
        packed = gzip.compress(b'{"a": 1}')
        return brought.library.Response(200, content=packed, headers={"Content-Encoding": "gzip"})

    given = {"transport": brought.library.MockTransport(respond)}
    assert call(flavour, "https://api.example", given=given).json() == {"a": 1}


@pytest.mark.skipif(bool(brought.BROUGHT), reason="respx knows only httpx's own connections")
@EVERY_FLAVOUR
def test_users_may_mock_the_wire_with_respx(flavour: str) -> None:
    with respx.mock(base_url="https://api.example") as wire:
        route = wire.post("/things").respond(201, json={"a": 1}, headers={"X-A": "1"})
        wire.get("/things").mock(side_effect=httpx.ReadTimeout)
        answer = call(flavour, "https://api.example", "POST", json={"b": 2})
        with pytest.raises(APITimeoutError):
            call(flavour, "https://api.example")
    assert (answer.status_code, answer.json(), answer.headers["x-a"]) == (201, {"a": 1}, "1")
    assert route.calls.last.request.content == b'{"b":2}'


@EVERY_FLAVOUR
def test_an_address_that_no_request_can_have_is_a_mistake_of_the_caller(flavour: str) -> None:
    with (
        loopback(always(http("200 OK"))) as server,
        pytest.raises(ValueError, match="no request can have this address") as caught,
    ):
        call(flavour, server.url, path="/" + "x" * 70_000)
    assert not isinstance(caught.value, PandocastError)
    assert server.heard == []


@EVERY_FLAVOUR
def test_the_cause_of_an_error_holds_no_credentials(flavour: str) -> None:
    with loopback(close_after_reading) as server, pytest.raises(APIConnectionError) as caught:
        call(flavour, server.url)
    cause = caught.value.__cause__
    assert isinstance(cause, brought.library.RemoteProtocolError)
    assert str(cause.request.url) == f"{server.url}/things"
    assert "authorization" not in cause.request.headers


def test_connections_are_kept_and_used_again() -> None:
    with loopback(always(http("200 OK"))) as server, Pandocast(api_key=KEY, base_url=server.url) as client:
        for _ in range(5):
            client.request("GET", "/things")
        with client.with_options(max_retries=0) as copy:
            copy.request("GET", "/things")
        assert server.connections == 1
        client.request("GET", "/things")
    assert server.connections == 1
    assert server.all_closed()


@EVERY_FLAVOUR
def test_a_kept_connection_that_the_server_has_closed_is_not_written_to(flavour: str) -> None:
    """A write that met one would have an unknown outcome, and need not have met it."""

    def close_without_a_word(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.send(http("200 OK"))

    async def writing(url: str) -> None:
        async with AsyncPandocast(api_key=KEY, base_url=url) as client:
            for _ in range(3):
                await client.request("POST", "/things")
                assert server.all_closed()

    with loopback(close_without_a_word) as server:
        if flavour == "sync":
            with Pandocast(api_key=KEY, base_url=server.url) as client:
                for _ in range(3):
                    client.request("POST", "/things")
                    assert server.all_closed()
        else:
            anyio.run(writing, server.url, backend=flavour)
    assert server.connections == 3


def test_the_time_left_reads_like_a_dictionary_of_time_outs() -> None:
    left = _TimeLeft(time.monotonic() + 5)
    assert set(dict(left)) == {"connect", "read", "write", "pool"}
    assert all(4 < seconds <= 5 for seconds in left.values())
    assert len(left) == 4
    assert left.get("sleep") is None
    assert _TimeLeft(0.0)["read"] == 0.001, "zero would mean no end"


def test_a_full_pool_is_not_the_servers_fault() -> None:
    began = Event()

    def answer_late(conversation: Conversation) -> None:
        conversation.read_request()
        began.set()
        conversation.wait(1.0)
        conversation.send(http("200 OK"))

    limits = httpx.Limits(max_connections=1)
    with (
        loopback(answer_late) as server,
        httpx.Client(limits=limits) as given,
        Pandocast(api_key=KEY, base_url=server.url, rate_limit=NO_LIMIT, http_client=given) as client,
    ):
        thread = Thread(target=client.request, args=("GET", "/things"))
        thread.start()
        assert began.wait(5)
        with at_most(0.9), pytest.raises(PoolTimeoutError) as caught:
            client.with_options(timeout=0.1).request("POST", "/things")
        thread.join()
    assert not caught.value.outcome_unknown
    assert len(server.heard) == 1
