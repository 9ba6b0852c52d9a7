"""Connecting to a host with several addresses, within one time limit."""

import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from pandocast_sdk._core.clock import monotonic
from pandocast_sdk._drivers.http.interruptions import InterruptedWriteError, interruption


class SharedTimeBackend(httpcore.SyncBackend):
    """Connects as the HTTP library does, but has all addresses of a host share the timeout.

    The library gives each of them the whole of it, one after the other: four that do not respond take four
    times as long as the call may. Each gets an equal share of what is left. Async connections need none of
    this: they try the addresses side by side.
    """

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        if timeout is None:
            return _Stream(super().connect_tcp(host, port, timeout, local_address, socket_options))
        ends = monotonic() + timeout
        addresses = _addresses(host, port)
        failure: Exception = httpcore.ConnectTimeout("timed out")
        for tried, address in enumerate(addresses):
            left = ends - monotonic()
            if left <= 0:
                break
            try:
                share = left / (len(addresses) - tried)
                return _Stream(super().connect_tcp(address, port, share, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _Stream(httpcore.NetworkStream):
    """A stream that distinguishes errors of signal handlers from its own when it writes."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        for name in ("read", "close", "get_extra_info"):
            setattr(self, name, getattr(stream, name))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self._stream.write(buffer, timeout)
        except (httpcore.WriteError, httpcore.WriteTimeout) as error:
            raised = interruption(error)
            if raised is None:
                raise
            raise InterruptedWriteError(raised) from None

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout))


def _addresses(host: str, port: int) -> list[str]:
    """Return the addresses of a host, each once.

    Raises:
        httpcore.ConnectError: It has none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def share_time(transport: httpx.HTTPTransport) -> httpx.HTTPTransport:
    """Have a transport connect by `SharedTimeBackend`; should private names change, it connects as before."""
    pool: Any = getattr(transport, "_pool", None)  # the library has no public way
    if hasattr(pool, "_network_backend"):
        pool._network_backend = SharedTimeBackend()  # noqa: SLF001 - likewise
    return transport
