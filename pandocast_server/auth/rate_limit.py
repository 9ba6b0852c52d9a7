"""Fixed windows of requests, on the server's clock (contract, "Rate limit")."""

import ipaddress
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
    opened: int
    reset: int
    used: int


class FixedWindows:
    """One window for each name; it opens with the first request after the last one closed.

    A window ends at `floor(open) + window` seconds, so that the reset that is announced is exact. Of more
    than `capacity` names, that one is forgotten whose window opened first.
    """

    def __init__(self, limit: int, window: int, *, capacity: int | None = None) -> None:
        self._limit = limit
        self._length = window
        self._capacity = capacity
        self._windows: dict[str, _Window] = {}

    def __len__(self) -> int:
        return len(self._windows)

    def count(self, name: str, now: datetime) -> WindowStatus:
        """Count one request at `now` and return the window after it; a refused one is not counted."""
        moment = to_microseconds(now)
        window = self._open_window(name, moment) or self._new_window(name, moment)
        is_refused = window.used >= self._limit
        if not is_refused:
            window.used += 1
        return WindowStatus(self._limit, self._limit - window.used, window.reset, is_refused)

    def peek(self, name: str, now: datetime) -> WindowStatus:
        """Return a name's window at `now`, without counting a request."""
        moment = to_microseconds(now)
        window = self._open_window(name, moment)
        if window is None:
            return WindowStatus(self._limit, self._limit, moment // _SECOND + self._length)
        return WindowStatus(self._limit, self._limit - window.used, window.reset)

    def clear(self) -> None:
        """Forget every window."""
        self._windows.clear()

    def _open_window(self, name: str, moment: int) -> _Window | None:
        window = self._windows.get(name)
        return window if window is not None and _is_open(window, moment) else None

    def _new_window(self, name: str, moment: int) -> _Window:
        self._windows.pop(name, None)
        self._forget_closed(moment)
        if self._capacity is not None and len(self._windows) >= self._capacity:
            self._forget_first()
        window = self._windows[name] = _Window(moment, moment // _SECOND + self._length, 0)
        return window

    def _forget_closed(self, moment: int) -> None:
        # All windows are equally long and a new one goes to the end: the closed ones are those in front.
        while self._windows and not _is_open(next(iter(self._windows.values())), moment):
            self._forget_first()

    def _forget_first(self) -> None:
        del self._windows[next(iter(self._windows))]


class RateLimits:
    """The windows of keys, and those of client addresses whose requests carry no valid key."""

    def __init__(self, limit: int, window: int) -> None:
        self.keys = FixedWindows(limit, window)
        self.addresses = FixedWindows(limit, window, capacity=MAX_ADDRESSES)

    def clear(self) -> None:
        """Forget every window, as when a server is reset."""
        self.keys.clear()
        self.addresses.clear()


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


def _is_open(window: _Window, moment: int) -> bool:
    # A clock that was reset stands before the windows that opened after its jump.
    return window.opened <= moment < window.reset * _SECOND
