"""Over a real socket: a client that sends everything before it reads still gets its answer."""

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.in_process import Api, open_api

from pandocast_server.json_body import MAX_BYTES
from pandocast_server.serving import HttpServer, listen
from pandocast_server.testing.server_thread import ServerThread

LARGE = b" " * (MAX_BYTES + 8 * 1024 * 1024)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Api, int]]:
    with open_api(tmp_path) as api:
        listener = listen("127.0.0.1", 0)
        port = listener.getsockname()[1]
        thread = ServerThread(HttpServer(api.app, grace=0), listener, [])
        thread.start()
        yield api, port
        thread.stop()


def post(port: int, key: str, *, chunked: bool, connection: str = "keep-alive") -> int:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {key}", "Connection": connection}
    pieces = (LARGE[start : start + 65_536] for start in range(0, len(LARGE), 65_536))
    if not chunked:
        headers["Content-Length"] = str(len(LARGE))
    client.request("POST", "/api/v1/content/upload", body=pieces, headers=headers, encode_chunked=chunked)
    answer = client.getresponse()
    answer.read()
    client.close()
    return answer.status


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_answered_and_not_reset(served: tuple[Api, int], chunked: bool) -> None:  # noqa: FBT001 - a table
    api, port = served
    assert post(port, api.key, chunked=chunked) == 413


def test_a_refusal_that_reads_no_body_is_answered_too(served: tuple[Api, int]) -> None:
    _, port = served
    assert post(port, "wrong", chunked=False, connection="close") == 401


@pytest.mark.parametrize("expects", ["", "Expect: 100-continue\r\n"])
def test_a_declared_length_is_refused_before_the_body_comes(served: tuple[Api, int], expects: str) -> None:
    api, port = served
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(
            f"POST /api/v1/content/upload HTTP/1.1\r\nHost: server\r\nAuthorization: Bearer {api.key}\r\n"
            f"{expects}Content-Length: {len(LARGE)}\r\n\r\n".encode()
        )
        head = connection.recv(65_536)
        assert head.startswith(b"HTTP/1.1 413 ")
        assert b"\r\nconnection: close\r\n" in head.lower()
