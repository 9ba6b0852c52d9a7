"""Waiting for a connection of a blocking client's pool, for as long as one attempt may last.

The HTTP library gives a free connection to all that wait for one. One of them gets it, and the others begin
to wait anew, each for the whole time: https://github.com/encode/httpcore/issues/822. Where many calls take
turns, they would wait without an end. So only as many calls as the pool has connections come to it. Async
calls need none of this: their time limit ends a wait.
"""

import sys
from threading import Semaphore
from weakref import WeakKeyDictionary

from pandocast_sdk._drivers.http.abandoned import pool_of
from pandocast_sdk._drivers.http.time_left import NoConnectionError, TimeLeft

_slots: "WeakKeyDictionary[object, Semaphore]" = WeakKeyDictionary()


def take_slot(transport: object, time_left: TimeLeft) -> Semaphore | None:
    """Wait until the pool of a transport has a connection to spare, and return what to release then.

    It is None for pools that other requests than those of the SDK decide about, or nothing limits.

    Raises:
        NoConnectionError: It had none in time.
    """
    slots = _slots_of(transport)
    if (
        slots is not None
        and not slots.acquire(blocking=False)
        and not slots.acquire(timeout=time_left["pool"])
    ):
        raise NoConnectionError
    return slots


def _slots_of(transport: object) -> Semaphore | None:
    pool = pool_of(transport)
    if pool is None:
        return None
    slots = _slots.get(pool)
    if slots is None:
        connections = getattr(pool, "_max_connections", sys.maxsize)
        # Requests of HTTP/2 share connections.
        if connections == sys.maxsize or getattr(pool, "_http2", True):
            return None
        slots = _slots.setdefault(pool, Semaphore(connections))
    return slots
