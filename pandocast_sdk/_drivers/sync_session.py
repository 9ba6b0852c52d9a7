"""The blocking driver: does what plans decide, over a pool of connections."""

import os
import threading
import time
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar, cast

import httpx

from pandocast_sdk._core.plan import Terms
from pandocast_sdk._core.rate_limit_state import RateLimitState
from pandocast_sdk._core.redaction import without_frames
from pandocast_sdk._core.steps import Answer, Failure, Life, Outcome, Send, Sleep
from pandocast_sdk._drivers.body import BodyReader
from pandocast_sdk._drivers.http_libraries import HTTPX, HTTPClient, failure_of, library_of
from pandocast_sdk._drivers.standing import Standing
from pandocast_sdk._drivers.transport import CLOSED, LIMITS, Envelope, direct_hosts, tls_context
from pandocast_sdk.options import ClientOptions

T = TypeVar("T")
P = ParamSpec("P")

_LONGEST_PAUSE = min(1e9, threading.TIMEOUT_MAX)  # seconds: more is refused by operating systems


class SyncPool:
    """The connections that a client and its copies share; a forked child opens its own."""

    def __init__(self, given: HTTPClient | None) -> None:
        self.library = HTTPX if given is None else library_of(given, "Client")
        self._given = cast("httpx.Client | None", given)  # or its like, as the library has made sure
        self._own: httpx.Client | None = None
        self._process = 0
        self._closed = False
        self._lock = threading.Lock()

    def client(self) -> httpx.Client:
        """Give the HTTP client, opened at the first use in a process.

        Raises:
            RuntimeError: The pool is closed.
        """
        if self._closed:
            raise RuntimeError(CLOSED)
        if self._given is not None:
            return self._given
        own, process = self._own, os.getpid()
        if own is None or self._process != process:
            with self._lock:
                if self._own is None or self._process != process:
                    self._own = httpx.Client(verify=tls_context(), limits=LIMITS, mounts=direct_hosts())
                    self._process = process
                own = self._own
        return own

    def close(self) -> None:
        """Close what was opened here; a client that was given stays open."""
        self._closed = True
        own, self._own = self._own, None
        if own is not None and self._process == os.getpid():
            own.close()


class SyncSession:
    """One client's way to run plans."""

    def __init__(self, options: ClientOptions, pool: SyncPool, *, owns_pool: bool) -> None:
        self.options = options
        self.pool = pool
        self._owns_pool = owns_pool
        self._envelope = Envelope(options.api_key, pool.library)
        self._standing = Standing(options)

    def run(
        self, procedure: Callable[Concatenate[Terms, P], Life[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a plan to its end.

        Raises:
            RuntimeError: The client is closed.
        """
        life = procedure(self._standing.terms(), *args, **kwargs)
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
                    self._standing.consult(step)
                outcome = None
        finally:
            life.close()

    @property
    def rate_limit(self) -> RateLimitState:
        """What is known of the key's window."""
        return self._standing.rate_limit()

    def copy(self, options: ClientOptions) -> "SyncSession":
        """Give a session with other options that shares the pool."""
        return SyncSession(options, self.pool, owns_pool=False)

    def close(self) -> None:
        """Let go of the budget, and of the pool if it is this client's own."""
        self._standing.end()
        if self._owns_pool:
            self.pool.close()

    def _send(self, step: Send) -> Answer | Failure:
        sent = time.monotonic()
        try:
            response = self.pool.client().send(
                self._envelope.request(step), stream=True, auth=None, follow_redirects=False
            )
            try:
                body = _read(response, step.expires)
            finally:
                response.close()
        except Exception as error:  # noqa: BLE001 - sorted by a table, raised again if it is none of it
            return failure_of(error, step.request, self.pool.library)
        except BaseException as error:
            without_frames(error)  # of an interrupted or cancelled call: they hold the headers
            raise
        return Answer(response.status_code, response.headers.raw, body, sent, time.monotonic())


def _read(response: httpx.Response, expires: float) -> bytes:
    if response.is_stream_consumed:
        return response.content  # read already, by a hook or transport of the caller's
    reader = BodyReader(response, expires)
    for piece in response.iter_raw():
        reader.add(piece)
    return reader.finish()


def _pause(step: Sleep) -> None:
    seconds = min(step.seconds, _LONGEST_PAUSE)
    if step.until is None:
        time.sleep(seconds)
        return
    woken = threading.Event()
    if step.until.on_wake(woken.set):
        woken.wait(seconds)
