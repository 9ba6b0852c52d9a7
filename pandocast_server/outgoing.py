"""The server's one outgoing HTTP client.

Whoever runs a server gives its users a way to make it send requests. So the name is resolved here, all of its
addresses are judged, and the connection goes to an address that was judged: no second look-up and no proxy
comes between, and a redirect, where one is followed at all, is judged like a URL that somebody gave.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache
from urllib.parse import quote, urldefrag, urljoin

import httpcore
from attrs import field, frozen

from pandocast_server.dialling import VettingBackend
from pandocast_server.inflating import InflateError, Inflater
from pandocast_server.outgoing_errors import (
    BodyTooLargeError,
    ConnectFailedError,
    DeadlineError,
    OutgoingError,
    ProtocolError,
    TargetRefusedError,
)
from pandocast_server.urls import InvalidUrlError, check_url

__all__ = (
    "MAX_BODY",
    "MAX_REDIRECTS",
    "Answer",
    "BodyTooLargeError",
    "ConnectFailedError",
    "DeadlineError",
    "Fetched",
    "OutgoingError",
    "ProtocolError",
    "TargetRefusedError",
    "fetch",
    "request",
)

MAX_BODY = 10 * 1024 * 1024
MAX_REDIRECTS = 3

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CODINGS = {b"gzip": "gzip", b"x-gzip": "gzip", b"deflate": "deflate"}
_UNESCAPED = "".join(map(chr, range(0x21, 0x7F)))


@frozen
class Answer:
    """What came back.

    Attributes:
        status: The status, whatever it is: a redirect is an answer and is not followed.
        headers: The headers as they came.
        body: The body; empty when it was not to be kept.
    """

    status: int
    headers: Sequence[tuple[bytes, bytes]] = field(repr=False)
    body: bytes = field(repr=False)


async def request(
    method: str,
    url: str,
    *,
    private_targets: bool,
    headers: Sequence[tuple[str, str]] = (),
    body: bytes | None = None,
    deadline: float = 10.0,
    keep_body: bool = True,
) -> Answer:
    """Send one request over a connection of its own and read the answer to its last byte.

    A connection that was kept open may turn out to be closed when the request is on its way; then nobody
    knows whether it was acted on. A new one costs little and is judged anew.

    Args:
        method: The HTTP method.
        url: An absolute `http` or `https` URL in ASCII.
        private_targets: Whether loopback and private addresses may be reached.
        headers: Headers beside `Host`, `Content-Length` and those that keep the answer plain.
        body: What to send, or None for a request without a body.
        deadline: Seconds of real time for everything, from resolving the name to the last byte.
        keep_body: Whether the body is wanted; else it is read, at most `MAX_BODY` bytes, and thrown away.

    Raises:
        TargetRefusedError: The URL, or an address of its host, is not allowed.
        ConnectFailedError: There is no connection to be had.
        DeadlineError: The time was up.
        ProtocolError: The answer is broken, or encoded though that was declined.
        BodyTooLargeError: The body has more than `MAX_BODY` bytes.
    """
    sent = [("Accept-Encoding", "identity"), *headers]
    with _typed_errors(deadline):
        async with (
            asyncio.timeout(deadline),
            _exchange(method, url, sent, body=body, private_targets=private_targets) as response,
        ):
            kept = await _read(response, keep=keep_body)
            return Answer(response.status, response.headers, kept)


@frozen
class Fetched:
    """What was found behind a URL.

    Attributes:
        status: The status of the last answer; a redirect when it does not say where to.
        headers: Its headers as they came.
        body: Its body, decompressed; empty, and not even read, unless the status is a success.
        url: Where it came from, the redirects followed.
    """

    status: int
    headers: Sequence[tuple[bytes, bytes]] = field(repr=False)
    body: bytes = field(repr=False)
    url: str


async def fetch(url: str, *, private_targets: bool, deadline: float = 10.0, accept: str = "*/*") -> Fetched:
    """Get what a URL that somebody gave leads to, over at most `MAX_REDIRECTS` redirects.

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
        ProtocolError: The answer is broken, redirects too often, or is encoded as nobody asked for.
        BodyTooLargeError: The body has more than `MAX_BODY` bytes, as it came or decompressed.
    """
    sent = [("Accept", accept), ("Accept-Encoding", "gzip, deflate"), ("User-Agent", "Pandocast")]
    with _typed_errors(deadline):
        async with asyncio.timeout(deadline):
            for _ in range(1 + MAX_REDIRECTS):
                _judge(url)
                async with _exchange("GET", url, sent, private_targets=private_targets) as response:
                    location = _location(response)
                    if location is None:
                        body = await _read_success(response)
                        return Fetched(response.status, response.headers, body, url)
                url = _joined(url, location)
    raise ProtocolError(f"redirected more than {MAX_REDIRECTS} times")


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
    method: str,
    url: str,
    headers: Sequence[tuple[str, str]],
    *,
    body: bytes | None = None,
    private_targets: bool,
) -> AsyncGenerator[httpcore.Response, None]:
    target = _parse(url)
    connection = httpcore.AsyncHTTPConnection(
        origin=target.origin,
        ssl_context=_tls() if target.scheme == b"https" else None,
        network_backend=VettingBackend(private_targets=private_targets),
    )
    sent = [("Host", _host_header(target)), ("Connection", "close"), *headers]
    async with connection, connection.stream(method, target, headers=sent, content=body) as response:
        yield response


def _parse(url: str) -> httpcore.URL:
    try:
        target = httpcore.URL(url)
    except (ValueError, TypeError) as error:  # the latter when it is not ASCII
        raise TargetRefusedError("not a usable URL") from error
    if target.scheme not in (b"http", b"https") or not target.host:
        raise TargetRefusedError("only http and https URLs with a host can be requested")
    return target


def _host_header(target: httpcore.URL) -> str:
    host = target.host.decode("ascii")
    bracketed = f"[{host}]" if ":" in host else host
    return bracketed if target.port is None else f"{bracketed}:{target.port}"


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpcore.default_ssl_context()


def _judge(url: str) -> None:
    try:
        check_url(url)
    except InvalidUrlError as error:
        raise TargetRefusedError(str(error)) from error


def _location(response: httpcore.Response) -> bytes | None:
    if response.status not in _REDIRECTS:
        return None
    return next((value for name, value in response.headers if name.lower() == b"location" and value), None)


def _joined(url: str, location: bytes) -> str:
    # Servers send blanks and UTF-8 as they are; browsers follow.
    try:
        return urldefrag(urljoin(url, quote(location, safe=_UNESCAPED))).url
    except ValueError as error:
        raise TargetRefusedError("redirected to what is not a usable URL") from error


async def _read(response: httpcore.Response, *, keep: bool) -> bytes:
    if keep and _codings(response):
        raise ProtocolError("the answer is encoded, although that was declined")
    kept = [chunk async for chunk in _limited(response) if keep]
    return b"".join(kept)


async def _read_success(response: httpcore.Response) -> bytes:
    if not 200 <= response.status < 300:
        return b""
    codings = _codings(response)
    if not codings:
        return await _read(response, keep=True)
    if len(codings) > 1 or codings[0] not in _CODINGS:
        raise ProtocolError("the answer is encoded in a way that was not asked for")
    try:
        return await _inflated(response, Inflater(_CODINGS[codings[0]]))
    except InflateError as error:
        raise ProtocolError(str(error)) from error


async def _inflated(response: httpcore.Response, inflater: Inflater) -> bytes:
    kept: list[bytes] = []
    size = 0
    async for chunk in _limited(response):
        kept.append(inflater.feed(chunk, most=MAX_BODY - size + 1))
        size += len(kept[-1])
        if size > MAX_BODY:
            raise _too_large()
    inflater.end()
    return b"".join(kept)


def _codings(response: httpcore.Response) -> list[bytes]:
    values = [value for name, value in response.headers if name.lower() == b"content-encoding"]
    codings = (coding.strip().lower() for coding in b",".join(values).split(b","))
    return [coding for coding in codings if coding not in (b"", b"identity")]


async def _limited(response: httpcore.Response) -> AsyncGenerator[bytes, None]:
    stream = response.stream
    if not isinstance(stream, AsyncIterable):  # an asynchronous connection gives nothing else
        raise TypeError(type(stream).__name__)
    size = 0
    async for chunk in stream:
        size += len(chunk)
        if size > MAX_BODY:
            raise _too_large()
        yield chunk


def _too_large() -> BodyTooLargeError:
    return BodyTooLargeError(f"the answer is larger than {MAX_BODY} bytes")
