"""The requests of one client, built directly, with headers made once a client.

What the HTTP library's own `get` and `post` would add is left out on purpose: default headers, cookies,
parameters and authentication of a caller's `http_client` do not reach the service. Its proxies, certificates,
event hooks, limits and transport do.
"""

import platform
import time
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import httpx

from pandocast_sdk._core.protocol import FailureKind, Send
from pandocast_sdk._core.redaction import HiddenBytes
from pandocast_sdk._drivers.http.libraries import HTTPLibrary
from pandocast_sdk.options import ClientOptions

_SHORTEST_TIMEOUT = 0.001  # seconds: the HTTP library takes zero for none
_LONGEST_TIMEOUT = 86_400.0  # seconds: a socket refuses time-outs of some centuries


@cache
def user_agent() -> bytes:
    """Return how the SDK introduces itself."""
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

    def __init__(self, options: ClientOptions, library: HTTPLibrary) -> None:
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
        """Return the request of one attempt; each of its phases may last until the attempt ends."""
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
    """The time-outs of one attempt: the HTTP library asks as each phase begins, and gets what is left.

    Attributes:
        reached: The last phase that it has asked for, up to the first in which the request is sent.
    """

    __slots__ = ("_expires", "reached")

    def __init__(self, expires: float) -> None:
        self._expires = expires
        self.reached: str | None = None

    def get(self, phase: str, default: object = None) -> Any:
        # The HTTP library asks so, several times a request.
        if phase not in _PHASES:
            return default
        if self.reached not in _SENDING:
            self.reached = phase
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
_SENDING = ("write", "read")  # a transport that retries by itself may connect again after these
_UNSENT_KINDS = {"pool": FailureKind.POOL_TIMEOUT, "connect": FailureKind.CONNECT_TIMEOUT}


def unsent_kind(request: httpx.Request) -> FailureKind | None:
    """Return what a request waited for that was not sent before its time was up; None if it may have been."""
    time_left = request.extensions.get("timeout")
    return _UNSENT_KINDS.get(time_left.reached or "") if isinstance(time_left, _TimeLeft) else None
