"""The connections of blocking clients: one transport in each process.

Making a pool imports no HTTP library, unless the caller passes a client of one; its first transport does.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from pandocast_sdk._core.client import is_loopback
from pandocast_sdk._drivers.http.messages import CLOSED, FORKED
from pandocast_sdk._imports import importing

if TYPE_CHECKING:
    import httpx

    from pandocast_sdk._drivers.http.caller_clients import HTTPClient
    from pandocast_sdk._drivers.http.libraries import HTTPLibrary

Sender: TypeAlias = "Callable[[httpx.Request], httpx.Response]"
"""Sends a request and returns the response, whose body is still to be read."""


class OpenTransport(NamedTuple):
    """A transport that is open in one process.

    Attributes:
        process: The process that opened it.
        send: Sends a request through it.
        resources: What has to be closed with it.
    """

    process: int
    send: Sender
    resources: tuple[httpx.HTTPTransport | httpx.Client, ...] = ()


class Pool:
    """The connections that a client and its copies share; a forked child opens its own."""

    def __init__(self, http_client: HTTPClient | None) -> None:
        """Prepare a pool over the caller's client, or over connections of its own.

        Raises:
            TypeError: The client is of no library that is known, or is an async one.
        """
        self._library = None if http_client is None else _library_of(http_client)
        # It may be its like of another library, as has been made sure.
        self._http_client = cast("httpx.Client | None", http_client)
        self._transport: OpenTransport | None = None
        self._closed = False
        self._locks = {os.getpid(): threading.Lock()}  # a child may be forked while a thread holds the lock

    @property
    def library(self) -> HTTPLibrary:
        """The HTTP library that its requests are made with."""
        if self._library is None:
            from pandocast_sdk._drivers.http.libraries import HTTPX  # noqa: PLC0415 - the first call needs it

            self._library = HTTPX
        return self._library

    def prepare(self) -> None:
        """Import and load what its first transport takes."""
        if self._http_client is None:
            from pandocast_sdk._drivers.http.transport import load_transport  # noqa: PLC0415 - likewise

            load_transport()

    def transport(self) -> OpenTransport:
        """Return the transport of this process, opened at its first use.

        Raises:
            RuntimeError: The pool is closed, or has to use a client that another process has used.
        """
        if self._closed:
            raise RuntimeError(CLOSED)
        transport = self._transport
        if transport is None or transport.process != os.getpid():
            with self._locks.setdefault(os.getpid(), threading.Lock()):
                transport = self._transport
                if transport is None or transport.process != os.getpid():
                    transport = self._transport = self._open(transport)
        return transport

    def close(self) -> None:
        """Close what was opened here; the caller's client stays open."""
        self._closed = True
        transport, self._transport = self._transport, None
        if transport is not None and transport.process == os.getpid():
            for resource in transport.resources:
                resource.close()

    def _open(self, last: OpenTransport | None) -> OpenTransport:
        if self._http_client is None:
            return _open_own(self.library)
        if last is not None:
            raise RuntimeError(FORKED)
        return OpenTransport(os.getpid(), _sender_of(self._http_client, self.library))


def _library_of(http_client: HTTPClient) -> HTTPLibrary:
    with importing():
        from pandocast_sdk._drivers.http.libraries import library_of  # noqa: PLC0415 - the caller has its library

    return library_of(http_client, "Client")


def _open_own(library: HTTPLibrary) -> OpenTransport:
    import httpx  # noqa: PLC0415 - imported by the first call

    from pandocast_sdk._drivers.http.transport import LIMITS, has_proxies, tls_context  # noqa: PLC0415 - likewise

    direct = httpx.HTTPTransport(verify=tls_context(), limits=LIMITS)
    if not has_proxies():
        return OpenTransport(os.getpid(), direct.handle_request, (direct,))
    client = httpx.Client(verify=tls_context(), limits=LIMITS)
    through_proxies = _sender_of(client, library)

    def send(request: httpx.Request) -> httpx.Response:
        # The key may go unencrypted to this machine because it stays there; a proxy would carry it away.
        if is_loopback(request.url.host):
            return direct.handle_request(request)
        return through_proxies(request)

    return OpenTransport(os.getpid(), send, (direct, client))


def _sender_of(client: httpx.Client, library: HTTPLibrary) -> Sender:
    return partial(client.send, stream=True, auth=library.no_auth, follow_redirects=False)
