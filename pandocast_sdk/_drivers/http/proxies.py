"""Which proxy a request uses, by the environment or the system's settings.

The HTTP library would read them for a whole client at once: one entry that it cannot read, or a proxy that it
cannot use, and no request can be sent, not even one that needs no proxy.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx

from pandocast_sdk._core.client import is_loopback
from pandocast_sdk._core.protocol import SettingError

TransportT = TypeVar("TransportT")

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Target(NamedTuple):
    """Where a request goes.

    Attributes:
        scheme: `http` or `https`.
        host: The host in lower case; an IPv6 address without brackets.
        port: The port.
    """

    scheme: str
    host: str
    port: int


class Routes(Generic[TransportT]):
    """The transports to hosts: one that connects directly, and one for each proxy, opened when needed."""

    def __init__(self, open_through: Callable[[httpx.Proxy | None], TransportT]) -> None:
        """Prepare them, with the settings as they are now.

        Args:
            open_through: Opens a transport through a proxy; None for one that connects directly.
        """
        self._settings = getproxies()
        self.direct = open_through(None)
        self._open_through = open_through
        self._by_target: dict[Target, TransportT] = {}
        self._by_proxy: dict[str, TransportT] = {}
        self.opened: list[TransportT] = [self.direct]

    @property
    def has_proxies(self) -> bool:
        """Whether any request may use a proxy."""
        return any(self._settings.get(scheme) for scheme in ("http", "https", "all"))

    def transport_to(self, url: httpx.URL) -> TransportT:
        """Return the transport for a request.

        Raises:
            SettingError: It would use a proxy, and that cannot be used.
        """
        target = _target(url)
        transport = self._by_target.get(target)
        if transport is None:
            transport = self._by_target[target] = self._open(target)
        return transport

    def used_for(self, url: httpx.URL) -> TransportT | None:
        """Return the transport that a request was sent through; None if it could not be opened."""
        return self._by_target.get(_target(url)) if self.has_proxies else self.direct

    def _open(self, target: Target) -> TransportT:
        scheme = target.scheme if self._settings.get(target.scheme) else "all"
        proxy = self._settings.get(scheme)
        # The key may travel unencrypted only within this machine; a proxy would carry it away.
        if not proxy or is_loopback(target.host) or needs_no_proxy(self._settings.get("no", ""), target):
            return self.direct
        if proxy not in self._by_proxy:
            transport = self._by_proxy[proxy] = _through(proxy, scheme, self._open_through)
            self.opened.append(transport)
        return self._by_proxy[proxy]


def _target(url: httpx.URL) -> Target:
    return Target(url.scheme, url.host, url.port or _DEFAULT_PORTS.get(url.scheme, 0))


def _through(
    address: str, scheme: str, open_through: Callable[[httpx.Proxy | None], TransportT]
) -> TransportT:
    """Open a transport through a proxy.

    Raises:
        SettingError: It cannot be used.
    """
    fault = "its address must begin with http://, https://, socks5:// or socks5h://, and name a host"
    try:
        proxy = httpx.Proxy(address if "://" in address else f"http://{address}")
        if proxy.url.host:
            return open_through(proxy)
    except ImportError:
        fault = "SOCKS needs the package socksio, which pip install 'httpx[socks]' installs"
    except (ValueError, httpx.InvalidURL):
        pass
    # Without the address: it may contain a password.
    raise SettingError(f"the proxy of {_variable(scheme)} cannot be used: {fault}")


def _variable(scheme: str) -> str:
    """Return where the proxy of a scheme was found."""
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper())
    return next((name for name in names if os.environ.get(name)), "the system's settings")


def needs_no_proxy(exceptions: str, target: Target) -> bool:
    """Return whether `NO_PROXY` names a target; entries that make no sense name none."""
    return any(_names(entry, target) for entry in exceptions.lower().replace(",", " ").split())


def _names(entry: str, target: Target) -> bool:
    """Return whether one entry names a target: `*`, a host, an address or a network, perhaps with a port."""
    scheme, mark, rest = entry.rpartition("://")
    if mark and scheme not in {"all", target.scheme}:
        return False
    address = _address(target.host)
    with suppress(ValueError):
        network = ip_network(rest[1:-1] if rest[:1] == "[" and rest[-1] == "]" else rest, strict=False)
        return address is not None and address in network
    host, port = rest, None
    with suppress(ValueError):
        parts = urlsplit(f"//{rest}")
        host, port = parts.hostname or "", parts.port
    if port not in {None, target.port}:
        return False
    return host == "*" or (_address(host) == address if address else _is_within(target.host, host))


def _is_within(host: str, domain: str) -> bool:
    """Return whether a host is a domain or within it; `.domain` names only those within it."""
    host, domain = host.rstrip("."), domain.rstrip(".").removeprefix("*")
    if not domain:
        return False
    return host.endswith(domain if domain[0] == "." else f".{domain}") or host == domain


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
