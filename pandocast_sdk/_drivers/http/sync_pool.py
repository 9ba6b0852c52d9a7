"""The connection pool of blocking clients: one transport in each process.

Making a pool imports no HTTP library; the first call does. A client that the caller passes has its own.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from pandocast_sdk._drivers.http.messages import CLOSED, FORKED
from pandocast_sdk._imports import importing

if TYPE_CHECKING:
    import httpx

    from pandocast_sdk._drivers.http.caller_clients import HTTPClient
    from pandocast_sdk._drivers.http.libraries import HTTPLibrary

Sender: TypeAlias = "Callable[[httpx.Request], httpx.Response]"
"""Sends a request and returns the response, whose body is still to be read."""


class OpenTransport(NamedTuple):
    """An open transport of one process.

    Attributes:
        process: The process that opened it.
        send: Sends a request through it.
        transport_to: Returns the HTTP library's transport that requests to an address use, None if unknown.
        resources: What to close with it.
    """

    process: int
    send: Sender
    transport_to: Callable[[httpx.URL], object]
    resources: Sequence[httpx.HTTPTransport] = ()


class Pool:
    """The connection pool of a client and its copies; a forked child opens its own transport."""

    def __init__(self, http_client: HTTPClient | None) -> None:
        """Prepare a pool over the caller's client, or else over its own connections.

        Raises:
            TypeError: The client is not a blocking client of a supported library.
        """
        self._library = None if http_client is None else _library_of(http_client)
        # It may be the same class of another library, as `_library_of` has checked.
        self._http_client = cast("httpx.Client | None", http_client)
        self._transport: OpenTransport | None = None
        self._closed = False
        self._locks = {
            os.getpid(): threading.Lock()
        }  # one per process: a thread may hold the lock while it forks

    @property
    def library(self) -> HTTPLibrary:
        """The HTTP library of its requests."""
        if self._library is None:
            from pandocast_sdk._drivers.http.libraries import HTTPX  # noqa: PLC0415 - imported by the first call

            self._library = HTTPX
        return self._library

    @property
    def hooks(self) -> list[object]:
        """The event hooks of the caller's client."""
        if self._http_client is None:
            return []
        return [hook for hooks in self._http_client.event_hooks.values() for hook in hooks]

    def prepare(self) -> None:
        """Import and load what the first transport needs."""
        if self._http_client is None:
            from pandocast_sdk._drivers.http.transport import load_transport  # noqa: PLC0415 - likewise

            load_transport()

    def load(self, *, encrypted: bool) -> None:
        """Import and load what connections of any kind need; for encrypted ones, the certificates."""
        from pandocast_sdk._drivers.http import transport  # noqa: PLC0415 - likewise

        transport.load_transport()
        if encrypted and self._http_client is None:
            transport.load_certificates()

    def transport(self) -> OpenTransport:
        """Return the transport of this process, and open it at the first use.

        Raises:
            RuntimeError: The pool is closed, or the caller's client was used in another process.
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
        """Close what this process has opened; the caller's client stays open."""
        self._closed = True
        transport, self._transport = self._transport, None
        if transport is not None and transport.process == os.getpid():
            for resource in transport.resources:
                resource.close()

    def _open(self, previous: OpenTransport | None) -> OpenTransport:
        if self._http_client is None:
            return _open_own()
        if previous is not None:
            raise RuntimeError(FORKED)
        transport_to = getattr(self._http_client, "_transport_for_url", _no_transport)
        send = _sender_of(self._http_client, self.library, transport_to)
        return OpenTransport(os.getpid(), send, transport_to)


def _library_of(http_client: HTTPClient) -> HTTPLibrary:
    with importing():
        from pandocast_sdk._drivers.http.libraries import library_of  # noqa: PLC0415 - the caller has imported its library

    return library_of(http_client, "Client")


def _open_own() -> OpenTransport:
    from pandocast_sdk._drivers.http.transport import open_routes  # noqa: PLC0415 - imported by the first call

    routes = open_routes()
    direct = routes.direct

    # The method is looked up for each request: tools that trace or mock requests replace it.
    def send(request: httpx.Request) -> httpx.Response:
        return direct.handle_request(request)

    def send_by_route(request: httpx.Request) -> httpx.Response:
        return routes.transport_to(request.url).handle_request(request)

    return OpenTransport(
        os.getpid(), send_by_route if routes.has_proxies else send, routes.used_for, routes.opened
    )


def _no_transport(_url: httpx.URL) -> None:
    """Stand for what a client does not tell: its transports are its own."""


def _sender_of(
    client: httpx.Client, library: HTTPLibrary, transport_to: Callable[[httpx.URL], Any]
) -> Sender:
    from pandocast_sdk._drivers.http.plain_clients import plainness_of  # noqa: PLC0415 - likewise

    no_auth = library.no_auth
    is_plain = plainness_of(client)

    def send(request: httpx.Request) -> httpx.Response:  # looked up for each request, too
        if is_plain():
            response: httpx.Response = transport_to(request.url).handle_request(request)
            return response
        return client.send(request, stream=True, auth=no_auth, follow_redirects=False)

    return send
