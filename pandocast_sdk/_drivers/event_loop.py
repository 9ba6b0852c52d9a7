"""The two event loops that httpx supports, asyncio and trio: which one runs, and how to wait in it."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from pandocast_sdk._core.protocol import Sleep

if TYPE_CHECKING:
    import trio

T = TypeVar("T")

import_module("concurrent.futures.thread")  # or the first call in a thread would import it, on the loop


def current_loop() -> object:
    """Return an object that identifies the running event loop."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return sys.modules["trio"].lowlevel.current_trio_token()


def has_ended(loop: object) -> bool:
    """Return whether a loop that `current_loop` returned earlier has ended."""
    if isinstance(loop, asyncio.AbstractEventLoop):
        return loop.is_closed()
    import trio  # noqa: PLC0415 - installed if its loop runs

    assert isinstance(loop, trio.lowlevel.TrioToken)  # noqa: S101 - there are two event loops
    try:
        loop.run_sync_soon(int)  # a function without effect
    except trio.RunFinishedError:
        return True
    return False


Limit: TypeAlias = "asyncio.Timeout | trio.CancelScope"
TimeLimit: TypeAlias = Callable[[float], AbstractAsyncContextManager[Limit]]
"""Cancels its block after so many seconds, and raises `TimeoutError`; `reschedule` moves that."""


def time_limit_here() -> TimeLimit:
    """Return the function that sets time limits in the running event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _time_limit_in_trio
    return asyncio.timeout


@asynccontextmanager
async def _time_limit_in_trio(seconds: float) -> AsyncGenerator[Limit, None]:
    import trio  # noqa: PLC0415 - installed if its loop runs

    with trio.move_on_after(max(0.0, seconds)) as scope:
        yield scope
    if scope.cancelled_caught:
        raise TimeoutError from None


def reschedule(limit: Limit, seconds: float) -> bool:
    """Have a time limit end its block so many seconds from now; return False if it has ended it already."""
    if isinstance(limit, asyncio.Timeout):
        if limit.expired():
            return False
        limit.reschedule(asyncio.get_running_loop().time() + seconds)
        return True
    if limit.cancel_called:
        return False
    limit.deadline = sys.modules["trio"].current_time() + seconds
    return True


async def run_in_thread(function: Callable[[], T]) -> T:
    """Run a function in a thread of the event loop, without blocking the loop."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        result: T = await sys.modules["trio"].to_thread.run_sync(function)
        return result
    return await loop.run_in_executor(None, function)


async def sleep(step: Sleep) -> None:
    """Sleep for the step's time, or until it is woken, from any thread."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        await _sleep_in_trio(step)
        return
    if step.until is None:
        await asyncio.sleep(step.seconds)
        return
    woken = asyncio.Event()

    def wake() -> None:
        # The loop may have ended by the time another thread wakes it.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(woken.set)

    if step.until.on_wake(wake):
        with suppress(TimeoutError):
            # Not `wait_for`: before Python 3.12 it loses a cancellation that comes together with the waking.
            async with asyncio.timeout(step.seconds):
                await woken.wait()


async def _sleep_in_trio(step: Sleep) -> None:
    import trio  # noqa: PLC0415 - installed if its loop runs

    if step.until is None:
        await trio.sleep(step.seconds)
        return
    woken = trio.Event()
    token = trio.lowlevel.current_trio_token()

    def wake() -> None:
        with suppress(trio.RunFinishedError):
            token.run_sync_soon(woken.set)

    if step.until.on_wake(wake):
        with trio.move_on_after(step.seconds):
            await woken.wait()
