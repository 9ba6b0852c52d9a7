"""Headers that no server should send, and servers do."""

from collections.abc import Sequence
from email.utils import formatdate
from random import Random

RawHeaders = list[tuple[bytes, bytes]]

_NO_NUMBER = [
    b"",
    b" ",
    b"NaN",
    b"-1",
    b"-0",
    b"1e3",
    b"12.5",
    b"0x10",
    b"1,000",
    b"7, 8",
    b"\xb2",
    b"9" * 40,
]

_LIES: dict[bytes, list[bytes]] = {
    b"X-RateLimit-Limit": [*_NO_NUMBER, b"0", b"1", b"99999999"],
    b"X-RateLimit-Remaining": [*_NO_NUMBER, b"0", b"1", b"3", b"99999999"],
    b"X-RateLimit-Reset": [*_NO_NUMBER, b"0", b"60", b"1774000000000", b"9" * 12],
    b"Date": [
        b"",
        b"now",
        b"\xff\xfe",
        b"Tue, 99 Foo 2026 25:61:61 GMT",
        b"Thu, 01 Jan 1970 00:00:00 GMT",
        b"Fri, 31 Dec 9999 23:59:59 GMT",
        b"Sat, 21 Mar 2026 09:46:40 -0000",
    ],
    b"Retry-After": [
        *_NO_NUMBER,
        b"0",
        b"2",
        b"121",
        b"999999999999",
        b"soon",
        b"Thu, 01 Jan 1970 00:00:00 GMT",
        b"Fri, 31 Dec 9999 23:59:59 GMT",
    ],
}


def twist(headers: Sequence[tuple[bytes, bytes]], random: Random, now: float) -> RawHeaders:
    """Tell one thing wrong, or several.

    Args:
        headers: What an honest server says.
        random: Decides.
        now: The server's time.
    """
    honest = list(headers)
    for _ in range(random.choice((1, 1, 2, 5))):
        name = random.choice(tuple(_LIES))
        others = [pair for pair in honest if pair[0] != name]
        honest = random.choice((_dropped, _wrong, _wrong, _off, _twice))(honest, others, name, random, now)
    random.shuffle(honest)
    return honest


def _dropped(_told: RawHeaders, others: RawHeaders, _name: bytes, _random: Random, _now: float) -> RawHeaders:
    return others


def _wrong(_told: RawHeaders, others: RawHeaders, name: bytes, random: Random, _now: float) -> RawHeaders:
    return [*others, (name, random.choice(_LIES[name]))]


def _off(_told: RawHeaders, others: RawHeaders, name: bytes, random: Random, now: float) -> RawHeaders:
    """Tell a moment that is one, only not the right one; the other numbers come from the table."""
    moment = now + random.choice((-86_400 * 400, -3600, -5, -1, 0, 1, 5, 3600, 86_000, 86_400 * 400))
    if name == b"X-RateLimit-Reset":
        return [*others, (name, b"%d" % moment)]
    if name in {b"Date", b"Retry-After"}:
        return [*others, (name, formatdate(moment, usegmt=True).encode())]
    return [*others, (name, random.choice(_LIES[name]))]


def _twice(honest: RawHeaders, _others: RawHeaders, name: bytes, random: Random, _now: float) -> RawHeaders:
    return [*honest, (random.choice((name, name.lower(), name.upper())), random.choice(_LIES[name]))]
