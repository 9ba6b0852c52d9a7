"""Work in the background of a running event loop, asyncio's or trio's, that can be called off."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Protocol


class Flag(Protocol):
    """An event of either loop."""

    def is_set(self) -> bool: ...

    async def wait(self) -> object: ...


class BackgroundTask:
    """A task of its own: it ends by itself, or when it is called off, or with its event loop."""

    def __init__(self, work: Callable[[], Coroutine[object, object, None]]) -> None:
        """Begin the work; it must not raise."""
        self._ended, self._cancel = _begin(work)

    def cancel(self) -> None:
        """Call it off, from whatever thread, even the garbage collector's; it ends a little later."""
        # The loop may be gone already, and the task with it.
        with suppress(*_loop_is_gone()):
            self._cancel()

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._ended.is_set()

    async def wait(self) -> None:
        """Wait until it has ended."""
        await self._ended.wait()


def _begin(work: Callable[[], Coroutine[object, object, None]]) -> tuple[Flag, Callable[[], object]]:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return _begin_in_trio(work)
    ended = asyncio.Event()
    task = loop.create_task(work())
    task.add_done_callback(lambda _task: ended.set())
    return ended, lambda: loop.call_soon_threadsafe(task.cancel)


def _begin_in_trio(
    work: Callable[[], Coroutine[object, object, None]],
) -> tuple[Flag, Callable[[], object]]:
    import trio  # noqa: PLC0415 - only there when it is what runs

    ended, scope = trio.Event(), trio.CancelScope()

    async def run() -> None:
        try:
            with scope:
                await work()
        finally:
            ended.set()

    # An iterator has no nursery: it may be dropped anywhere. What belongs to the loop ends with the loop.
    trio.lowlevel.spawn_system_task(run, name="pandocast-prefetch")
    token = trio.lowlevel.current_trio_token()
    return ended, lambda: token.run_sync_soon(scope.cancel)


def _loop_is_gone() -> tuple[type[Exception], ...]:
    trio = sys.modules.get("trio")
    return (RuntimeError,) if trio is None else (RuntimeError, trio.RunFinishedError)
