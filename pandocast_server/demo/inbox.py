"""What an application of the user's would have: a webhook endpoint, and a feed that is served."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Condition, Thread

from attrs import frozen

from pandocast_sdk import WebhookPayloadError, WebhookVerificationError
from pandocast_sdk.webhooks import Event, Webhook

_LARGEST_BODY = 1024 * 1024
_SECONDS_FOR_A_REQUEST = 10
_POLL_SECONDS = 0.02

Headers = list[tuple[str, str]]


@frozen
class Received:
    """A delivery whose signature was good."""

    event: Event
    delivery_id: str | None


class Inbox:
    """Takes webhooks, each verified by the SDK."""

    def __init__(self, webhook: Webhook, on_arrival: Callable[[Received], None]) -> None:
        """Make an inbox.

        Args:
            webhook: Verifies.
            on_arrival: Called with each verified delivery, in the thread that received it.
        """
        self._webhook = webhook
        self._on_arrival = on_arrival
        self._changed = Condition()
        self._received: list[Received] = []

    @property
    def received(self) -> list[Received]:
        """The verified deliveries so far, in the order of their arrival."""
        with self._changed:
            return list(self._received)

    def wait_for(self, event_type: str, *, count: int = 1, timeout: float) -> None:
        """Wait until `count` verified deliveries of one type have arrived since the beginning.

        Raises:
            TimeoutError: They had not after `timeout` seconds.
        """

        def have_arrived() -> bool:
            return sum(one.event.event == event_type for one in self._received) >= count

        with self._changed:
            if not self._changed.wait_for(have_arrived, timeout):
                raise TimeoutError(f"no webhook {event_type} arrived within {timeout:g} seconds")

    def take(self, body: bytes, headers: Headers) -> tuple[int, bytes]:
        """Judge one delivery, and return the status and the sentence to respond with."""
        try:
            event = self._webhook.unwrap(body, headers)
        except WebhookVerificationError as error:
            return (400 if isinstance(error, WebhookPayloadError) else 401), str(error).encode()
        received = Received(event, Webhook.delivery_id(headers))
        # Shown before it is counted: whoever waits for it finds it on the screen. Counted in any case.
        try:
            self._on_arrival(received)
        finally:
            with self._changed:
                self._received.append(received)
                self._changed.notify_all()
        return 200, b"thank you"


@contextmanager
def serving(method: str, path: str, respond: Callable[[bytes, Headers], tuple[int, bytes]]) -> Generator[str]:
    """Serve one path on a free loopback port for as long as the block runs, and yield its URL.

    Raises:
        OSError: There is no free port.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = _SECONDS_FOR_A_REQUEST

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's word
            """Log nothing: what matters is on the screen."""

        def handle_request(self) -> None:
            length = self.headers.get("Content-Length") or "0"
            if self.path != path:
                status, body = 404, b"it is elsewhere"
            elif not (length.isascii() and length.isdigit() and int(length) <= _LARGEST_BODY):
                status, body = 413, b"no delivery is that large"
            else:
                status, body = respond(self.rfile.read(int(length)), self.headers.items())
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    setattr(Handler, f"do_{method}", Handler.handle_request)
    server = _Server(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{path}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingTCPServer):
    # Not http.server's own class, which asks the name service who this machine is; that can take seconds.
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a connection that broke: it is its client's affair."""
