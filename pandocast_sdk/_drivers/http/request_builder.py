"""Builds the requests of one client directly, with headers made once per client.

The HTTP library's own `get` and `post` would add the default headers, cookies, parameters and authentication
of a caller's `http_client`, which the service must not receive. Its proxies, certificates, event hooks,
limits and transport are used.
"""

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import httpx

from pandocast_sdk._core.protocol import WireRequest
from pandocast_sdk._core.redaction import HiddenBytes
from pandocast_sdk._drivers.http.libraries import HTTPLibrary
from pandocast_sdk._drivers.http.time_left import TimeLeft
from pandocast_sdk.options import ClientOptions


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

    def request(self, wire_request: WireRequest, time_left: TimeLeft) -> httpx.Request:
        """Return the request of one attempt; each of its phases may last until the attempt times out."""
        method, url, body = wire_request
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
            extensions={"timeout": time_left},
        )
        request.headers.encoding = "utf-8"  # or the HTTP library tries several, header by header
        return request


_LENGTH_EXPECTED = frozenset({"POST", "PUT", "PATCH"})  # RFC 9110, 8.6
