"""The demo's webhook endpoint: what an application of the user's would have."""

from collections.abc import Callable
from http.client import HTTPConnection
from threading import Condition
from types import TracebackType
from typing import Self, cast
from urllib.parse import urlsplit

from attrs import frozen

from pandocast_sdk import WebhookPayloadError, WebhookVerificationError
from pandocast_sdk.webhooks import Event, Webhook
from pandocast_server.cli.demo_loopback import SECONDS_FOR_A_REQUEST, LoopbackServer, QuietHandler

_PATH = "/webhooks"
_LARGEST_BODY = 1024 * 1024


@frozen
class Received:
    """A delivery whose signature was good."""

    event: Event
    delivery_id: str | None


class Inbox:
    """Receives webhooks on a free loopback port while its `with` block runs, each verified by the SDK."""

    def __init__(self, webhook: Webhook, on_arrival: Callable[[Received], None]) -> None:
        """Take the port; nothing is answered before the block is entered.

        Args:
            webhook: Verifies.
            on_arrival: Called with each verified delivery, in the thread that received it.

        Raises:
            OSError: There is no free port.
        """
        self._webhook = webhook
        self._on_arrival = on_arrival
        self._changed = Condition()
        self._received: list[Received] = []
        self._server = _Server(self)
        self.url = self._server.origin + _PATH

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

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

    def take(self, body: bytes, headers: list[tuple[str, str]]) -> tuple[int, str]:
        """Judge one delivery, and give the status and the sentence to answer with."""
        try:
            event = self._webhook.unwrap(body, headers)
        except WebhookVerificationError as error:
            return (400 if isinstance(error, WebhookPayloadError) else 401), str(error)
        received = Received(event, Webhook.delivery_id(headers))
        # Told before it is counted, so that whoever waits for it finds it on the screen; counted in any case.
        try:
            self._on_arrival(received)
        finally:
            with self._changed:
                self._received.append(received)
                self._changed.notify_all()
        return 200, "thank you"


def send(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """Post to an inbox as a stranger might, and give its answer.

    Raises:
        OSError: It cannot be reached.
    """
    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=SECONDS_FOR_A_REQUEST)
    try:
        connection.request("POST", address.path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


class _Server(LoopbackServer):
    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        super().__init__("webhook-inbox", _Handler)


class _Handler(QuietHandler):
    def do_POST(self) -> None:  # noqa: N802 - http.server's name
        length = self.headers.get("Content-Length", "")
        if self.path != _PATH:
            self._say(404, "webhooks go elsewhere")
        elif not (length.isascii() and length.isdigit()):
            self._say(411, "a delivery has a Content-Length")
        elif int(length) > _LARGEST_BODY:
            self._say(413, "no delivery is that large")
        else:
            inbox = cast("_Server", self.server).inbox
            self._say(*inbox.take(self.rfile.read(int(length)), self.headers.items()))

    def _say(self, status: int, sentence: str) -> None:
        self.answer(status, sentence.encode())
