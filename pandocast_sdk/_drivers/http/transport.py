"""How the SDK's own connections are opened: limits, proxies and certificates."""

import ssl
from collections.abc import Iterable
from functools import cache, cached_property
from typing import Any
from urllib.request import getproxies

import httpcore  # noqa: F401 - here, since httpx imports it with its first transport, where a fork may come between
import httpx

"localhost".encode("idna")  # likewise: the first name that is looked up imports this codec

LIMITS = httpx.Limits(max_connections=256, max_keepalive_connections=32, keepalive_expiry=4.0)
"""Servers commonly close idle connections after five seconds; a write must not meet one that just did. The
HTTP library looks at every idle one whenever a call ends: with 64 that took longer than a crowd's calls."""


def has_proxies() -> bool:
    """Tell whether the environment, or the system's settings, name a proxy for anything."""
    return not {"http", "https", "all"}.isdisjoint(getproxies())


@cache
def import_backend() -> None:
    """Import what httpx imports at its first connection, which would be on the event loop."""
    import anyio.streams.tls  # noqa: PLC0415 - blocking clients do without

    _ = anyio.connect_tcp  # imported when it is first used
    anyio.run(anyio.sleep, 0)  # its asyncio backend is imported by the first loop that runs


@cache
def tls_context() -> ssl.SSLContext:
    """Give the TLS context that all clients share: loading the certificates costs tens of milliseconds."""
    return _LoadedWhenUsed(ssl.PROTOCOL_TLS_CLIENT)


class _LoadedWhenUsed(ssl.SSLContext):
    """The HTTP library's own context, made for the first connection that is encrypted.

    A process that only talks to its own machine never pays for it. What is not passed on to that context
    meets one that trusts nobody.
    """

    @cached_property
    def _own(self) -> ssl.SSLContext:
        return httpx.create_ssl_context()

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        self._own.set_alpn_protocols(alpn_protocols)

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        return self._own.wrap_socket(*args, **kwargs)

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        return self._own.wrap_bio(*args, **kwargs)
