"""The settings of the SDK's own connections: limits, proxies and certificates."""

import ssl
from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.request import getproxies

import httpx

from pandocast_sdk._imports import importing

LIMITS = httpx.Limits(max_connections=256, max_keepalive_connections=32, keepalive_expiry=4.0)
"""Servers commonly close idle connections after five seconds; a write must not use one that is closing. The
HTTP library checks all idle connections after every call: with 64, that took longer than many calls."""


def has_proxies() -> bool:
    """Return whether the environment or the system's settings name a proxy."""
    return not {"http", "https", "all"}.isdisjoint(getproxies())


@cache
def load_transport() -> None:
    """Import and load what httpx needs for its first transport and connection, while no process can fork."""
    with importing():
        httpx.HTTPTransport(verify=tls_context()).close()
        "localhost".encode("idna")  # the codec for looking up names


@cache
def load_async_transport() -> None:
    """Do the same for async transports, which would otherwise import on the event loop."""
    with importing():
        import anyio  # noqa: PLC0415 - blocking clients do not need it
        from anyio.streams.tls import TLSStream  # noqa: PLC0415 - likewise

        load_transport()
        tls_context().load()
        _ = anyio.connect_tcp, TLSStream  # imported when they are first used
        anyio.run(anyio.sleep, 0)  # its first loop imports the asyncio backend


@cache
def tls_context() -> "LoadedWhenUsed":
    """Return the TLS context that all clients share."""
    # A process that forks while OpenSSL is being initialized leaves the child with its locks, too.
    with importing():
        return LoadedWhenUsed(ssl.PROTOCOL_TLS_CLIENT)


class LoadedWhenUsed(ssl.SSLContext):
    """The HTTP library's own context, made for the first encrypted connection: the certificates take a while.

    What is not passed on to that context meets one that trusts nobody.
    """

    _own: ssl.SSLContext | None = None

    def load(self) -> ssl.SSLContext:
        """Return the library's context, with its certificates."""
        if self._own is None:
            with importing():
                self._own = httpx.create_ssl_context()
        return self._own

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        self.load().set_alpn_protocols(alpn_protocols)

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        return self.load().wrap_socket(*args, **kwargs)

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        return self.load().wrap_bio(*args, **kwargs)
