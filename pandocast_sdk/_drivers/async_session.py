"""The awaiting driver: does what plans decide, over a pool of connections, under asyncio or trio."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Concatenate, ParamSpec, TypeVar, cast

import httpx

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.protocol import Failure, Outcome, Plan, RawHeaders, Send, Sleep, WireResponse
from pandocast_sdk._core.rate_limit.state import RateLimitState
from pandocast_sdk._core.redaction import without_frames
from pandocast_sdk._drivers.client_state import ClientState
from pandocast_sdk._drivers.event_loop import pause
from pandocast_sdk._drivers.http.async_pool import AsyncPool
from pandocast_sdk._drivers.http.body import UNREADABLE, BodyReader
from pandocast_sdk._drivers.http.libraries import failure_of
from pandocast_sdk._drivers.http.transport import RequestBuilder
from pandocast_sdk.options import ClientOptions

T = TypeVar("T")
P = ParamSpec("P")

_GRACE = 0.1  # seconds: the HTTP library's own time-outs come first, because they say what had been reached


class AsyncSession:
    """One client's way to run plans."""

    def __init__(self, options: ClientOptions, pool: AsyncPool, *, owns_pool: bool) -> None:
        self.options = options
        self.pool = pool
        self._owns_pool = owns_pool
        self._request_builder = RequestBuilder(options, pool.library)
        self._state = ClientState(options)

    async def run(
        self, procedure: Callable[Concatenate[CallContext, P], Plan[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a plan to its end.

        Raises:
            RuntimeError: The client is closed.
        """
        life = procedure(self._state.context(), *args, **kwargs)
        outcome: Outcome = None
        try:
            while True:
                try:
                    step = life.send(outcome)
                except StopIteration as stop:
                    result: T = stop.value
                    return result
                if isinstance(step, Send):
                    outcome = await self._send(step)
                    continue
                if isinstance(step, Sleep):
                    await pause(step)
                else:
                    await self._state.consult_in_thread(step)
                outcome = None
        finally:
            life.close()

    @property
    def rate_limit(self) -> RateLimitState:
        """What is known of the key's window."""
        return self._state.rate_limit()

    def copy(self, options: ClientOptions) -> "AsyncSession":
        """Give a session with other options that shares the pool."""
        return AsyncSession(options, self.pool, owns_pool=False)

    async def close(self) -> None:
        """Let go of the budget, and of the pool if it is this client's own."""
        self._state.end()
        if self._owns_pool:
            await self.pool.close()

    async def _send(self, step: Send) -> WireResponse | Failure:
        sent = time.monotonic()
        try:
            road = self.pool.road()
            async with road.time_limit(step.expires - sent + _GRACE):
                response = await road.send(self._request_builder.request(step))
                headers = response.headers.raw
                body = await _read(response, headers, step.expires)
        except Exception as error:  # noqa: BLE001 - sorted by a table, raised again if it is none of it
            return failure_of(error, step.request, self.pool.library)
        except BaseException as error:
            without_frames(error)  # of an interrupted or cancelled call: they hold the headers
            raise
        return WireResponse(response.status_code, headers, body, sent, time.monotonic())


async def _read(response: httpx.Response, headers: RawHeaders, expires: float) -> bytes:
    if response.is_stream_consumed:
        return response.content  # read already, by a hook or transport of the caller's
    reader = BodyReader(headers, expires)
    stream = cast("httpx.AsyncByteStream", response.stream)  # of an async client it is one
    pieces = aiter(stream)
    try:
        async for piece in pieces:
            reader.add(piece)
    except UNREADABLE:
        # Trio complains of generators left half way; once the stream is closed, they run to their end.
        await stream.aclose()
        with suppress(Exception):
            async for _ in pieces:
                pass
        raise
    finally:
        await stream.aclose()
    return reader.finish()
