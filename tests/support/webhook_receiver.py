"""A receiver of webhooks in a thread of its own: it responds with a status, at once or once it may."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from attrs import define, field


@define
class Receiver:
    """What was received, and how to respond.

    Attributes:
        url: Where it listens.
        status: The status of its responses.
        bodies: The bodies received, in order.
        headers: Their headers, names in lower case.
        hold: While it is cleared, responses wait.
        arrived: Set by the first request.
    """

    url: str
    status: int = 204
    bodies: list[bytes] = field(factory=list[bytes])
    headers: list[dict[str, str]] = field(factory=list[dict[str, str]])
    hold: Event = field(factory=Event)
    arrived: Event = field(factory=Event)


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.bodies.append(self.rfile.read(int(self.headers["content-length"])))
            receiver.headers.append({name.lower(): value for name, value in self.headers.items()})
            receiver.arrived.set()
            receiver.hold.wait()
            self.send_response(receiver.status)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
        receiver.hold.set()
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield receiver
        receiver.hold.set()
        server.shutdown()
        thread.join()
