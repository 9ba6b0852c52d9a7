"""The blocking driver: does what plans decide, over a pool of connections."""

import threading
import time
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar, cast

import httpx

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.protocol import Failure, Outcome, Plan, RawHeaders, Send, Sleep, WireResponse
from pandocast_sdk._core.rate_limit.state import RateLimitState
from pandocast_sdk._core.redaction import without_frames
from pandocast_sdk._drivers.client_state import ClientState
from pandocast_sdk._drivers.http.body import BodyReader
from pandocast_sdk._drivers.http.libraries import failure_of
from pandocast_sdk._drivers.http.sync_pool import SyncPool
from pandocast_sdk._drivers.http.transport import RequestBuilder
from pandocast_sdk.options import ClientOptions

T = TypeVar("T")
P = ParamSpec("P")

_LONGEST_PAUSE = min(1e9, threading.TIMEOUT_MAX)  # seconds: more is refused by operating systems


class SyncSession:
    """One client's way to run plans."""

    def __init__(self, options: ClientOptions, pool: SyncPool, *, owns_pool: bool) -> None:
        self.options = options
        self.pool = pool
        self._owns_pool = owns_pool
        self._request_builder = RequestBuilder(options, pool.library)
        self._state = ClientState(options)

    def run(
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
                    outcome = self._send(step)
                    continue
                if isinstance(step, Sleep):
                    _pause(step)
                else:
                    self._state.consult(step)
                outcome = None
        finally:
            life.close()

    @property
    def rate_limit(self) -> RateLimitState:
        """What is known of the key's window."""
        return self._state.rate_limit()

    def copy(self, options: ClientOptions) -> "SyncSession":
        """Give a session with other options that shares the pool."""
        return SyncSession(options, self.pool, owns_pool=False)

    def close(self) -> None:
        """Let go of the budget, and of the pool if it is this client's own."""
        self._state.end()
        if self._owns_pool:
            self.pool.close()

    def _send(self, step: Send) -> WireResponse | Failure:
        sent = time.monotonic()
        try:
            response = self.pool.sender()(self._request_builder.request(step))
            headers = response.headers.raw
            body = _read(response, headers, step.expires)
        except Exception as error:  # noqa: BLE001 - sorted by a table, raised again if it is none of it
            return failure_of(error, step.request, self.pool.library)
        except BaseException as error:
            without_frames(error)  # of an interrupted or cancelled call: they hold the headers
            raise
        return WireResponse(response.status_code, headers, body, sent, time.monotonic())


def _read(response: httpx.Response, headers: RawHeaders, expires: float) -> bytes:
    if response.is_stream_consumed:
        return response.content  # read already, by a hook or transport of the caller's
    reader = BodyReader(headers, expires)
    stream = cast("httpx.SyncByteStream", response.stream)  # of a blocking client it is one
    try:
        for piece in stream:
            reader.add(piece)
    finally:
        stream.close()
    return reader.finish()


def _pause(step: Sleep) -> None:
    seconds = min(step.seconds, _LONGEST_PAUSE)
    if step.until is None:
        time.sleep(seconds)
        return
    woken = threading.Event()
    if step.until.on_wake(woken.set):
        woken.wait(seconds)
