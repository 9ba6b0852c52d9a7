"""How the SDK's own connections are opened: limits, proxies and certificates."""

import ssl
from functools import cache
from urllib.request import getproxies

import httpcore  # noqa: F401 - or else httpx imports it with its first transport, beside the lock
import httpx

from pandocast_sdk._imports import importing

"localhost".encode("idna")  # likewise: the first name that is looked up imports this codec

LIMITS = httpx.Limits(max_connections=256, max_keepalive_connections=32, keepalive_expiry=4.0)
"""Servers commonly close idle connections after five seconds; a write must not meet one that just did. The
HTTP library looks at every idle one whenever a call ends: with 64 that took longer than a crowd's calls."""


def has_proxies() -> bool:
    """Return whether the environment, or the system's settings, name a proxy for anything."""
    return not {"http", "https", "all"}.isdisjoint(getproxies())


@cache
def load_backend() -> None:
    """Import and load what httpx needs for its first connection, which would be on the event loop."""
    import anyio.streams.tls  # noqa: PLC0415 - blocking clients do without

    _ = anyio.connect_tcp  # imported when it is first used
    tls_context()
    anyio.run(anyio.sleep, 0)  # its asyncio backend is imported by the first loop that runs


@cache
def tls_context() -> ssl.SSLContext:
    """Return the TLS context that all clients share: loading the certificates takes tens of milliseconds."""
    # A process that forks while OpenSSL is being initialized leaves the child with its locks, too.
    with importing():
        return httpx.create_ssl_context()
