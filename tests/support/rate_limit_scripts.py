"""Scripts for the bare server of `loopback` that send the headers of a rate limit."""

import threading
import time
from email.utils import formatdate

from support.loopback import Conversation, always, http


class Window:
    """A script that counts requests in windows of whole seconds, and refuses those beyond the limit."""

    def __init__(self, limit: int, seconds: int) -> None:
        self.limit = limit
        self.seconds = seconds
        self.refusals = 0
        self._lock = threading.Lock()
        self._reset = 0
        self._used = 0

    def __call__(self, conversation: Conversation) -> None:
        while conversation.read_request():
            conversation.send(self.response())

    def response(self) -> bytes:
        with self._lock:
            now = time.time()
            if now >= self._reset:
                self._reset, self._used = int(now) + self.seconds, 0
            refused = self._used >= self.limit
            self._used += not refused
            self.refusals += refused
            headers = (
                f"X-RateLimit-Limit: {self.limit}",
                f"X-RateLimit-Remaining: {self.limit - self._used}",
                f"X-RateLimit-Reset: {self._reset}",
                f"Date: {formatdate(now, usegmt=True)}",
            )
        return http("429 Too Many Requests" if refused else "200 OK", b"{}", *headers)


def last_slot() -> bytes:
    """Return a response that leaves no slot in its window, which resets in a minute."""
    reset = int(time.time()) + 60
    headers = ("X-RateLimit-Limit: 1", "X-RateLimit-Remaining: 0", f"X-RateLimit-Reset: {reset}")
    return http("200 OK", b"{}", *headers)


def spend_window(conversation: Conversation) -> None:
    """Send, from the first response on, that the window is spent."""
    always(last_slot())(conversation)
