"""The awaiting driver: does what plans decide, over a pool of connections, under asyncio or trio."""

import os
import time
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

import httpx

from pandocast_sdk._core.plan import Terms
from pandocast_sdk._core.service import terms_for
from pandocast_sdk._core.steps import Answer, Failure, Life, Outcome, Send
from pandocast_sdk._drivers.event_loop import current_loop, pause
from pandocast_sdk._drivers.transport import (
    LARGEST_ANSWER,
    LIMITS,
    AnswerTooLargeError,
    AttemptExpiredError,
    Envelope,
    failure_of,
    tls_context,
)
from pandocast_sdk.options import ClientOptions

T = TypeVar("T")
P = ParamSpec("P")


class AsyncPool:
    """The connections that a client and its copies share; another event loop or process opens its own."""

    def __init__(self, given: httpx.AsyncClient | None) -> None:
        self._given = given
        self._own: httpx.AsyncClient | None = None
        self._place: tuple[int, object] = (0, None)

    def client(self) -> httpx.AsyncClient:
        """Give the HTTP client, opened at the first use in a process and event loop."""
        if self._given is not None:
            return self._given
        place = (os.getpid(), current_loop())
        if self._own is None or self._place != place:
            # Connections of another loop cannot even be closed from here; they go with their loop.
            self._own = httpx.AsyncClient(verify=tls_context(), limits=LIMITS, follow_redirects=False)
            self._place = place
        return self._own

    async def close(self) -> None:
        """Close what was opened here; a client that was given stays open."""
        own, self._own = self._own, None
        if own is not None and self._place == (os.getpid(), current_loop()):
            await own.aclose()


class AsyncSession:
    """One client's way to run plans."""

    def __init__(self, options: ClientOptions, pool: AsyncPool, *, owns_pool: bool) -> None:
        self.options = options
        self.pool = pool
        self._owns_pool = owns_pool
        self._envelope = Envelope(options.api_key)
        self._terms: Terms | None = terms_for(options)
        self._process = os.getpid()

    async def run(
        self, procedure: Callable[Concatenate[Terms, P], Life[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a plan to its end.

        Raises:
            RuntimeError: The client is closed.
        """
        life = procedure(self._open_terms(), *args, **kwargs)
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
                else:
                    await pause(step)
                    outcome = None
        finally:
            life.close()

    def copy(self, options: ClientOptions) -> "AsyncSession":
        """Give a session with other options that shares the pool."""
        return AsyncSession(options, self.pool, owns_pool=False)

    async def close(self) -> None:
        """Let go of the budget, and of the pool if it is this client's own."""
        self._terms = None
        if self._owns_pool:
            await self.pool.close()

    def _open_terms(self) -> Terms:
        if self._terms is None:
            raise RuntimeError("this client is closed")
        if self._process != os.getpid():
            # The parent's budget counts requests that this process will never see answered.
            self._terms, self._process = terms_for(self.options), os.getpid()
        return self._terms

    async def _send(self, step: Send) -> Answer | Failure:
        sent = time.monotonic()
        try:
            response = await self.pool.client().send(
                self._envelope.request(step, sent), stream=True, auth=None, follow_redirects=False
            )
            try:
                body = await _read(response, step.expires)
            finally:
                await response.aclose()
        except Exception as error:  # noqa: BLE001 - sorted by a table, raised again if it is none of it
            return failure_of(error)
        return Answer(response.status_code, response.headers.raw, body, sent, time.monotonic())


async def _read(response: httpx.Response, expires: float) -> bytes:
    """Read the body, looking at the clock between the pieces: a time-out of the library is for each piece."""
    pieces: list[bytes] = []
    size = 0
    async for piece in response.aiter_bytes():
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST_ANSWER:
            raise AnswerTooLargeError
        if time.monotonic() > expires:
            raise AttemptExpiredError("the answer trickled in for too long")
    return b"".join(pieces)
