"""Running an application beside its workers, and how both end."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from pandocast_server.serving import HttpServer, listen
from pandocast_server.testing.server_thread import ServerThread
from pandocast_server.work.worker import Worker


async def hello(scope: Scope, _receive: Receive, send: Send) -> None:
    assert scope["type"] == "http"  # neither lifespan nor WebSocket
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


class Clockwork(Worker):
    """A worker that notes what happens to it, and dies when it is told to."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.stopped = asyncio.Event()
        self.dying = asyncio.Event()

    async def run(self) -> None:
        self.log.append("run")
        ends = [asyncio.ensure_future(event.wait()) for event in (self.stopped, self.dying)]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        if self.dying.is_set():
            raise ZeroDivisionError("the spring broke")

    def stop(self, grace: float = 0) -> None:
        self.log.append(f"stop {grace}")
        self.stopped.set()


def started(app: ASGIApp, workers: Sequence[Worker] = (), *, grace: int = 0) -> tuple[ServerThread, str]:
    listener = listen("127.0.0.1", 0)
    thread = ServerThread(HttpServer(app, grace=grace), listener, workers)
    thread.start()
    return thread, f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def running(app: ASGIApp, workers: Sequence[Worker] = (), *, grace: int = 0) -> Iterator[str]:
    thread, url = started(app, workers, grace=grace)
    yield url
    thread.stop()


def test_the_server_adds_no_header_of_its_own() -> None:
    with running(hello) as url:
        response = httpx.get(url, trust_env=False)
    assert (response.text, dict(response.headers)) == ("hello", {"content-length": "5"})


def test_an_address_that_a_proxy_names_is_not_believed() -> None:
    clients: list[str] = []

    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        clients.append(scope["client"][0])
        await hello(scope, receive, send)

    with running(note) as url:
        httpx.get(url, headers={"X-Forwarded-For": "203.0.113.9"}, trust_env=False)
    assert clients == ["127.0.0.1"]


def test_an_upgrade_to_websocket_is_answered_as_plain_http() -> None:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "x",
        "Sec-WebSocket-Version": "13",
    }
    with running(hello) as url:
        assert httpx.get(url, headers=headers, trust_env=False).text == "hello"


def test_workers_run_beside_the_requests_and_get_the_same_grace() -> None:
    workers = [Clockwork(), Clockwork()]
    with running(hello, workers, grace=3) as url:
        assert httpx.get(url, trust_env=False).status_code == 200
        assert [worker.log for worker in workers] == [["run"], ["run"]]
    assert [worker.log for worker in workers] == [["run", "stop 3"], ["run", "stop 3"]]


def test_a_worker_that_dies_takes_the_server_with_it() -> None:
    worker, other = Clockwork(), Clockwork()
    thread, url = started(hello, [worker, other])
    thread.call_soon(worker.dying.set)
    with pytest.raises(RuntimeError, match="stopped"):
        thread.run(asyncio.sleep(60))
    with pytest.raises(ZeroDivisionError, match="spring"):
        thread.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)
    thread.call_soon(worker.dying.set)  # nobody is there any more
    assert other.log == ["run", "stop 0"]


def test_a_burst_of_clients_is_served() -> None:
    answers: list[str] = []

    def ask(url: str) -> None:
        answers.append(httpx.get(url, trust_env=False).text)

    with running(hello) as url:
        threads = [threading.Thread(target=ask, args=(url,)) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == ["hello"] * 40


def test_without_grace_a_request_that_never_ends_is_cut_off() -> None:
    begun = threading.Event()

    async def read_to_end(_scope: Scope, receive: Receive, _send: Send) -> None:
        begun.set()
        while (await receive()).get("more_body", False):
            continue

    with running(read_to_end) as url:
        connection = socket.create_connection(("127.0.0.1", httpx.URL(url).port or 0))
        connection.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n")
        assert begun.wait(timeout=60)
    with connection:
        connection.settimeout(60)
        assert connection.recv(100) == b""


def test_a_taken_port_is_an_os_error() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", taken.getsockname()[1])


def test_answers_are_sent_without_waiting_for_acknowledgements() -> None:
    """Accepted connections inherit it; without it each answer takes 40 ms longer."""
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
