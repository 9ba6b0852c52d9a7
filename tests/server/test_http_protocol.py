"""Clients that are silent, slow or confused, over raw sockets."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from pandocast_server.serving import HttpServer, listen
from pandocast_server.testing.server_thread import ServerThread

HEADER = b"POST /upload HTTP/1.1\r\nHost: a\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


async def refuse_or_read(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse at once where the path says so, else read the body first."""
    while scope["path"] != "/refused":
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        if not message.get("more_body"):
            break
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


@contextmanager
def serving(client_seconds: float) -> Iterator[int]:
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    thread = ServerThread(HttpServer(refuse_or_read, grace=0, client_seconds=client_seconds), listener, ())
    thread.start()
    yield port
    thread.stop()


@pytest.fixture(scope="module")
def impatient() -> Iterator[int]:
    """A port whose clients have next to no time."""
    with serving(0.05) as port:
        yield port


@pytest.fixture(scope="module")
def patient() -> Iterator[int]:
    """A port whose clients have as much time as a test takes."""
    with serving(60) as port:
        yield port


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def until_closed(connection: socket.socket) -> bytes:
    received = bytearray()
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return bytes(received)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST /up",
        HEADER,
        HEADER + b"Content-Length: 9\r\n\r\nhalf",
        HEADER + CHUNKED + b"\r\n5\r\nab",
    ],
    ids=["nothing", "half a line", "half a header", "half a body", "half a chunk"],
)
def test_a_client_that_stops_halfway_is_left(impatient: int, sent: bytes) -> None:
    with connected(impatient) as connection:
        connection.sendall(sent)
        assert until_closed(connection) == b""


def test_half_a_body_is_given_up_after_the_response_too(impatient: int) -> None:
    with connected(impatient) as connection:
        connection.sendall(b"POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
        assert until_closed(connection).startswith(b"HTTP/1.1 200")


def test_half_a_header_is_given_up_on_a_connection_that_has_served(impatient: int) -> None:
    with connected(impatient) as connection:
        connection.sendall(b"GET /refused HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        connection.sendall(b"GET /")
        assert until_closed(connection) == b""


def test_a_connection_that_has_served_may_be_idle(impatient: int) -> None:
    with connected(impatient) as served, connected(impatient) as silent:
        for _ in range(2):
            served.sendall(b"GET /refused HTTP/1.1\r\nHost: a\r\n\r\n")
            assert served.recv(65536).startswith(b"HTTP/1.1 200")
            until_closed(silent)  # at least its time has passed


@pytest.mark.parametrize("method", [b"POST", b"HEAD"])
@pytest.mark.parametrize("expect", [b"", b"Expect: 100-continue\r\n"])
@pytest.mark.parametrize("path", [b"/refused", b"/upload"])
def test_a_bad_chunk_is_answered_at_most_once(
    patient: int, caplog: pytest.LogCaptureFixture, path: bytes, expect: bytes, method: bytes
) -> None:
    with connected(patient) as connection:
        connection.sendall(method + b" " + path + b" HTTP/1.1\r\nHost: a\r\n" + expect + CHUNKED + b"\r\n")
        answered = connection.recv(65536) if path == b"/refused" or expect else b""
        connection.sendall(b"zz\r\nno chunk\r\n")
        answered += until_closed(connection)
    final = [
        line for line in answered.split(b"\r\n") if line.startswith(b"HTTP/1.1 ") and b" 100 " not in line
    ]
    assert len(final) == 1
    assert final[0].split()[1] == (b"200" if path == b"/refused" else b"400")
    assert [record.levelname for record in caplog.records if record.levelno > logging.WARNING] == []


_PIECES = (
    *(
        HEADER,
        CHUNKED,
        b"GET /refused HTTP/1.1\r\nHost: a\r\n",
        b"HEAD / HTTP/1.0\r\n",
        b"Expect: 100-continue\r\n",
    ),
    *(
        b"Content-Length: 5\r\n",
        b"Connection: close\r\n",
        b"zz\r\n",
        b"5\r\nabcde\r\n",
        b"0\r\n\r\n",
        b"\0",
    ),
)


@settings(max_examples=50)
@given(st.lists(st.lists(st.sampled_from(_PIECES), min_size=1).map(b"".join), min_size=1, max_size=4))
def test_odd_http_leaves_no_traceback(patient: int, sent: list[bytes]) -> None:
    records: list[logging.LogRecord] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = records.append  # type: ignore[assignment]  # all that it is for
    logging.getLogger().addHandler(handler)
    try:
        with connected(patient) as connection:
            try:
                for piece in sent:
                    connection.sendall(piece)
                connection.shutdown(socket.SHUT_WR)
                until_closed(connection)
            except OSError:
                pass  # it has been closed before all was sent
    finally:
        logging.getLogger().removeHandler(handler)
    assert [record.getMessage() for record in records] == []
