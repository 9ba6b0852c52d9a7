"""The seam to the HTTP library: the only place that knows httpx.

Requests are built directly, with headers made once a client, and handed to the client's `send`. What the
client's own `get` and `post` would add is left out on purpose: default headers, cookies, parameters and
authentication of a caller's `http_client` do not reach the service. Its proxies, certificates, event hooks,
limits and transport do.
"""

import platform
import ssl
import time
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from urllib.request import getproxies

import httpx

from pandocast_sdk._core.redaction import HiddenBytes, without_frames
from pandocast_sdk._core.steps import Failure, Send, Trouble, WireRequest
from pandocast_sdk._drivers.body import AnswerTooLargeError, AttemptExpiredError

CLOSED = "this client, or the one whose connections it shares, is closed"

LIMITS = httpx.Limits(max_connections=256, max_keepalive_connections=64, keepalive_expiry=4.0)
"""Servers commonly close idle connections after five seconds; a write must not meet one that just did."""

_LOOPBACK = ("all://localhost", "all://127.0.0.1", "all://[::1]")
_SHORTEST_TIMEOUT = 0.001  # seconds: the HTTP library takes zero for none
_LONGEST_TIMEOUT = 86_400.0  # seconds: a socket refuses time-outs of some centuries


def direct_hosts() -> Mapping[str, None]:
    """Give the hosts that are asked without a proxy, as `mounts` of an HTTP client.

    The key may go unencrypted to loopback because it stays on this machine. A proxy of the environment that
    is not told otherwise would carry it away.
    """
    return dict.fromkeys(_LOOPBACK) if getproxies() else {}


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
            (b"Accept-Encoding", b"gzip"),
            (b"User-Agent", agent.encode()),
            (b"Authorization", HiddenBytes(f"Bearer {api_key}".encode("ascii"))),
        ]
        self._write_headers = [*self._read_headers, (b"Content-Type", b"application/json")]

    def request(self, step: Send) -> httpx.Request:
        """Make the request of one attempt; each of its phases may last until the attempt ends."""
        method, url, body = step.request
        headers = self._read_headers if body is None else self._write_headers
        extensions = {"timeout": _TimeLeft(step.expires)}
        return httpx.Request(method, url, headers=headers, content=body, extensions=extensions)


class _TimeLeft(Mapping[str, float]):
    """The time-outs of one attempt: the HTTP library asks as each phase begins, and gets what is left."""

    __slots__ = ("_expires",)

    def __init__(self, expires: float) -> None:
        self._expires = expires

    def __getitem__(self, phase: str) -> float:
        if phase not in _PHASES:
            raise KeyError(phase)
        return min(max(_SHORTEST_TIMEOUT, self._expires - time.monotonic()), _LONGEST_TIMEOUT)

    def __iter__(self) -> Iterator[str]:
        return iter(_PHASES)

    def __len__(self) -> int:
        return len(_PHASES)


_PHASES = ("connect", "read", "write", "pool")


def failure_of(error: Exception, request: WireRequest) -> Failure:
    """Tell what the server may have seen of a request that failed, and take the credentials from the error.

    Raises:
        ValueError: No request can have this address; nothing was sent.
        Exception: The error itself, when it is none of the HTTP library's.
    """
    if isinstance(error, httpx.InvalidURL):
        fault = without_frames(error)  # the frames hold a request that is half made
        raise ValueError(f"no request can have this address: {fault}") from None  # noqa: TRY004 - no type
    for kind, trouble in _TROUBLES:
        if isinstance(error, kind):
            if isinstance(error, httpx.HTTPError):
                error.request = httpx.Request(request.method, request.url)
            return Failure(trouble, error)
    raise error


# The first row that fits decides; a row stands before the ones for its parent classes.
_TROUBLES: tuple[tuple[type[Exception], Trouble], ...] = (
    (httpx.ConnectTimeout, Trouble.CONNECT_TIMEOUT),
    (httpx.PoolTimeout, Trouble.POOL_TIMEOUT),
    (httpx.TimeoutException, Trouble.TIMEOUT),
    (AttemptExpiredError, Trouble.TIMEOUT),
    (TimeoutError, Trouble.TIMEOUT),
    (httpx.ConnectError, Trouble.NOT_CONNECTED),
    (httpx.ProxyError, Trouble.NOT_CONNECTED),
    (httpx.UnsupportedProtocol, Trouble.NOT_CONNECTED),
    (AnswerTooLargeError, Trouble.TOO_LARGE),
    (httpx.HTTPError, Trouble.BROKEN),
)
