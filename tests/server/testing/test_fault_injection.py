"""What a fault does to a request, over a real connection."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from attrs import define, field
from starlette.types import Message, Receive, Scope, Send

from pandocast_server.serving import HttpServer, listen
from pandocast_server.testing.faults import FaultInjection, Faults
from pandocast_server.testing.requests import Journal
from pandocast_server.testing.server_thread import ServerThread


@define
class Rig:
    """A server whose only handler counts its calls, with faults around it."""

    url: str
    port: int
    faults: Faults
    journal: Journal
    bodies: list[bytes] = field(factory=list[bytes])
    release: Callable[[], None] = field(init=False)

    async def handler(self, _scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message: Message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            more = message["more_body"]
        self.bodies.append(body)
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"4")]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": b"done"})


@pytest.fixture
def rig() -> Iterator[Rig]:
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    rig = Rig(f"http://127.0.0.1:{port}/api/v1", port, Faults(), Journal())
    injection = FaultInjection(rig.handler, rig.faults)
    rig.release = lambda: thread.call_soon(rig.faults.release)
    thread = ServerThread(HttpServer(rig.journal.recording(injection), grace=0), listener, [])
    thread.start()
    yield rig
    rig.release()
    thread.stop()


@pytest.fixture
def client(rig: Rig) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=rig.url, trust_env=False, timeout=60) as client:
        yield client


def test_without_a_fault_the_handler_answers(rig: Rig, client: httpx.Client) -> None:
    response = client.post("/content/upload", content=b"text")
    assert (response.status_code, response.text) == (201, "done")
    assert "x-pandocast-fault" not in response.headers


@pytest.mark.parametrize("size", [0, 10, 5_000_000])
def test_a_status_comes_instead_of_the_handler_whatever_the_body_weighs(
    rig: Rig, client: httpx.Client, size: int
) -> None:
    rig.faults.add("POST", "/content/upload", status=503, retry_after=7)
    response = client.post("/content/upload", content=b"x" * size)
    assert response.json() == {
        "error": "This fault was injected",
        "code": "service_unavailable",
        "status": 503,
    }
    assert response.headers["retry-after"] == "7"
    assert response.headers["x-pandocast-fault"] == "1"
    assert rig.bodies == []
    assert client.post("/content/upload", content=b"again").status_code == 201


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_that_has_no_body_gets_none(rig: Rig, client: httpx.Client, status: int) -> None:
    rig.faults.add("GET", "/content", status=status)
    response = client.get("/content")
    assert (response.status_code, response.content) == (status, b"")
    assert client.get("/content").status_code == 201


@pytest.mark.parametrize("size", [0, 10, 5_000_000])
def test_a_drop_closes_the_connection_without_an_answer(rig: Rig, client: httpx.Client, size: int) -> None:
    rig.faults.add("POST", "/content/upload", drop=True)
    with pytest.raises(httpx.RemoteProtocolError, match="disconnected without sending a response"):
        client.post("/content/upload", content=b"x" * size)
    assert rig.bodies == []
    assert [request.status for request in rig.journal.received()] == [None]


def test_a_drop_touches_no_other_connection(rig: Rig, client: httpx.Client) -> None:
    rig.faults.add("GET", "/other", drop=True)
    assert client.get("/content").status_code == 201
    with pytest.raises(httpx.RemoteProtocolError), httpx.Client(base_url=rig.url, trust_env=False) as other:
        other.get("/other")
    assert client.get("/content").status_code == 201
    assert len(rig.journal.received()) == 3


def test_after_commit_the_work_is_done_and_the_answer_is_lost(rig: Rig, client: httpx.Client) -> None:
    rig.faults.add("POST", "/content/upload", status=500, after_commit=True)
    assert client.post("/content/upload", content=b"kept").status_code == 500
    assert rig.bodies == [b"kept"]


def test_after_commit_the_connection_can_be_dropped(rig: Rig, client: httpx.Client) -> None:
    rig.faults.add("POST", "/content/upload", drop=True, after_commit=True)
    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/content/upload", content=b"kept")
    assert rig.bodies == [b"kept"]


@pytest.mark.parametrize("after_commit", [False, True])
def test_a_delay_alone_lets_the_true_answer_follow(
    rig: Rig, client: httpx.Client, *, after_commit: bool
) -> None:
    rig.faults.add("GET", "/content", delay=0.05, after_commit=after_commit)
    started = time.monotonic()
    response = client.get("/content")
    assert time.monotonic() - started >= 0.05
    assert (response.status_code, response.text) == (201, "done")


def test_a_delay_longer_than_the_client_waits_is_a_timeout_and_the_work_is_done_all_the_same(
    rig: Rig, client: httpx.Client
) -> None:
    rig.faults.add("POST", "/content/upload", delay=60, after_commit=True)
    with pytest.raises(httpx.ReadTimeout):
        client.post("/content/upload", content=b"kept", timeout=httpx.Timeout(60, read=0.1))
    while not rig.bodies:  # a server that is short of time comes to it later
        time.sleep(0.001)
    assert rig.bodies == [b"kept"]


def test_requests_that_a_delay_holds_back_are_dropped_when_released(rig: Rig) -> None:
    rig.faults.add("GET", "/content", delay=600)
    with ThreadPoolExecutor(1) as pool, socket.create_connection(("127.0.0.1", rig.port)) as connection:
        connection.sendall(b"GET /api/v1/content HTTP/1.1\r\nhost: x\r\n\r\n")
        answer = pool.submit(connection.recv, 100)
        while rig.faults.waiting:
            time.sleep(0.001)
        rig.release()
        assert answer.result(timeout=60) == b""
