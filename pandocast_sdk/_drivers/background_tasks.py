"""Background tasks in the running event loop, asyncio's or trio's, that any thread can cancel."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Protocol


class Event(Protocol):
    """An event of either kind of loop."""

    def is_set(self) -> bool: ...

    async def wait(self) -> object: ...


class BackgroundTask:
    """A task that ends when its work is done, when it is cancelled, or with its event loop."""

    def __init__(self, work: Callable[[], Coroutine[object, object, None]]) -> None:
        """Start the work, which must not raise."""
        self._ended, self._cancel = _start(work)

    def cancel(self) -> None:
        """Cancel the task, from any thread, even in the garbage collector; it ends a little later."""
        # The loop may have ended already, and the task with it.
        with suppress(*_loop_ended_errors()):
            self._cancel()

    @property
    def ended(self) -> bool:
        """Whether the task has ended."""
        return self._ended.is_set()

    async def wait(self) -> None:
        """Wait until the task has ended."""
        await self._ended.wait()


def _start(work: Callable[[], Coroutine[object, object, None]]) -> tuple[Event, Callable[[], object]]:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return _start_in_trio(work)
    ended = asyncio.Event()
    task = loop.create_task(work())
    task.add_done_callback(lambda _task: ended.set())
    return ended, lambda: loop.call_soon_threadsafe(task.cancel)


def _start_in_trio(
    work: Callable[[], Coroutine[object, object, None]],
) -> tuple[Event, Callable[[], object]]:
    import trio  # noqa: PLC0415 - installed if its loop runs

    ended, scope = trio.Event(), trio.CancelScope()

    async def run() -> None:
        try:
            with scope:
                await work()
        finally:
            ended.set()

    # An iterator has no nursery: it may be dropped anywhere. A system task ends with the loop.
    trio.lowlevel.spawn_system_task(run, name="pandocast-prefetch")
    token = trio.lowlevel.current_trio_token()
    return ended, lambda: token.run_sync_soon(scope.cancel)


def _loop_ended_errors() -> tuple[type[Exception], ...]:
    trio = sys.modules.get("trio")
    return (RuntimeError,) if trio is None else (RuntimeError, trio.RunFinishedError)
