"""A bare server on loopback that misbehaves as a test scripts it, and one way to call it from each client."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import trio
from support import caller_clients
from tenacity.wait import wait_none

from pandocast_sdk import AsyncPandocast, Pandocast, Response
from pandocast_sdk.options import RateLimitPolicy

KEY = "pk_test_loopback_s3cret"
FLAVOURS = caller_clients.FLAVOURS
NO_LIMIT = RateLimitPolicy("off")


@dataclass
class ReceivedRequest:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> list[str]:
        return [value for received, value in self.headers if received.lower() == name.lower()]


@dataclass
class Conversation:
    """One connection, from the server's side."""

    server: "Loopback"
    stream: socket.socket
    left_over: bytes = b""

    def read_request(self) -> ReceivedRequest | None:
        """Read the next request; None when the client has closed the connection."""
        head = self.left_over
        while b"\r\n\r\n" not in head:
            piece = self.stream.recv(65536)
            if not piece:
                return None
            head += piece
        head, body = head.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = [(name, value.strip()) for name, value in (line.split(":", 1) for line in lines)]
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        while len(body) < length:
            body += self.stream.recv(65536)
        request = ReceivedRequest(method, target, headers, body[:length])
        self.left_over = body[length:]
        self.server.requests.append(request)
        return request

    def send(self, data: bytes) -> None:
        self.stream.sendall(data)

    def drip(self, data: bytes, *, every: float) -> None:
        """Send byte after byte, until the client has gone or the server stops."""
        for number in range(len(data)):
            self.send(data[number : number + 1])
            if self.server.stopping.wait(every):
                return

    def wait(self, seconds: float) -> None:
        self.server.stopping.wait(seconds)

    def hang(self) -> None:
        """Send nothing more until the client closes the connection or the server stops."""
        self.stream.settimeout(0.05)
        while not self.server.stopping.is_set():
            with suppress(TimeoutError):
                if not self.stream.recv(65536):
                    return


Script = Callable[[Conversation], None]


@dataclass
class Loopback:
    """A running server, and the requests and connections that it has had so far."""

    listener: socket.socket
    url: str
    requests: list[ReceivedRequest] = field(default_factory=list)
    connections: int = 0
    open_connections: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)
    closed: threading.Condition = field(default_factory=threading.Condition)

    def all_closed(self, within: float = 20.0) -> bool:
        """Wait until no connection is open any more; return whether that came about in time."""
        with self.closed:
            return self.closed.wait_for(lambda: self.open_connections == 0, within)

    def serve(self, script: Script) -> None:
        threads, streams = [], []
        while not self.stopping.is_set():
            with suppress(TimeoutError):
                stream, _ = self.listener.accept()
                streams.append(stream)
                threads.append(threading.Thread(target=self._converse, args=(stream, script)))
                with self.closed:
                    self.connections += 1
                    self.open_connections += 1
                threads[-1].start()
        for stream in streams:
            with suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()

    def _converse(self, stream: socket.socket, script: Script) -> None:
        try:
            with stream, suppress(OSError):
                stream.settimeout(20)
                script(Conversation(self, stream))
        finally:
            with self.closed:
                self.open_connections -= 1
                self.closed.notify_all()


@contextmanager
def loopback(script: Script, host: str = "127.0.0.1") -> Iterator[Loopback]:
    """Run a server on a free port; `script` serves every connection, each in a thread of its own."""
    with socket.create_server((host, 0), backlog=128) as listener:
        listener.settimeout(0.02)
        server = Loopback(listener, f"http://{host}:{listener.getsockname()[1]}/api/v1")
        thread = threading.Thread(target=server.serve, args=(script,))
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            thread.join()


def http(status: str, body: bytes = b"{}", *headers: str) -> bytes:
    """Write a response with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def always(response: bytes) -> Script:
    """Return a script that sends the same response to every request."""

    def script(conversation: Conversation) -> None:
        while conversation.read_request():
            conversation.send(response)

    return script


def close_after_reading(conversation: Conversation) -> None:
    """Read one request, and close the connection without a response."""
    conversation.read_request()


def never_respond(conversation: Conversation) -> None:
    """Read one request, and send nothing."""
    conversation.read_request()
    conversation.hang()


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def call(
    flavour: str,
    url: str,
    method: str = "GET",
    path: str = "/things",
    *,
    json: dict[str, object] | None = None,
    timeout: float = 20.0,
    deadline: float | None = None,
    max_retries: int = 0,
    allow_http: bool = False,
    http_client: Mapping[str, Any] | None = None,
) -> Response:
    """Make one call with a client of its own; `http_client` has the arguments of a caller's HTTP client."""
    options: dict[str, Any] = {
        "timeout": timeout,
        "deadline": deadline,
        "max_retries": max_retries,
        "rate_limit": NO_LIMIT,
        "backoff": wait_none(),
        "allow_http": allow_http,
    }

    def sync_call() -> Response:
        with ExitStack() as stack:
            own = stack.enter_context(caller_clients.sync_client(http_client))
            client = Pandocast(api_key=KEY, base_url=url, http_client=own, **options)
            return stack.enter_context(client).request(method, path, json=json)

    async def async_call() -> Response:
        async with AsyncExitStack() as stack:
            own = await stack.enter_async_context(caller_clients.async_client(http_client))
            client = AsyncPandocast(api_key=KEY, base_url=url, http_client=own, **options)
            return await (await stack.enter_async_context(client)).request(method, path, json=json)

    if flavour == "sync":
        return sync_call()
    return trio.run(async_call) if flavour == "trio" else asyncio.run(async_call())
