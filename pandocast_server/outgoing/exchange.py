"""One request over a connection of its own, and what is wrong with its answer as typed errors."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import lru_cache

import httpcore

from pandocast_server.outgoing.dialling import VettingBackend
from pandocast_server.outgoing.errors import (
    BodyTooLargeError,
    ConnectFailedError,
    DeadlineError,
    ProtocolError,
    TargetRefusedError,
)

MAX_BODY = 10 * 1024 * 1024


@contextmanager
def typed_errors(deadline: float) -> Generator[None, None, None]:
    """Raise as an `OutgoingError` whatever becomes of a request that has `deadline` seconds."""
    try:
        yield
    except TimeoutError as error:
        raise DeadlineError(f"no complete answer within {deadline:g} seconds") from error
    except httpcore.ConnectError as error:
        raise ConnectFailedError(f"cannot connect: {error}") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise ProtocolError(f"no valid answer: {str(error) or type(error).__name__}") from error


@asynccontextmanager
async def exchange(
    method: str,
    url: str,
    headers: Sequence[tuple[str, str]],
    *,
    body: bytes | None = None,
    private_targets: bool,
) -> AsyncGenerator[httpcore.Response, None]:
    """Send a request over a connection of its own, and give its answer while the connection is open.

    A connection that was kept open may turn out to be closed when the request is on its way; then nobody
    knows whether it was acted on. A new one costs little and is judged anew.
    """
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


def codings(response: httpcore.Response) -> list[bytes]:
    """Give the names of what the body is encoded in, in lower case; none when it is plain."""
    values = [value for name, value in response.headers if name.lower() == b"content-encoding"]
    names = (name.strip().lower() for name in b",".join(values).split(b","))
    return [name for name in names if name not in (b"", b"identity")]


async def pieces(response: httpcore.Response) -> AsyncGenerator[bytes, None]:
    """Give the body as it comes in.

    Raises:
        BodyTooLargeError: It has more than `MAX_BODY` bytes.
    """
    stream = response.stream
    if not isinstance(stream, AsyncIterable):  # an asynchronous connection gives nothing else
        raise TypeError(type(stream).__name__)
    size = 0
    async for chunk in stream:
        size += len(chunk)
        if size > MAX_BODY:
            raise too_large()
        yield chunk
        # Thousands of chunks of a byte each can come at once; others are to have their turn in between.
        await asyncio.sleep(0)


def too_large() -> BodyTooLargeError:
    """Make the error of a body that has more than `MAX_BODY` bytes."""
    return BodyTooLargeError(f"the answer is larger than {MAX_BODY} bytes")
