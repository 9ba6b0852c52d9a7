"""The requests that the server sends: fetching what a URL leads to, and posting webhooks."""

import asyncio
import ssl
import zlib
from collections.abc import AsyncGenerator, AsyncIterable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from urllib.parse import quote, urldefrag, urljoin, urlsplit

import httpcore
from attrs import field, frozen

from pandocast_server.outgoing.dialling import VettingBackend
from pandocast_server.outgoing.errors import (
    BodyTooLargeError,
    ConnectFailedError,
    DeadlineError,
    ProtocolError,
    TargetRefusedError,
)
from pandocast_server.outgoing.urls import InvalidUrlError, check_url

MAX_BODY = 10 * 1024 * 1024
MAX_REDIRECTS = 3

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GZIP = 16 + zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"
_UNESCAPED = "".join(map(chr, range(0x21, 0x7F)))


@frozen
class Fetched:
    """What was found behind a URL.

    Attributes:
        status: The status of the last response; a redirect when it does not say where to.
        headers: Its headers as they came.
        body: Its body, decompressed; empty, and not even read, unless the status is a success.
        url: Where it came from, the redirects followed.
    """

    status: int
    headers: Sequence[tuple[bytes, bytes]] = field(repr=False)
    body: bytes = field(repr=False)
    url: str


async def fetch(url: str, *, private_targets: bool, deadline: float = 10.0, accept: str = "*/*") -> Fetched:
    """Fetch what a URL that somebody gave leads to, over at most `MAX_REDIRECTS` redirects.

    Each hop is judged anew, has a connection of its own, and carries nothing from one host to the next.

    Args:
        url: An absolute `http` or `https` URL in ASCII, without a user name.
        private_targets: Whether loopback and private addresses may be reached.
        deadline: Seconds of real time for everything, all hops together.
        accept: The kinds of media that are wanted, as the header `Accept` has them.

    Raises:
        TargetRefusedError: The URL, one that it redirects to, or an address of their hosts is not allowed.
        ConnectFailedError: There is no connection to be had.
        DeadlineError: The time was up.
        ProtocolError: The response is broken, redirects too often, or is encoded as nobody wanted.
        BodyTooLargeError: The body has more than `MAX_BODY` bytes, as it came or decompressed.
    """
    sent = [("Accept", accept), ("Accept-Encoding", "gzip"), ("User-Agent", "Pandocast")]
    async with _time_limit(deadline):
        for _ in range(1 + MAX_REDIRECTS):
            async with _exchange("GET", url, sent, None, private_targets=private_targets) as response:
                location = _header(response, b"location") if response.status in _REDIRECTS else b""
                if not location:
                    is_success = 200 <= response.status < 300
                    body = _decoded(response, await _read(response)) if is_success else b""
                    return Fetched(response.status, response.headers, body, url)
            url = _joined(url, location)
    raise ProtocolError(f"redirected more than {MAX_REDIRECTS} times")


async def post(
    url: str, headers: Sequence[tuple[str, str]], body: bytes, *, private_targets: bool, deadline: float
) -> int:
    """Post a body, read the response to its last byte, and return its status; a redirect is not followed.

    Args:
        url: An absolute `http` or `https` URL in ASCII, without a user name.
        headers: Headers beside `Host`, `Connection` and `Content-Length`.
        body: What to send.
        private_targets: Whether loopback and private addresses may be reached.
        deadline: Seconds of real time for everything, from resolving the name to the last byte.

    Raises:
        OutgoingError: As `fetch`.
    """
    async with (
        _time_limit(deadline),
        _exchange("POST", url, headers, body, private_targets=private_targets) as response,
    ):
        await _read(response)
        return response.status


@asynccontextmanager
async def _time_limit(seconds: float) -> AsyncGenerator[None, None]:
    with _typed_errors(seconds):
        async with asyncio.timeout(seconds):
            yield


@contextmanager
def _typed_errors(deadline: float) -> Generator[None, None, None]:
    try:
        yield
    except TimeoutError as error:
        raise DeadlineError(f"no complete answer within {deadline:g} seconds") from error
    except httpcore.ConnectError as error:
        raise ConnectFailedError(f"cannot connect: {error}") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise ProtocolError(f"no valid answer: {str(error) or type(error).__name__}") from error


@asynccontextmanager
async def _exchange(
    method: str, url: str, headers: Sequence[tuple[str, str]], body: bytes | None, *, private_targets: bool
) -> AsyncGenerator[httpcore.Response, None]:
    """Send a request over a connection of its own, and yield its response while the connection is open.

    A connection that was kept open may turn out to be closed when the request is on its way; then nobody
    knows whether it was acted on. A new one costs little and is judged anew.
    """
    try:
        check_url(url)
    except InvalidUrlError as error:
        raise TargetRefusedError(str(error)) from error
    target = httpcore.URL(url)
    connection = httpcore.AsyncHTTPConnection(
        origin=target.origin,
        ssl_context=_tls() if target.scheme == b"https" else None,
        network_backend=VettingBackend(private_targets=private_targets),
    )
    sent = [("Host", urlsplit(url).netloc), ("Connection", "close"), *headers]
    async with connection, connection.stream(method, target, headers=sent, content=body) as response:
        yield response


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpcore.default_ssl_context()


def _header(response: httpcore.Response, wanted: bytes) -> bytes:
    return next((value for name, value in response.headers if name.lower() == wanted), b"")


async def _read(response: httpcore.Response) -> bytes:
    stream = response.stream
    if not isinstance(stream, AsyncIterable):  # an asynchronous connection has nothing else
        raise TypeError(type(stream).__name__)
    body = bytearray()
    async for chunk in stream:
        body += chunk
        if len(body) > MAX_BODY:
            raise _too_large()
        # Thousands of chunks of a byte each can come at once; others are to have their turn in between.
        await asyncio.sleep(0)
    return bytes(body)


def _decoded(response: httpcore.Response, body: bytes) -> bytes:
    coding = _header(response, b"content-encoding").strip().lower()
    if coding in (b"", b"identity") or not body:
        return body
    if coding not in (b"gzip", b"x-gzip"):
        raise ProtocolError("the answer has an encoding that was not accepted")
    gzip = zlib.decompressobj(_GZIP)
    try:
        plain = gzip.decompress(body, MAX_BODY + 1)
    except zlib.error as error:
        raise ProtocolError("the answer cannot be decompressed") from error
    if len(plain) > MAX_BODY:
        raise _too_large()
    if not gzip.eof:
        raise ProtocolError("the answer ended before its compressed data did")
    if gzip.unused_data.startswith(_GZIP_MAGIC):
        raise ProtocolError("the answer is compressed in more than one part")
    return plain


def _joined(url: str, location: bytes) -> str:
    # Servers send blanks and UTF-8 as they are; browsers follow.
    try:
        return urldefrag(urljoin(url, quote(location, safe=_UNESCAPED))).url
    except ValueError as error:
        raise TargetRefusedError("redirected to what is not a usable URL") from error


def _too_large() -> BodyTooLargeError:
    return BodyTooLargeError(f"the answer is larger than {MAX_BODY} bytes")
