"""Waiting for a connection of a blocking client's pool, for as long as one attempt may last.

The HTTP library gives a free connection to all that wait for one. One of them gets it, and the others begin
to wait anew, each for the whole time: https://github.com/encode/httpcore/issues/822. Where many calls take
turns, they would wait without an end. So only as many calls as the pool has connections come to it. Async
calls need none of this: their time limit ends a wait.
"""

import sys
from queue import Empty, SimpleQueue
from typing import TypeAlias
from weakref import WeakKeyDictionary

from pandocast_sdk._drivers.http.abandoned import pool_of
from pandocast_sdk._drivers.http.time_left import NoConnectionError, TimeLeft

Slots: TypeAlias = SimpleQueue[None]
"""A semaphore: to take is to get. Those of the standard library take ten times as long."""

_by_pool: "WeakKeyDictionary[object, Slots]" = WeakKeyDictionary()


def take_slot(transport: object, time_left: TimeLeft) -> Slots | None:
    """Wait until the pool of a transport has a connection to spare, and return where to put it back.

    It is None for pools that other requests than those of the SDK decide about, or nothing limits.

    Raises:
        NoConnectionError: It had none in time.
    """
    slots = _slots_of(transport)
    if slots is not None:
        try:
            slots.get_nowait()
        except Empty:
            _wait(slots, time_left)
    return slots


def _wait(slots: Slots, time_left: TimeLeft) -> None:
    try:
        slots.get(timeout=time_left["pool"])
    except Empty:
        raise NoConnectionError from None


def _slots_of(transport: object) -> Slots | None:
    pool = pool_of(transport)
    if pool is None:
        return None
    slots = _by_pool.get(pool)
    if slots is None:
        connections = getattr(pool, "_max_connections", sys.maxsize)
        # Requests of HTTP/2 share connections.
        if connections == sys.maxsize or getattr(pool, "_http2", True):
            return None
        slots = SimpleQueue[None]()
        for _ in range(connections):
            slots.put(None)
        slots = _by_pool.setdefault(pool, slots)
    return slots
