"""Threads that nobody has to wait for."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def in_thread(compute: Callable[[], T], *, name: str) -> asyncio.Future[T]:
    """Begin to compute in a thread of its own, and give what will hold the result.

    The threads of a pool hold up the end of the process, and each other, when what they wait for never comes.
    Whoever cancels the future loses interest only: the thread ends when it ends.
    """
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            result = compute()
        except BaseException as error:  # noqa: BLE001 - raised where the result is waited for
            outcome.set_exception(error)
        else:
            outcome.set_result(result)

    outcome.set_running_or_notify_cancel()
    Thread(target=run, name=name, daemon=True).start()
    return asyncio.wrap_future(outcome)
