"""Which addresses an outgoing request may go to.

The lists are explicit: `ipaddress.is_global` says yes to multicast and to forms of loopback that translators
understand, and its answers change with the patch releases of Python.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# This machine and its private neighbours: fine for a server that serves only its own machine.
_PRIVATE_V4 = tuple(
    ip_network(block)
    for block in (
        "127.0.0.0/8",  # loopback
        "10.0.0.0/8",  # private use
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",  # shared by carriers, and by overlay networks
    )
)
_PRIVATE_V6 = tuple(ip_network(block) for block in ("::1/128", "fc00::/7"))

# Nobody's webhook receiver has such an address.
_NEVER_V4 = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",  # "this network"; Linux takes 0.0.0.0 for loopback
        "169.254.0.0/16",  # link-local: the metadata services of clouds
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_GLOBAL_UNICAST_V6 = ip_network("2000::/3")
_NEVER_V6 = tuple(
    ip_network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address of any kind inside
        "3fff::/20",  # documentation
    )
)
_NAT64 = ip_network("64:ff9b::/96")


def is_allowed(address: str, *, private: bool) -> bool:
    """Return whether a request may go to an address; anything that is not an address is refused.

    Args:
        address: An IPv4 or IPv6 address as a resolver gives it.
        private: Whether loopback and private addresses are allowed.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        inner = _translated(parsed)
        return (
            _is_allowed_v6(parsed, private=private)
            if inner is None
            else _is_allowed_v4(inner, private=private)
        )
    return _is_allowed_v4(parsed, private=private)


def _translated(address: IPv6Address) -> IPv4Address | None:
    # These reach the IPv4 address that they contain. Networks without IPv4 reach everything through NAT64.
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped


def _is_allowed_v4(address: IPv4Address, *, private: bool) -> bool:
    if any(address in block for block in _PRIVATE_V4):
        return private
    return not any(address in block for block in _NEVER_V4)


def _is_allowed_v6(address: IPv6Address, *, private: bool) -> bool:
    if any(address in block for block in _PRIVATE_V6):
        return private
    return address in _GLOBAL_UNICAST_V6 and not any(address in block for block in _NEVER_V6)
