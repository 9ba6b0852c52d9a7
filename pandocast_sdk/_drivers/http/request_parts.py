"""Parts of a request that do less than the HTTP library's own, in ways that it offers to everybody.

On the way of a call through somebody's client every function counts: it is met once a call, between two waits
for the network, when the processor has forgotten it.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from typing import Self, cast

import httpx


def content_at_need(request: type[httpx.Request]) -> type[httpx.Request]:
    """Have requests read their content when a hook or a transport asks for it: few do, and it takes time."""
    return cast("type[httpx.Request]", type(request.__name__, (request,), {"content": property(_content)}))


def _content(request: httpx.Request) -> bytes:
    return b"".join(cast("httpx.SyncByteStream", request.stream))


def no_body(*streams: type) -> httpx.SyncByteStream:
    """Make a body without pieces: the library's own has an empty one, which it sends like any other."""
    members = {"__iter__": _no_pieces, "__aiter__": _no_async_pieces}
    return cast("httpx.SyncByteStream", type("NoBody", streams, members)())


def _no_pieces(_stream: object) -> Iterator[bytes]:
    return iter(())


def _no_async_pieces(_stream: object) -> AsyncIterator[bytes]:
    return _Nothing()


class _Nothing:
    """Not one piece, for `async for`."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        raise StopAsyncIteration


def no_auth(auth: type[httpx.Auth]) -> httpx.Auth:
    """Make what adds nothing to a request, without the library's detour for what might."""
    flows = {"sync_auth_flow": _as_it_is, "async_auth_flow": _as_it_is_async}
    return cast("httpx.Auth", type(auth.__name__, (auth,), flows)())


def _as_it_is(_auth: httpx.Auth, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
    yield request


async def _as_it_is_async(
    _auth: httpx.Auth, request: httpx.Request
) -> AsyncGenerator[httpx.Request, httpx.Response]:
    yield request
