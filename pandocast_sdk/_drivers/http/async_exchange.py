"""One request and its response, awaited; the blocking twin is `sync_exchange`."""

from contextlib import suppress
from functools import partial
from typing import cast

import httpx

from pandocast_sdk._core.clock import monotonic
from pandocast_sdk._core.protocol import Failure, FailureKind, RawHeaders, Send, WireResponse
from pandocast_sdk._core.redaction import without_frames
from pandocast_sdk._drivers.event_loop import Limit, reschedule
from pandocast_sdk._drivers.http.abandoned import give_back_async
from pandocast_sdk._drivers.http.async_pool import AsyncOpenTransport, AsyncPool
from pandocast_sdk._drivers.http.body import UNREADABLE, BodyReader
from pandocast_sdk._drivers.http.failures import failure_of
from pandocast_sdk._drivers.http.handshake import close_if_cancelled
from pandocast_sdk._drivers.http.hook_errors import is_of_hook, response_of
from pandocast_sdk._drivers.http.leftovers import close_after, followed_connection, release
from pandocast_sdk._drivers.http.request_builder import RequestBuilder
from pandocast_sdk._drivers.http.time_left import NotSentError, TimeLeft
from pandocast_sdk.options import ClientOptions

_GRACE = 0.1  # seconds, so that the HTTP library's own timeouts, which say more, come first if they can


class AsyncExchange:
    """Sends one client's requests over a pool."""

    def __init__(self, options: ClientOptions, pool: AsyncPool) -> None:
        """Prepare the parts that all requests share.

        Raises:
            ValueError: The client's address is invalid.
        """
        pool.prepare()
        self._pool = pool
        self._request_builder = RequestBuilder(options, pool.library)

    async def __call__(self, step: Send) -> WireResponse | Failure:
        """Send a request, and return its response or the failure."""
        time_left = TimeLeft(step, monotonic())
        transport = request = None
        try:
            transport = self._pool.transport()
            request = self._request_builder.request(step.request, time_left)
            close_if_cancelled(request)
            async with transport.time_limit(step.expires - time_left.began + _GRACE) as limit:
                time_left.on_delay = partial(_extend, limit)
                response = await transport.send(request)
                headers = response.headers.raw
                body = await _read(response, headers, time_left.expires)
        except Exception as error:  # looked up in a table, raised again if not found
            await _give_back(transport, request)
            answer = response_of(error, request, self._pool.library, time_left.began)
            if answer is not None:
                await _close_if_followed(cast("httpx.HTTPStatusError", error).response)
                return answer
            if is_of_hook(error, request, self._pool.library, self._pool.hooks):
                raise
            failure = failure_of(error, step.request, self._pool.library)
            if failure.kind is not FailureKind.TIMEOUT:
                return failure
            # The HTTP library gives a handshake the whole timeout again, so this limit may come first.
            return failure._replace(kind=time_left.unsent_kind() or failure.kind)
        except BaseException as error:
            without_frames(error)  # of an interrupted or cancelled call: they contain the headers
            if not isinstance(error, GeneratorExit):
                await _give_back(transport, request)
            raise
        return WireResponse(response.status_code, headers, body, time_left.began, monotonic())


async def _give_back(transport: AsyncOpenTransport | None, request: httpx.Request | None) -> None:
    """Give back the connection of a request that has failed."""
    if transport is not None and request is not None:
        await give_back_async(transport.transport_to(request.url), request)


def _extend(limit: Limit, seconds: float) -> None:
    """Have an attempt that began late last as long as any other.

    Raises:
        NotSentError: It has timed out, just when its connection was free.
    """
    if not reschedule(limit, seconds + _GRACE):
        raise NotSentError


async def _read(response: httpx.Response, headers: RawHeaders, expires: float) -> bytes:
    if response.is_stream_consumed:
        await _close_if_followed(response)
        return response.content  # a hook or transport of the caller's has read it
    reader = BodyReader(headers, expires)
    stream = cast("httpx.AsyncByteStream", response.stream)  # an async client's always is
    pieces = aiter(stream)
    try:
        async for piece in pieces:
            reader.add(piece)
        close_after(stream)
    except UNREADABLE:
        # Trio warns about unfinished generators; once the stream is closed, they run to their end.
        await stream.aclose()
        with suppress(Exception):
            async for _ in pieces:
                pass
        raise
    finally:
        await stream.aclose()
        release(response)
    return reader.finish()


async def _close_if_followed(response: httpx.Response) -> None:
    """Close the connection of a response that a hook has read if bytes have come behind it."""
    connection = followed_connection(response.stream)
    if connection is not None:
        await connection.aclose()
