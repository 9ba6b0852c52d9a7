"""How the blocking driver runs a plan's steps, except sending; the awaiting twin is `async_steps`."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from pandocast_sdk._core.protocol import Consult, Sleep

if TYPE_CHECKING:
    from pandocast_sdk._drivers.store import Store

T = TypeVar("T")

_LONGEST_SLEEP = min(1e9, threading.TIMEOUT_MAX)  # seconds: operating systems reject more


def load(imports: Callable[[], T]) -> T:
    """Import in this thread."""
    return imports()


def sleep(step: Sleep) -> None:
    """Sleep for the step's time, or until it is woken, from any thread."""
    seconds = min(step.seconds, _LONGEST_SLEEP)
    if step.until is None:
        time.sleep(seconds)
        return
    woken = threading.Event()
    if step.until.on_wake(woken.set):
        woken.wait(seconds)


def consult(store: "Store", step: Consult) -> None:
    """Query the store that processes share, and wait for its reply."""
    store.query(step)


def scope() -> None:
    """Return what stands for the running event loop: there is none, threads share everything."""
