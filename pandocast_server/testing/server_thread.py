"""A server on an event loop of its own, in a thread of its own."""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from threading import Thread
from typing import TypeVar

import anyio

from pandocast_server.clock import event_loop
from pandocast_server.serving import HttpServer, serve
from pandocast_server.work.worker import Worker

T = TypeVar("T")


class ServerThread:
    """Runs a server beside the code that uses it."""

    def __init__(self, server: HttpServer, listener: socket.socket, workers: Sequence[Worker]) -> None:
        self._server = server
        self._listener = listener
        self._workers = workers
        self._loop: Future[asyncio.AbstractEventLoop] = Future()
        # A daemon: a test run that forgets to stop its server still ends.
        self._thread = Thread(target=self._main, name="pandocast-server", daemon=True)
        self._failure: BaseException | None = None

    def start(self) -> None:
        """Start serving; connections made from now on are answered."""
        self._thread.start()
        self._loop.result()

    def run(self, coroutine: Coroutine[object, object, T]) -> T:
        """Run a coroutine on the server's loop, from another thread, and return its result.

        Raises:
            RuntimeError: The server has stopped.
        """
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop.result())
        except RuntimeError:
            coroutine.close()
            raise
        # A loop that ends at this very moment may never come to it.
        while not wait([future], timeout=1.0).done:
            if not self._thread.is_alive():
                raise RuntimeError("the server has stopped")
        if future.cancelled():
            raise RuntimeError("the server has stopped")
        return future.result()

    def call_soon(self, callback: Callable[[], None]) -> None:
        """Have the server's loop call `callback` as its next step; a server that has ended does nothing."""
        with suppress(RuntimeError):
            self._loop.result().call_soon_threadsafe(callback)

    def stop(self) -> None:
        """End the server and wait for it.

        Raises:
            BaseException: What the server died of before it was stopped.
        """
        self._server.should_exit = True
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _main(self) -> None:
        try:
            with asyncio.Runner(loop_factory=event_loop) as runner:
                self._loop.set_result(runner.get_loop())
                runner.run(serve(self._server, self._listener, self._workers))
        except BaseException as failure:  # noqa: BLE001 - handed to whoever stops the server
            self._failure = failure


def is_in_event_loop() -> bool:
    """Return whether the caller runs in an event loop, of asyncio or trio."""
    # The second knows trio, the first also callbacks of asyncio, which belong to no task.
    for current in (asyncio.get_running_loop, anyio.get_cancelled_exc_class):
        with suppress(RuntimeError):
            current()
            return True
    return False
