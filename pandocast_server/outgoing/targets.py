"""Where an outgoing request may go: which URLs may be given, and which addresses may be behind them.

The lists are explicit: `ipaddress.is_global` says yes to multicast and to forms of loopback that translators
understand, and its answers change with the patch releases of Python.
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

MAX_URL = 2000

# Anything else must be percent-encoded; readers of URLs disagree about backslashes.
_URL = re.compile(r"[!-\[\]-~]+")
# As in the OpenAPI documents: `urlsplit` overlooks an empty port, and what stands behind a bracket.
_HOST_AND_PORT = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[1-9][0-9]*)?")
_MALFORMED = "url has a malformed host or port"

# This machine and its private neighbours: fine for a server that serves only its own machine.
_PRIVATE = (
    ip_network("127.0.0.0/8"),  # loopback
    ip_network("::1/128"),
    ip_network("10.0.0.0/8"),  # private use
    ip_network("172.16.0.0/12"),
    ip_network("192.168.0.0/16"),
    ip_network("fc00::/7"),
    ip_network("100.64.0.0/10"),  # shared by carriers, and by overlay networks
)
# Nobody's webhook receiver has such an address.
_NEVER = (
    ip_network("0.0.0.0/8"),  # "this network"; Linux takes 0.0.0.0 for loopback
    ip_network("169.254.0.0/16"),  # link-local: the metadata services of clouds
    ip_network("192.0.0.0/24"),  # protocol assignments
    ip_network("2001::/23"),  # likewise, Teredo among them
    ip_network("192.0.2.0/24"),  # documentation, and the next four
    ip_network("198.51.100.0/24"),
    ip_network("203.0.113.0/24"),
    ip_network("2001:db8::/32"),
    ip_network("3fff::/20"),
    ip_network("192.88.99.0/24"),  # 6to4 relays
    ip_network("2002::/16"),  # 6to4: an IPv4 address of any kind inside
    ip_network("198.18.0.0/15"),  # benchmarks
    ip_network("224.0.0.0/4"),  # multicast
    ip_network("240.0.0.0/4"),  # reserved, and broadcast
)
_GLOBAL_UNICAST_V6 = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")


class OutgoingError(Exception):
    """A request has no answer that counts; the text is a sentence for the person who gave the URL."""


class InvalidUrlError(OutgoingError, ValueError):
    """The URL cannot be used; the text says why, without showing it."""


def check_url(url: str) -> None:
    """Accept an `http` or `https` URL with a host and without a user name.

    Raises:
        InvalidUrlError: It is something else, or longer than `MAX_URL`.
    """
    if not 0 < len(url) <= MAX_URL:
        raise InvalidUrlError(f"url must have 1 to {MAX_URL} characters")
    if not _URL.fullmatch(url):
        raise InvalidUrlError("url must be of visible ASCII characters without a backslash")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidUrlError(_MALFORMED) from error
    if port == 0:
        raise InvalidUrlError("url must not have port 0")
    if parts.scheme not in ("http", "https"):
        raise InvalidUrlError("url must begin with http:// or https://")
    if "@" in parts.netloc:
        raise InvalidUrlError("url must not hold a user name or a password")
    if not parts.hostname:
        raise InvalidUrlError("url must name a host")
    if not _HOST_AND_PORT.fullmatch(parts.netloc):
        raise InvalidUrlError(_MALFORMED)


def is_allowed(address: str, *, private: bool) -> bool:
    """Return whether a request may go to an IPv4 or IPv6 address; what is no address is refused."""
    try:
        target = _reached(ip_address(address))
    except ValueError:
        return False
    if any(target in network for network in _PRIVATE):
        return private
    if isinstance(target, IPv6Address) and target not in _GLOBAL_UNICAST_V6:
        return False
    return not any(target in network for network in _NEVER)


def _reached(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 address is translated to, or else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    # Networks without IPv4 reach everything through NAT64.
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address
