"""The connections of blocking clients, and the road on which a request reaches them."""

import os
import threading
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeAlias, cast

import httpx

from pandocast_sdk._core.client import is_loopback
from pandocast_sdk._drivers.http.libraries import HTTPX, HTTPClient, Library, library_of
from pandocast_sdk._drivers.http.transport import CLOSED, FORKED, LIMITS, has_proxies, tls_context

Sender: TypeAlias = Callable[[httpx.Request], httpx.Response]
"""Sends a request and gives the response, whose body is still to be read."""


class _OpenTransport(NamedTuple):
    """A way to the service, the process that opened it, and what has to be closed at its end."""

    process: int
    send: Sender
    ends: tuple[httpx.HTTPTransport | httpx.Client, ...] = ()


class SyncPool:
    """The connections that a client and its copies share; a forked child opens its own."""

    def __init__(self, given: HTTPClient | None) -> None:
        self.library: Library = HTTPX if given is None else library_of(given, "Client")
        # It may be its like of another library, as has been made sure.
        self._given = None if given is None else _through(cast("httpx.Client", given), self.library)
        self._road: _OpenTransport | None = None
        self._closed = False
        self._locks = {os.getpid(): threading.Lock()}  # a child may be forked while a thread holds the lock

    def sender(self) -> Sender:
        """Give the road to the service, opened at the first use in a process.

        Raises:
            RuntimeError: The pool is closed, or has to use a client that another process has used.
        """
        if self._closed:
            raise RuntimeError(CLOSED)
        road = self._road
        if road is None or road.process != os.getpid():
            with self._locks.setdefault(os.getpid(), threading.Lock()):
                road = self._road
                if road is None or road.process != os.getpid():
                    road = self._road = self._open(road)
        return road.send

    def close(self) -> None:
        """Close what was opened here; a client that was given stays open."""
        self._closed = True
        road, self._road = self._road, None
        if road is not None and road.process == os.getpid():
            for end in road.ends:
                end.close()

    def _open(self, last: _OpenTransport | None) -> _OpenTransport:
        if self._given is None:
            return _open_own()
        if last is not None:
            raise RuntimeError(FORKED)
        return _OpenTransport(os.getpid(), self._given)


def _open_own() -> _OpenTransport:
    direct = httpx.HTTPTransport(verify=tls_context(), limits=LIMITS)
    if not has_proxies():
        return _OpenTransport(os.getpid(), direct.handle_request, (direct,))
    client = httpx.Client(verify=tls_context(), limits=LIMITS)
    through = _through(client, HTTPX)

    def send(request: httpx.Request) -> httpx.Response:
        # The key may go unencrypted to this machine because it stays there; a proxy would carry it away.
        return direct.handle_request(request) if is_loopback(request.url.host) else through(request)

    return _OpenTransport(os.getpid(), send, (direct, client))


def _through(client: httpx.Client, library: Library) -> Sender:
    return partial(client.send, stream=True, auth=library.no_auth, follow_redirects=False)
