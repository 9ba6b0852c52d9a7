"""Getting what a URL leads to, redirects and compression included."""

import asyncio
from collections.abc import Sequence
from urllib.parse import quote, urldefrag, urljoin

import httpcore
from attrs import field, frozen

from pandocast_server.outgoing.errors import ProtocolError, TargetRefusedError
from pandocast_server.outgoing.exchange import MAX_BODY, codings, exchange, pieces, too_large, typed_errors
from pandocast_server.outgoing.inflating import InflateError, Inflater
from pandocast_server.outgoing.urls import InvalidUrlError, check_url

MAX_REDIRECTS = 3

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CODINGS = {b"gzip": "gzip", b"x-gzip": "gzip", b"deflate": "deflate"}
_UNESCAPED = "".join(map(chr, range(0x21, 0x7F)))


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
    with typed_errors(deadline):
        async with asyncio.timeout(deadline):
            for _ in range(1 + MAX_REDIRECTS):
                _judge(url)
                async with exchange("GET", url, sent, private_targets=private_targets) as response:
                    location = _location(response)
                    if location is None:
                        body = await _read_success(response)
                        return Fetched(response.status, response.headers, body, url)
                url = _joined(url, location)
    raise ProtocolError(f"redirected more than {MAX_REDIRECTS} times")


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


async def _read_success(response: httpcore.Response) -> bytes:
    if not 200 <= response.status < 300:
        return b""
    names = codings(response)
    if not names:
        return b"".join([piece async for piece in pieces(response)])
    if len(names) > 1 or names[0] not in _CODINGS:
        raise ProtocolError("the answer is encoded in a way that was not asked for")
    try:
        return await _inflated(response, Inflater(_CODINGS[names[0]]))
    except InflateError as error:
        raise ProtocolError(str(error)) from error


async def _inflated(response: httpcore.Response, inflater: Inflater) -> bytes:
    kept: list[bytes] = []
    size = 0
    async for piece in pieces(response):
        kept.append(inflater.feed(piece, most=MAX_BODY - size + 1))
        size += len(kept[-1])
        if size > MAX_BODY:
            raise too_large()
    inflater.end()
    return b"".join(kept)
