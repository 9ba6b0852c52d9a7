"""Where an outgoing request may go."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.outgoing.targets import is_allowed

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.32.0.1",
    "2606:4700::1111",
    "64:ff9b::808:808",
    "::ffff:8.8.8.8",
]

PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "::1",
    "fc00::1",
    "fd12:3456::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
]

NEVER = [
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "0.1.2.3",
    "169.254.169.254",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::127.0.0.1",
    "::ffff:0:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]

NOT_ADDRESSES = [
    "",
    "localhost",
    "127.1",
    "2130706433",
    "0x7f000001",
    "127.0.0.1:80",
    "[::1]",
    "1.1.1.1 ",
    "٣.1.1.1",
]


@pytest.mark.parametrize("address", PUBLIC)
@pytest.mark.parametrize("private", [True, False])
def test_public_addresses_are_allowed(address: str, *, private: bool) -> None:
    assert is_allowed(address, private=private)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_allowed_on_request_only(address: str) -> None:
    assert is_allowed(address, private=True)
    assert not is_allowed(address, private=False)


@pytest.mark.parametrize("address", [*NEVER, *NOT_ADDRESSES])
@pytest.mark.parametrize("private", [True, False])
def test_the_rest_is_refused(address: str, *, private: bool) -> None:
    assert not is_allowed(address, private=private)


@given(inner=st.ip_addresses(v=4), private=st.booleans())
def test_a_translated_address_is_judged_as_the_one_inside(inner: IPv4Address, *, private: bool) -> None:
    allowed = is_allowed(str(inner), private=private)
    assert is_allowed(f"::ffff:{inner}", private=private) is allowed
    assert (
        is_allowed(str(IPv6Address(int(IPv6Address("64:ff9b::")) + int(inner))), private=private) is allowed
    )


@given(st.ip_addresses())
def test_what_python_calls_private_or_reserved_is_never_public(address: IPv4Address | IPv6Address) -> None:
    mapped = isinstance(address, IPv6Address) and address.ipv4_mapped
    if not address.is_global and not mapped:
        assert not is_allowed(str(address), private=False)
