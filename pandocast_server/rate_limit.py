"""Fixed windows of requests, on the server's clock (contract, "Rate limit")."""

import ipaddress
import math
from datetime import datetime

from attrs import define, frozen

from pandocast_server.timestamps import to_microseconds

MAX_ADDRESSES = 10_000

_SECOND = 1_000_000


@frozen
class WindowStatus:
    """What is left of a caller's window, as the headers say it.

    `reset` is the whole second, since 1970, at which it has closed; a request that `is_refused` was one too
    many.
    """

    limit: int
    remaining: int
    reset: int
    is_refused: bool = False

    def seconds_left(self, now: datetime) -> int:
        """Return the whole seconds, at least 1, after which the window has certainly closed."""
        return max(1, self.reset - to_microseconds(now) // _SECOND)


@define
class _Window:
    opened: int  # in microseconds since 1970
    reset: int  # in seconds since 1970
    used: int = 0

    def is_open(self, moment: int) -> bool:
        # A clock that was reset stands before the windows that opened after its jump.
        return self.opened <= moment < self.reset * _SECOND


class FixedWindows:
    """One window for each name; it opens with the first request after the last one closed.

    A window ends at `floor(open) + window` seconds, so that the reset that is announced is exact. Of more
    than `capacity` names, that one is forgotten whose window opened first.
    """

    def __init__(self, limit: int, window: int, *, capacity: float = math.inf) -> None:
        self._limit = limit
        self._length = window
        self._capacity = capacity
        self._windows: dict[str, _Window] = {}

    def __len__(self) -> int:
        return len(self._windows)

    def count(self, name: str, now: datetime) -> WindowStatus:
        """Count one request at `now` and return the window after it; a refused one is not counted."""
        moment = to_microseconds(now)
        window = self._windows.get(name)
        if window is None or not window.is_open(moment):
            self._windows.pop(name, None)
            self._forget_some(moment)
            window = self._windows[name] = _Window(moment, moment // _SECOND + self._length)
        is_refused = window.used >= self._limit
        if not is_refused:
            window.used += 1
        return WindowStatus(self._limit, self._limit - window.used, window.reset, is_refused)

    def _forget_some(self, moment: int) -> None:
        # All windows are equally long and a new one goes to the end: the closed ones are those in front.
        while self._windows:
            first = next(iter(self._windows))
            if self._windows[first].is_open(moment) and len(self._windows) < self._capacity:
                return
            del self._windows[first]


class RateLimits:
    """The windows of keys, and those of client addresses whose requests carry no valid key."""

    def __init__(self, limit: int, window: int) -> None:
        self.keys: FixedWindows = FixedWindows(limit, window)
        self.addresses: FixedWindows = FixedWindows(limit, window, capacity=MAX_ADDRESSES)


def address_name(host: str | None) -> str:
    """Return the name under which an address is counted: IPv6 by /64, which is what one customer has."""
    if host is None:
        return "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{ipaddress.IPv6Address(int(address) >> 64 << 64)}/64"
