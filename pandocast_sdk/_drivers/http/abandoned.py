"""Giving back the connection of a call that was cancelled.

The HTTP library awaits in many places where a cancellation leaves its pool with a connection that belongs to
no request: not connected yet, connected and unused, or with a response that nobody will read. Such a
connection is never reused and never closed, until all slots are gone:
https://github.com/encode/httpcore/issues/1093.
"""

# ruff: noqa: SLF001 - the library has no public way to look after its pool

from contextlib import suppress
from typing import Any

import httpcore
import httpx

_POOLS = (httpcore.AsyncConnectionPool, httpcore.ConnectionPool)


def give_back(transport: object, request: httpx.Request) -> None:
    """Close what a request that has ended left in the pool of its transport.

    Should private names of the library change, connections stay as it leaves them.
    """
    with suppress(AttributeError):
        pool, abandoned = _take_abandoned(transport, request)
        if abandoned:
            pool._close_connections(abandoned)


async def give_back_async(transport: object, request: httpx.Request) -> None:
    """Do the same for an async transport."""
    with suppress(AttributeError):
        pool, abandoned = _take_abandoned(transport, request)
        if abandoned:
            await pool._close_connections(abandoned)


def _take_abandoned(transport: object, request: httpx.Request) -> tuple[Any, list[object]]:
    """Take out of a pool what a request left there."""
    pool = pool_of(transport)
    if pool is None:
        return None, []
    with pool._optional_thread_lock:
        # The pool's own request has the same extensions.
        for pending in [each for each in pool._requests if each.request.extensions is request.extensions]:
            pool._requests.remove(pending)
        owned = {id(pending.connection) for pending in pool._requests}
        abandoned = [each for each in pool._connections if id(each) not in owned and _is_in_use(each)]
        for connection in abandoned:
            pool._connections.remove(connection)
        # Requests that wait for a connection have their turn now.
        return pool, [*abandoned, *pool._assign_requests_to_connections()]


def pool_of(transport: object) -> Any:
    """Return the pool of a transport, None if it is of another library."""
    pool: object = getattr(transport, "_pool", None)
    return pool if isinstance(pool, _POOLS) else None


def _is_in_use(connection: httpcore.AsyncConnectionInterface | httpcore.ConnectionInterface) -> bool:
    return not (connection.is_idle() or connection.is_closed())
