"""The connection pool of async clients: one transport for each event loop, in each process.

Making a pool imports no HTTP library; the first call does. A client that the caller passes has its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from pandocast_sdk._drivers.event_loop import TimeLimit, current_loop, has_ended, time_limit_here
from pandocast_sdk._drivers.http.messages import CLOSED, FORKED
from pandocast_sdk._imports import importing

if TYPE_CHECKING:
    import httpx

    from pandocast_sdk._drivers.http.caller_clients import AsyncHTTPClient
    from pandocast_sdk._drivers.http.libraries import HTTPLibrary

AsyncSender: TypeAlias = "Callable[[httpx.Request], Awaitable[httpx.Response]]"
"""Sends a request and returns the response, whose body is still to be read."""


class AsyncOpenTransport(NamedTuple):
    """An open transport of one event loop in one process.

    Attributes:
        process: The process that opened it.
        time_limit: Sets time limits in its event loop.
        send: Sends a request through it.
        transport_to: Returns the HTTP library's transport that requests to an address use, None if unknown.
        resources: What to close with it.
    """

    process: int
    time_limit: TimeLimit
    send: AsyncSender
    transport_to: Callable[[httpx.URL], object]
    resources: Sequence[httpx.AsyncHTTPTransport] = ()


class AsyncPool:
    """The connection pool of a client and its copies; each loop in each process has its own transport."""

    def __init__(self, http_client: AsyncHTTPClient | None) -> None:
        """Prepare a pool over the caller's client, or else over its own connections.

        Raises:
            TypeError: The client is not an async client of a supported library.
        """
        self._library = None if http_client is None else _library_of(http_client)
        # It may be the same class of another library, as `_library_of` has checked.
        self._http_client = cast("httpx.AsyncClient | None", http_client)
        self._http_client_used_in: int | None = None
        self._transports: dict[object, AsyncOpenTransport] = {}
        self._closed = False

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
        if self._http_client is None or "httpcore" in sys.modules:  # which httpx's own transports use
            from pandocast_sdk._drivers.http.transport import load_async_transport  # noqa: PLC0415 - likewise

            load_async_transport()

    def load(self, *, encrypted: bool) -> None:
        """Import and load what connections of any kind need; for encrypted ones, the certificates."""
        from pandocast_sdk._drivers.http import transport  # noqa: PLC0415 - likewise

        transport.load_async_transport()
        if encrypted and self._http_client is None:
            transport.load_certificates()

    def transport(self) -> AsyncOpenTransport:
        """Return the transport of this process and event loop, and open it at the first use.

        Raises:
            RuntimeError: The pool is closed, or the caller's client was used in another process.
        """
        if self._closed:
            raise RuntimeError(CLOSED)
        loop = current_loop()
        transport = self._transports.get(loop)
        if transport is None or transport.process != os.getpid():
            transport = self._open()
            self._forget_ended()
            self._transports[loop] = transport
        return transport

    async def close(self) -> None:
        """Close what this event loop has opened in this process; the caller's client stays open."""
        self._closed = True
        if not self._transports:
            return
        transport = self._transports.get(current_loop())
        self._transports.clear()
        if transport is not None and transport.process == os.getpid():
            for resource in transport.resources:
                await resource.aclose()

    def _open(self) -> AsyncOpenTransport:
        if self._http_client is None:
            return _open_own()
        transport_to = getattr(self._http_client, "_transport_for_url", _no_transport)
        send = _sender_of(self._http_client, self.library, transport_to)
        if self._http_client_used_in is None:
            self._http_client_used_in = os.getpid()
            return AsyncOpenTransport(self._http_client_used_in, time_limit_here(), send, transport_to)
        if self._http_client_used_in != os.getpid():
            raise RuntimeError(FORKED)
        return AsyncOpenTransport(
            self._http_client_used_in, time_limit_here(), partial(_send_in_another_loop, send), transport_to
        )

    def _forget_ended(self) -> None:
        """Drop the transports of ended loops and other processes, which cannot be closed here."""
        for loop, transport in list(self._transports.items()):
            if transport.process != os.getpid() or has_ended(loop):
                self._transports.pop(loop, None)


def _library_of(http_client: AsyncHTTPClient) -> HTTPLibrary:
    with importing():
        from pandocast_sdk._drivers.http.libraries import library_of  # noqa: PLC0415 - the caller has imported its library

    return library_of(http_client, "AsyncClient")


def _open_own() -> AsyncOpenTransport:
    from pandocast_sdk._drivers.http.transport import open_async_routes  # noqa: PLC0415 - imported by the first call

    routes = open_async_routes()
    direct = routes.direct

    # The method is looked up for each request: tools that trace or mock requests replace it.
    def send(request: httpx.Request) -> Awaitable[httpx.Response]:
        return direct.handle_async_request(request)

    def send_by_route(request: httpx.Request) -> Awaitable[httpx.Response]:
        return routes.transport_to(request.url).handle_async_request(request)

    return AsyncOpenTransport(
        os.getpid(),
        time_limit_here(),
        send_by_route if routes.has_proxies else send,
        routes.used_for,
        routes.opened,
    )


def _no_transport(_url: httpx.URL) -> None:
    """Stand for what a client does not tell: its transports are its own."""


def _sender_of(
    client: httpx.AsyncClient, library: HTTPLibrary, transport_to: Callable[[httpx.URL], Any]
) -> AsyncSender:
    from pandocast_sdk._drivers.http.plain_clients import plainness_of  # noqa: PLC0415 - likewise

    no_auth = library.no_auth
    is_plain = plainness_of(client)

    def send(request: httpx.Request) -> Awaitable[httpx.Response]:  # looked up for each request, too
        if is_plain():
            response: Awaitable[httpx.Response] = transport_to(request.url).handle_async_request(request)
            return response
        return client.send(request, stream=True, auth=no_auth, follow_redirects=False)

    return send


async def _send_in_another_loop(send: AsyncSender, request: httpx.Request) -> httpx.Response:
    try:
        return await send(request)
    except RuntimeError as error:
        error.add_note(
            "http_client was used in another event loop before: pass a different client in each loop"
        )
        raise
