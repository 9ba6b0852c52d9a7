"""The settings of the SDK's own connections: limits and certificates."""

import os
import ssl
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from typing import Any

import httpx

from pandocast_sdk._core.protocol import SettingError
from pandocast_sdk._drivers.http.connecting import share_time
from pandocast_sdk._drivers.http.proxies import Routes
from pandocast_sdk._imports import importing

LIMITS = httpx.Limits(max_connections=256, max_keepalive_connections=32, keepalive_expiry=4.0)
"""Servers commonly close idle connections after five seconds; a write must not use one that is closing. The
HTTP library checks all idle connections after every call: with 64, that took longer than many calls."""


def open_routes() -> Routes[httpx.HTTPTransport]:
    """Open the transports of one process."""

    def open_through(proxy: httpx.Proxy | None) -> httpx.HTTPTransport:
        return share_time(httpx.HTTPTransport(verify=tls_context(), limits=LIMITS, proxy=proxy))

    return Routes(open_through)


def open_async_routes() -> Routes[httpx.AsyncHTTPTransport]:
    """Open the transports of one event loop."""

    def open_through(proxy: httpx.Proxy | None) -> httpx.AsyncHTTPTransport:
        return httpx.AsyncHTTPTransport(verify=tls_context(), limits=LIMITS, proxy=proxy)

    return Routes(open_through)


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
        load_certificates()
        _ = anyio.connect_tcp, TLSStream  # imported when they are first used
        anyio.run(anyio.sleep, 0)  # its first loop imports the asyncio backend


def load_certificates() -> None:
    """Load the certificates; if they cannot be loaded, the calls that need them say so."""
    with suppress(SettingError):
        tls_context().load()


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
        """Return the library's context, with its certificates.

        Raises:
            SettingError: The environment names certificates that cannot be loaded.
        """
        if self._own is None:
            with importing():
                self._own = _create_context()
        return self._own

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        with suppress(SettingError):  # the handshake comes next, and closes the connection when it fails
            self.load().set_alpn_protocols(alpn_protocols)

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        return self.load().wrap_socket(*args, **kwargs)

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        return self.load().wrap_bio(*args, **kwargs)


_TLS_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")


def _create_context() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()
    except OSError as error:  # which those of `ssl` are, too
        variables = [name for name in _TLS_VARIABLES if os.environ.get(name)]
        if not variables:
            raise
        fault = error.strerror or str(error)
    raise SettingError(f"what {' or '.join(variables)} names cannot be used: {fault}")
