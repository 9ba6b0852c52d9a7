"""The connections of blocking clients, and the road on which a request reaches them."""

import os
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeAlias, cast

import httpx

from pandocast_sdk._drivers.http_libraries import HTTPX, HTTPClient, library_of
from pandocast_sdk._drivers.transport import CLOSED, LIMITS, direct_hosts, has_proxies, tls_context

Sender: TypeAlias = Callable[[httpx.Request], httpx.Response]
"""Sends a request and gives the response, whose body is still to be read."""


class SyncPool:
    """The connections that a client and its copies share; a forked child opens its own."""

    def __init__(self, given: HTTPClient | None) -> None:
        self.library = HTTPX if given is None else library_of(given, "Client")
        # It may be its like of another library, as has been made sure.
        self._given = None if given is None else _through(cast("httpx.Client", given))
        self._own: httpx.Client | httpx.HTTPTransport | None = None
        self._opened: tuple[int, Sender] | None = None  # with the process: both change at once
        self._closed = False
        self._lock = threading.Lock()

    def sender(self) -> Sender:
        """Give the road to the service, opened at the first use in a process.

        Raises:
            RuntimeError: The pool is closed.
        """
        if self._closed:
            raise RuntimeError(CLOSED)
        if self._given is not None:
            return self._given
        opened = self._opened
        if opened is None or opened[0] != os.getpid():
            with self._lock:
                opened = self._opened
                if opened is None or opened[0] != os.getpid():
                    opened = self._opened = self._open()
        return opened[1]

    def close(self) -> None:
        """Close what was opened here; a client that was given stays open."""
        self._closed = True
        own, opened = self._own, self._opened
        self._own = self._opened = None
        if own is not None and opened is not None and opened[0] == os.getpid():
            own.close()

    def _open(self) -> tuple[int, Sender]:
        if has_proxies():
            self._own = client = httpx.Client(verify=tls_context(), limits=LIMITS, mounts=direct_hosts())
            return os.getpid(), _through(client)
        self._own = transport = httpx.HTTPTransport(verify=tls_context(), limits=LIMITS)
        return os.getpid(), transport.handle_request


def _through(client: httpx.Client) -> Sender:
    return partial(client.send, stream=True, auth=None, follow_redirects=False)
