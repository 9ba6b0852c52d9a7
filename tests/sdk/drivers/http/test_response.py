"""Responses of every form: complete, broken, too large, and redirects."""

import gzip

import pytest
from support.loopback import FLAVOURS, Conversation, always, call, http, loopback

from pandocast_sdk import APIConnectionError, APIStatusError, ResponseValidationError
from pandocast_sdk._drivers.http import body

EVERY_FLAVOUR = pytest.mark.parametrize("flavour", FLAVOURS)


@EVERY_FLAVOUR
@pytest.mark.parametrize(
    "status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"]
)
def test_a_redirect_is_not_followed_whatever_the_callers_client_does(flavour: str, status: str) -> None:
    with loopback(always(http("200 OK"))) as elsewhere:
        redirect = always(http(status, b"", f"Location: {elsewhere.url}/things"))
        with loopback(redirect) as server, pytest.raises(APIStatusError) as caught:
            call(flavour, server.url, "POST", json={}, http_client={"follow_redirects": True})
    assert caught.value.status_code == int(status[:3])
    assert caught.value.headers["Location"].startswith(elsewhere.url)
    assert len(server.requests) == 1
    assert elsewhere.connections == 0


def chunked(*pieces: bytes) -> bytes:
    framed = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + framed


ENCODED = gzip.compress(b"packed", mtime=0)
FORMS = {
    "chunked": (chunked(b'{"a"', b": 1}"), b'{"a": 1}'),
    "204": (http("204 No Content", b""), b""),
    "empty": (http("200 OK", b""), b""),
    "until the connection closes": (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end", b"to the end"),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\nold", b"old"),
    "after early hints": (
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + http("200 OK", b"late"),
        b"late",
    ),
    "after continue": (b"HTTP/1.1 100 Continue\r\n\r\n" + http("200 OK", b"go on"), b"go on"),
    "gzip": (http("200 OK", ENCODED, "Content-Encoding: gzip"), b"packed"),
    "X-GZIP": (http("200 OK", ENCODED, "Content-Encoding: X-GZIP"), b"packed"),
    "not accepted": (http("200 OK", b"as it is", "Content-Encoding: deflate"), b"as it is"),
    "identity": (http("200 OK", b"as it is", "Content-Encoding: identity"), b"as it is"),
    "unknown": (http("200 OK", b"as it is", "Content-Encoding: aws-chunked"), b"as it is"),
    "empty, gzip": (http("204 No Content", b"", "Content-Encoding: gzip"), b""),
}


@EVERY_FLAVOUR
@pytest.mark.parametrize("form", FORMS)
def test_a_response_of_every_form_is_read(flavour: str, form: str) -> None:
    response, content = FORMS[form]

    def respond_once(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.send(response)

    with loopback(respond_once) as server:
        assert call(flavour, server.url).content == content


@EVERY_FLAVOUR
def test_a_response_to_head_has_headers_and_no_body(flavour: str) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nContent-Encoding: gzip\r\nX-A: 1\r\n\r\n"
    with loopback(always(head)) as server:
        response = call(flavour, server.url, "HEAD")
    assert (response.status_code, response.content, response.headers["x-a"]) == (200, b"", "1")


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
def test_a_broken_response_leaves_the_outcome_unknown(flavour: str, response: bytes) -> None:
    def respond_once(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.send(response)

    with loopback(respond_once) as server, pytest.raises(APIConnectionError) as caught:
        call(flavour, server.url, "POST", json={})
    assert caught.value.outcome_unknown
    assert len(server.requests) == 1


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
def test_a_response_larger_than_the_limit_is_not_read_to_its_end(
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
def test_a_body_that_is_encoded_twice_is_left_encoded(flavour: str) -> None:
    encoded = gzip.compress(BOMB)
    with loopback(always(http("200 OK", encoded, "Content-Encoding: gzip, gzip"))) as server:
        assert call(flavour, server.url).content == encoded
