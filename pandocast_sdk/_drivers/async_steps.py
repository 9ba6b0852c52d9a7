"""How the awaiting driver runs a plan's steps, except sending; the blocking twin is `sync_steps`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from pandocast_sdk._core.protocol import Consult
from pandocast_sdk._drivers.event_loop import current_loop as scope
from pandocast_sdk._drivers.event_loop import run_in_thread, sleep

__all__ = ["consult", "load", "scope", "sleep"]

if TYPE_CHECKING:
    from pandocast_sdk._drivers.store import Store

T = TypeVar("T")


async def load(imports: Callable[[], T]) -> T:
    """Import in a thread: models and the HTTP library take too long to block an event loop."""
    return await run_in_thread(imports)


async def consult(store: "Store", step: Consult) -> None:
    """Query the store that processes share, and wait for its reply."""
    await store.query_in_thread(step)
