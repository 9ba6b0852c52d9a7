"""The connections of async clients, and the road on which a request reaches them."""

import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple, TypeAlias, cast

import httpx

from pandocast_sdk._core.client import is_loopback
from pandocast_sdk._drivers.event_loop import TimeLimit, current_loop, has_ended, time_limit_here
from pandocast_sdk._drivers.http.libraries import HTTPX, AsyncHTTPClient, Library, library_of
from pandocast_sdk._drivers.http.transport import CLOSED, FORKED, LIMITS, has_proxies, tls_context

AsyncSender: TypeAlias = Callable[[httpx.Request], Awaitable[httpx.Response]]
"""Sends a request and gives the response, whose body is still to be read."""


class OpenTransport(NamedTuple):
    """A way to the service in one event loop.

    Attributes:
        process: The process that opened it.
        time_limit: Sets time limits in its event loop.
        send: Sends a request on it.
        ends: What has to be closed at its end.
    """

    process: int
    time_limit: TimeLimit
    send: AsyncSender
    ends: tuple[httpx.AsyncHTTPTransport | httpx.AsyncClient, ...] = ()


class AsyncPool:
    """The connections that a client and its copies share; each event loop, in each process, has its own."""

    def __init__(self, given: AsyncHTTPClient | None) -> None:
        self.library: Library = HTTPX if given is None else library_of(given, "AsyncClient")
        # It may be its like of another library, as has been made sure.
        self._given = None if given is None else _through(cast("httpx.AsyncClient", given), self.library)
        self._given_in: int | None = None  # the process that has used it
        self._roads: dict[object, OpenTransport] = {}
        self._closed = False

    def road(self) -> OpenTransport:
        """Give the road to the service, opened at the first use in a process and event loop.

        Raises:
            RuntimeError: The pool is closed, or has to use a client that another process has used.
        """
        if self._closed:
            raise RuntimeError(CLOSED)
        loop = current_loop()
        road = self._roads.get(loop)
        if road is None or road.process != os.getpid():
            road = self._open()
            self._forget()
            self._roads[loop] = road
        return road

    async def close(self) -> None:
        """Close what this event loop has opened here; a client that was given stays open."""
        self._closed = True
        road = self._roads.get(current_loop())
        self._roads.clear()
        if road is not None and road.process == os.getpid():
            for end in road.ends:
                await end.aclose()

    def _open(self) -> OpenTransport:
        if self._given is None:
            return _open_own()
        if self._given_in is None:
            self._given_in = os.getpid()
            return OpenTransport(self._given_in, time_limit_here(), self._given)
        if self._given_in != os.getpid():
            raise RuntimeError(FORKED)
        return OpenTransport(self._given_in, time_limit_here(), partial(_in_another_loop, self._given))

    def _forget(self) -> None:
        """Let go of connections that cannot even be closed from here: their loop or process is another."""
        for loop, road in list(self._roads.items()):
            if road.process != os.getpid() or has_ended(loop):
                self._roads.pop(loop, None)


def _open_own() -> OpenTransport:
    direct = httpx.AsyncHTTPTransport(verify=tls_context(), limits=LIMITS)
    if not has_proxies():
        return OpenTransport(os.getpid(), time_limit_here(), direct.handle_async_request, (direct,))
    client = httpx.AsyncClient(verify=tls_context(), limits=LIMITS)
    through = _through(client, HTTPX)

    async def send(request: httpx.Request) -> httpx.Response:
        # The key may go unencrypted to this machine because it stays there; a proxy would carry it away.
        if is_loopback(request.url.host):
            return await direct.handle_async_request(request)
        return await through(request)

    return OpenTransport(os.getpid(), time_limit_here(), send, (direct, client))


def _through(client: httpx.AsyncClient, library: Library) -> AsyncSender:
    return partial(client.send, stream=True, auth=library.no_auth, follow_redirects=False)


async def _in_another_loop(send: AsyncSender, request: httpx.Request) -> httpx.Response:
    try:
        return await send(request)
    except RuntimeError as error:
        error.add_note(
            "http_client was used in another event loop before: give each loop a client of its own"
        )
        raise
