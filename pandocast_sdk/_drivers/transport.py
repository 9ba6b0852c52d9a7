"""The seam to the HTTP library: the only place that knows httpx.

Requests are built directly, with headers made once a client, and handed to the client's `send`. What the
client's own `get` and `post` would add is left out on purpose: default headers, cookies, parameters and
authentication of a caller's `http_client` do not reach the service. Its proxies, certificates, event hooks,
limits and transport do.
"""

import platform
import ssl
from functools import cache
from importlib.metadata import version

import httpx

from pandocast_sdk._core.steps import Failure, Send, Trouble

LIMITS = httpx.Limits(max_connections=256, max_keepalive_connections=64, keepalive_expiry=4.0)
"""Servers commonly close idle connections after five seconds; a write must not meet one that just did."""

LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes of one decompressed answer: more is no answer of these APIs."""

_SHORTEST_TIMEOUT = 0.001  # seconds: the HTTP library takes zero for none


class AnswerTooLargeError(Exception):
    """An answer exceeds what these APIs send."""

    def __init__(self) -> None:
        super().__init__(f"the answer is larger than {LARGEST_ANSWER // 1024 // 1024} MiB")


class AttemptExpiredError(Exception):
    """An answer trickled in for longer than its attempt may last."""


@cache
def tls_context() -> ssl.SSLContext:
    """Give the TLS context that all clients share: making one costs tens of milliseconds."""
    return httpx.create_ssl_context()


class Envelope:
    """Makes the requests of one client: the only holder of its credentials on the way to the wire."""

    __slots__ = ("_read_headers", "_write_headers")

    def __init__(self, api_key: str) -> None:
        agent = f"pandocast-sdk/{version('pandocast')} python/{platform.python_version()}"
        self._read_headers = [
            (b"Accept", b"application/json"),
            (b"Accept-Encoding", b"gzip, deflate"),
            (b"User-Agent", agent.encode()),
            (b"Authorization", f"Bearer {api_key}".encode("ascii")),
        ]
        self._write_headers = [*self._read_headers, (b"Content-Type", b"application/json")]

    def request(self, step: Send, now: float) -> httpx.Request:
        """Make the request of one attempt; each of its phases may last until the attempt ends."""
        method, url, body = step.request
        seconds = max(_SHORTEST_TIMEOUT, step.expires - now)
        timeout = {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}
        headers = self._read_headers if body is None else self._write_headers
        return httpx.Request(method, url, headers=headers, content=body, extensions={"timeout": timeout})


def failure_of(error: Exception) -> Failure:
    """Tell what the server may have seen of a request that failed.

    Raises:
        Exception: The error itself, when it is none of the HTTP library's.
    """
    for kind, trouble in _TROUBLES:
        if isinstance(error, kind):
            return Failure(trouble, error)
    raise error


# The first row that fits decides; a row stands before the ones for its parent classes.
_TROUBLES: tuple[tuple[type[Exception], Trouble], ...] = (
    (httpx.ConnectTimeout, Trouble.CONNECT_TIMEOUT),
    (httpx.PoolTimeout, Trouble.POOL_TIMEOUT),
    (httpx.TimeoutException, Trouble.TIMEOUT),
    (AttemptExpiredError, Trouble.TIMEOUT),
    (httpx.ConnectError, Trouble.NOT_CONNECTED),
    (httpx.ProxyError, Trouble.NOT_CONNECTED),
    (httpx.UnsupportedProtocol, Trouble.NOT_CONNECTED),
    (AnswerTooLargeError, Trouble.TOO_LARGE),
    (httpx.HTTPError, Trouble.BROKEN),
)
