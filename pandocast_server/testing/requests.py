"""The journal: what the server received, and how it answered."""

from collections import deque
from threading import Lock

from attrs import define, evolve
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pandocast_server.middleware.access_log import without_secret

CAPACITY = 10_000


@define
class ReceivedRequest:
    """One request as it came in.

    Attributes:
        method: Its method.
        path: Its path, with the mount, percent-decoded; `***` stands for the token in a calendar's address.
        status: The status of the answer; None when there was none (yet), as with a dropped connection.
        query: Its query string, undecoded.
    """

    method: str
    path: str
    status: int | None
    query: str = ""


class Journal:
    """The latest requests in the order of their arrival, never headers or bodies: they hold secrets."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._lock = Lock()
        self._entries: deque[ReceivedRequest] = deque(maxlen=capacity)

    def received(self) -> list[ReceivedRequest]:
        """Return what has been received so far, oldest first, at most `capacity` of it."""
        with self._lock:
            return [evolve(entry) for entry in self._entries]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()

    def recording(self, app: ASGIApp) -> ASGIApp:
        """Wrap an application so that its requests are noted here."""

        async def record(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            path = without_secret(scope["path"])
            entry = ReceivedRequest(scope["method"], path, None, scope["query_string"].decode("latin-1"))
            with self._lock:
                self._entries.append(entry)

            async def note_status(message: Message) -> None:
                # Before it is sent: whoever has the answer must find it here.
                if message["type"] == "http.response.start":
                    entry.status = message["status"]
                await send(message)

            await app(scope, receive, note_status)

        return record
