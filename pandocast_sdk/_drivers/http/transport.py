"""The seam to the HTTP library: what is asked of it, and how its own connections are opened.

Requests are built directly, with headers made once a client. They go straight to a transport of the library,
or, where the environment names proxies or the caller has brought a client, to the client's `send`. What the
client's own `get` and `post` would add is left out on purpose: default headers, cookies, parameters and
authentication of a caller's `http_client` do not reach the service. Its proxies, certificates, event hooks,
limits and transport do.
"""

import platform
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.request import getproxies

import httpx

from pandocast_sdk._core.protocol import Send
from pandocast_sdk._core.redaction import HiddenBytes
from pandocast_sdk._drivers.http.libraries import Library
from pandocast_sdk.options import ClientOptions

CLOSED = "this client, or the one whose connections it shares, is closed"
FORKED = "http_client was used before this process was forked, and its connections belong to the parent"

LIMITS = httpx.Limits(max_connections=256, max_keepalive_connections=32, keepalive_expiry=4.0)
"""Servers commonly close idle connections after five seconds; a write must not meet one that just did. The
HTTP library looks at every idle one whenever a call ends: with 64 that took longer than a crowd's calls."""

_SHORTEST_TIMEOUT = 0.001  # seconds: the HTTP library takes zero for none
_LONGEST_TIMEOUT = 86_400.0  # seconds: a socket refuses time-outs of some centuries


def has_proxies() -> bool:
    """Tell whether the environment, or the system's settings, name a proxy for anything."""
    return not {"http", "https", "all"}.isdisjoint(getproxies())


@cache
def tls_context() -> ssl.SSLContext:
    """Give the TLS context that all clients share: loading the certificates costs tens of milliseconds."""
    return _LoadedWhenUsed(ssl.PROTOCOL_TLS_CLIENT)


class _LoadedWhenUsed(ssl.SSLContext):
    """The HTTP library's own context, made for the first connection that is encrypted.

    A process that only talks to its own machine never pays for it. What is not passed on to that context
    meets one that trusts nobody.
    """

    @cached_property
    def _own(self) -> ssl.SSLContext:
        return httpx.create_ssl_context()

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        self._own.set_alpn_protocols(alpn_protocols)

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        return self._own.wrap_socket(*args, **kwargs)

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        return self._own.wrap_bio(*args, **kwargs)


@cache
def user_agent() -> bytes:
    """Give the words by which the SDK introduces itself."""
    try:
        release = f"/{version('pandocast')}"
    except PackageNotFoundError:
        release = ""  # an application that was frozen without the metadata of its packages
    return f"pandocast-sdk{release} python/{platform.python_version()}".encode()


class RequestBuilder:
    """Makes the requests of one client: the only holder of its credentials on the way to the wire.

    All headers are known once a client, but for the length of a body.
    """

    __slots__ = ("_library", "_read_headers", "_write_headers")

    def __init__(self, options: ClientOptions, library: Library) -> None:
        """Prepare what all requests have.

        Raises:
            ValueError: No request can have the client's address.
        """
        self._library = library
        try:
            host = library.address(options.base_url).netloc
        except library.invalid_url as error:
            raise ValueError(f"no request can have the address {options.base_url}: {error}") from None
        headers = [
            (b"Host", host),
            (b"Accept", b"application/json"),
            (b"Accept-Encoding", b"gzip"),
            (b"User-Agent", user_agent()),
            (b"Authorization", HiddenBytes(f"Bearer {options.api_key}".encode("ascii"))),
        ]
        self._read_headers = library.headers(headers)
        self._write_headers = [*headers, (b"Content-Type", b"application/json")]

    def request(self, step: Send) -> httpx.Request:
        """Make the request of one attempt; each of its phases may last until the attempt ends."""
        method, url, body = step.request
        library = self._library
        headers: httpx.Headers | list[tuple[bytes, bytes]] = self._read_headers
        stream = library.no_body
        if body is not None:
            headers = [*self._write_headers, (b"Content-Length", b"%d" % len(body))]
            stream = library.stream(body)
        elif method in _LENGTH_EXPECTED:
            headers = [*self._read_headers.raw, (b"Content-Length", b"0")]
        request = library.sent_request(
            method,
            library.address(url),
            headers=headers,
            stream=stream,
            extensions={"timeout": _TimeLeft(step.expires)},
        )
        request.headers.encoding = "utf-8"  # or else it is found out by trying, header by header
        return request


_LENGTH_EXPECTED = frozenset({"POST", "PUT", "PATCH"})  # RFC 9110, 8.6


class _TimeLeft(Mapping[str, float]):
    """The time-outs of one attempt: the HTTP library asks as each phase begins, and gets what is left."""

    __slots__ = ("_expires",)

    def __init__(self, expires: float) -> None:
        self._expires = expires

    def get(self, phase: str, default: object = None) -> Any:
        # The HTTP library asks so, several times a request.
        if phase not in _PHASES:
            return default
        left = self._expires - time.monotonic()
        if left < _SHORTEST_TIMEOUT:
            return _SHORTEST_TIMEOUT
        return _LONGEST_TIMEOUT if left > _LONGEST_TIMEOUT else left  # noqa: FURB136 - half as long as `min`

    def __getitem__(self, phase: str) -> float:
        if phase not in _PHASES:
            raise KeyError(phase)
        left: float = self.get(phase)
        return left

    def __iter__(self) -> Iterator[str]:
        return iter(_PHASES)

    def __len__(self) -> int:
        return len(_PHASES)


_PHASES = ("connect", "read", "write", "pool")
