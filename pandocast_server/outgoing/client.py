"""The requests that the server sends: fetching what a URL leads to, and posting webhooks."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote, urldefrag, urljoin

from attrs import field, frozen

from pandocast_server.outgoing.targets import InvalidUrlError, OutgoingError, check_url

if TYPE_CHECKING:
    import httpcore

MAX_BODY = 10 * 1024 * 1024
MAX_REDIRECTS = 3

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNESCAPED = "".join(map(chr, range(0x21, 0x7F)))


@frozen
class Fetched:
    """What was found behind a URL.

    Attributes:
        status: The status of the last response; a redirect when it does not say where to.
        content_type: Its header `Content-Type`, or empty.
        body: Its body; empty, and not even read, unless the status is a success.
        url: Where it came from, the redirects followed.
    """

    status: int
    content_type: bytes
    body: bytes = field(repr=False)
    url: str


async def fetch(url: str, *, private_targets: bool, deadline: float = 10.0, accept: str = "*/*") -> Fetched:
    """Fetch what a URL that somebody gave leads to, over at most `MAX_REDIRECTS` redirects.

    Each hop is judged anew, has a connection of its own, and carries nothing from one host to the next. The
    deadline, in seconds of real time, is for all of them together.

    Raises:
        OutgoingError: A target is not allowed, there is no complete answer in time, or its body is encoded or
            has more than `MAX_BODY` bytes.
    """
    sent = [("Accept", accept), ("Accept-Encoding", "identity"), ("User-Agent", "Pandocast")]
    async with _time_limit(deadline):
        for _ in range(1 + MAX_REDIRECTS):
            async with _exchange("GET", url, sent, None, private_targets=private_targets) as response:
                location = _header(response, b"location") if response.status in _REDIRECTS else b""
                if not location:
                    body = await _read_plain(response) if 200 <= response.status < 300 else b""
                    return Fetched(response.status, _header(response, b"content-type"), body, url)
            url = _joined(url, location)
    raise OutgoingError(f"redirected more than {MAX_REDIRECTS} times")


async def post(
    url: str, headers: Sequence[tuple[str, str]], body: bytes, *, private_targets: bool, deadline: float
) -> int:
    """Post a body, read the response to its last byte, and return its status; a redirect is not followed.

    `Host`, `Connection` and `Content-Length` are added to the headers; errors are those of `fetch`.
    """
    async with (
        _time_limit(deadline),
        _exchange("POST", url, headers, body, private_targets=private_targets) as response,
    ):
        await _read(response)
        return response.status


@asynccontextmanager
async def _time_limit(seconds: float) -> AsyncGenerator[None, None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise OutgoingError(f"no complete answer within {seconds:g} seconds") from error


def _exchange(
    method: str, url: str, headers: Sequence[tuple[str, str]], body: bytes | None, *, private_targets: bool
) -> AbstractAsyncContextManager["httpcore.Response"]:
    check_url(url)
    # What it imports takes megabytes: a server that sends nothing does without.
    from pandocast_server.outgoing.dialling import exchange  # noqa: PLC0415

    return exchange(method, url, headers, body, private_targets=private_targets)


def _header(response: "httpcore.Response", wanted: bytes) -> bytes:
    return next((value for name, value in response.headers if name.lower() == wanted), b"")


async def _read_plain(response: "httpcore.Response") -> bytes:
    if _header(response, b"content-encoding").strip().lower() not in (b"", b"identity"):
        raise OutgoingError("the answer has an encoding that was not asked for")
    return await _read(response)


async def _read(response: "httpcore.Response") -> bytes:
    body = bytearray()
    async for chunk in response.aiter_stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise OutgoingError(f"the answer is larger than {MAX_BODY} bytes")
        # Thousands of chunks of a byte each can come at once; others are to have their turn in between.
        await asyncio.sleep(0)
    return bytes(body)


def _joined(url: str, location: bytes) -> str:
    # Servers send blanks and UTF-8 as they are; browsers follow.
    try:
        return urldefrag(urljoin(url, quote(location, safe=_UNESCAPED))).url
    except ValueError as error:
        raise InvalidUrlError("redirected to what is not a usable URL") from error
