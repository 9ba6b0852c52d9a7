"""The connections of async clients, and the road on which a request reaches them."""

import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeAlias, cast

import httpx

from pandocast_sdk._drivers.event_loop import current_loop
from pandocast_sdk._drivers.http_libraries import HTTPX, AsyncHTTPClient, library_of
from pandocast_sdk._drivers.transport import CLOSED, LIMITS, direct_hosts, has_proxies, tls_context

AsyncSender: TypeAlias = Callable[[httpx.Request], Awaitable[httpx.Response]]
"""Sends a request and gives the response, whose body is still to be read."""


class AsyncPool:
    """The connections that a client and its copies share; another event loop or process opens its own."""

    def __init__(self, given: AsyncHTTPClient | None) -> None:
        self.library = HTTPX if given is None else library_of(given, "AsyncClient")
        # It may be its like of another library, as has been made sure.
        self._given = None if given is None else _through(cast("httpx.AsyncClient", given))
        self._own: httpx.AsyncClient | httpx.AsyncHTTPTransport | None = None
        self._send_own: AsyncSender | None = None
        self._closed = False
        self._place: tuple[int, object] = (0, None)

    def sender(self) -> AsyncSender:
        """Give the road to the service, opened at the first use in a process and event loop.

        Raises:
            RuntimeError: The pool is closed.
        """
        if self._closed:
            raise RuntimeError(CLOSED)
        if self._given is not None:
            return self._given
        place = (os.getpid(), current_loop())
        sender = self._send_own
        if sender is None or self._place != place:
            # Connections of another loop cannot even be closed from here; they go with their loop.
            sender = self._send_own = self._open()
            self._place = place
        return sender

    async def close(self) -> None:
        """Close what was opened here; a client that was given stays open."""
        self._closed = True
        own, self._own, self._send_own = self._own, None, None
        if own is not None and self._place == (os.getpid(), current_loop()):
            await own.aclose()

    def _open(self) -> AsyncSender:
        if has_proxies():
            self._own = client = httpx.AsyncClient(verify=tls_context(), limits=LIMITS, mounts=direct_hosts())
            return _through(client)
        self._own = transport = httpx.AsyncHTTPTransport(verify=tls_context(), limits=LIMITS)
        return transport.handle_async_request


def _through(client: httpx.AsyncClient) -> AsyncSender:
    return partial(client.send, stream=True, auth=None, follow_redirects=False)
