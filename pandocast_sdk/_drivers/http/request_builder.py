"""Builds the requests of one client directly, with headers made once per client.

The HTTP library's own `get` and `post` would add the default headers, cookies, parameters and authentication
of a caller's `http_client`, which the service must not receive. Its proxies, certificates, event hooks,
limits and transport are used.
"""

import platform
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import httpx

from pandocast_sdk._core.clock import monotonic
from pandocast_sdk._core.protocol import FailureKind, Send
from pandocast_sdk._core.redaction import HiddenBytes
from pandocast_sdk._drivers.http.libraries import HTTPLibrary
from pandocast_sdk.options import ClientOptions

_SHORTEST_TIMEOUT = 0.001  # seconds: to the HTTP library, zero means no timeout
_LONGEST_TIMEOUT = 86_400.0  # seconds: a socket rejects timeouts of centuries


@cache
def user_agent() -> bytes:
    """Return the `User-Agent` header of the SDK."""
    try:
        release = f"/{version('pandocast')}"
    except PackageNotFoundError:
        release = ""  # a frozen application without package metadata
    return f"pandocast-sdk{release} python/{platform.python_version()}".encode()


class RequestBuilder:
    """Builds the requests of one client, and is the only part of the drivers with its credentials.

    All headers but `Content-Length` are the same for every request.
    """

    __slots__ = ("_library", "_read_headers", "_write_headers")

    def __init__(self, options: ClientOptions, library: HTTPLibrary) -> None:
        """Prepare the parts that all requests share.

        Raises:
            ValueError: The client's address is invalid.
        """
        self._library = library
        try:
            host = library.parse_url(options.base_url).netloc
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
        """Return the request of one attempt; each of its phases may last until the attempt times out."""
        method, url, body = step.request
        library = self._library
        headers: httpx.Headers | list[tuple[bytes, bytes]] = self._read_headers
        stream = library.no_body
        if body is not None:
            headers = [*self._write_headers, (b"Content-Length", b"%d" % len(body))]
            stream = library.stream(body)
        elif method in _LENGTH_EXPECTED:
            headers = [*self._read_headers.raw, (b"Content-Length", b"0")]
        request = library.lazy_request(
            method,
            library.parse_url(url),
            headers=headers,
            stream=stream,
            extensions={"timeout": _TimeLeft(step.expires)},
        )
        request.headers.encoding = "utf-8"  # or the HTTP library tries several, header by header
        return request


_LENGTH_EXPECTED = frozenset({"POST", "PUT", "PATCH"})  # RFC 9110, 8.6


class _TimeLeft(Mapping[str, float]):
    """The timeouts of one attempt: as each phase begins, the HTTP library reads the time that is left.

    Attributes:
        reached: The last phase that has begun, up to the first in which the request is sent.
    """

    __slots__ = ("_expires", "reached")

    def __init__(self, expires: float) -> None:
        self._expires = expires
        self.reached: str | None = None

    def get(self, phase: str, default: object = None) -> Any:
        # The HTTP library calls this, several times per request.
        if phase not in _PHASES:
            return default
        if self.reached not in _SENDING:
            self.reached = phase
        left = self._expires - monotonic()
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
_SENDING = ("write", "read")  # a transport with its own retries may connect again after these
_UNSENT_KINDS = {"pool": FailureKind.POOL_TIMEOUT, "connect": FailureKind.CONNECT_TIMEOUT}


def unsent_kind(request: httpx.Request) -> FailureKind | None:
    """Return the kind of failure of a request that timed out unsent; None if it may have been sent."""
    time_left = request.extensions.get("timeout")
    return _UNSENT_KINDS.get(time_left.reached or "") if isinstance(time_left, _TimeLeft) else None
