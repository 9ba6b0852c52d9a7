"""Small web servers of the demo's own, on loopback."""

from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Thread

SECONDS_FOR_A_REQUEST = 10

_HOST = "127.0.0.1"
_POLL_SECONDS = 0.02


class LoopbackServer(ThreadingTCPServer):
    """Answers on a free port between `start` and `stop`; the port is its own from its construction."""

    # Not http.server's own class, which asks the name service who this machine is; that can take seconds.
    daemon_threads = True

    def __init__(self, name: str, handler: type[BaseHTTPRequestHandler]) -> None:
        """Take the port.

        Raises:
            OSError: There is no free port.
        """
        super().__init__((_HOST, 0), handler)
        self.origin = f"http://{_HOST}:{self.server_address[1]}"
        self._thread = Thread(target=self.serve_forever, args=(_POLL_SECONDS,), name=name, daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more, and let the port go."""
        self.shutdown()
        self.server_close()
        self._thread.join()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a connection that broke: it is its client's affair."""


class QuietHandler(BaseHTTPRequestHandler):
    """Answers in full, and logs nothing: what matters is on the screen."""

    timeout = SECONDS_FOR_A_REQUEST

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's word
        """Log nothing."""

    def answer(self, status: int, body: bytes, content_type: str = "text/plain; charset=utf-8") -> None:
        """Answer the request."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
