"""What calls share: by key, event loop and process, as long as one of them uses it."""

import gc
import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from threading import Thread

import pytest

from pandocast_sdk._core.call.shared import Shared


class Thing:
    """Something to share."""


def no_loop() -> None:
    return None


def test_a_key_stands_for_one_object() -> None:
    shared = Shared(no_loop)
    first = shared.find("a", Thing)
    assert shared.find("a", Thing) is first
    assert shared.find("b", Thing) is not first
    assert Shared(no_loop).find("a", Thing) is not first


def test_each_event_loop_has_its_own() -> None:
    loops = iter("aab")
    shared = Shared(lambda: next(loops))
    first, second, other = (shared.find("key", Thing) for _ in range(3))
    assert first is second
    assert other is not first


def test_nothing_is_kept_that_nobody_uses() -> None:
    shared = Shared(no_loop)
    marks = {id(shared.find("a", Thing))}
    gc.collect()
    (objects,) = shared._by_process.values()
    assert not objects.by_key
    assert marks


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")
def test_a_forked_child_begins_anew_whatever_its_parent_was_doing() -> None:
    shared = Shared(no_loop)
    kept = shared.find("a", Thing)
    (objects,) = shared._by_process.values()
    ours, theirs = multiprocessing.get_context("fork").Pipe()

    def child(pipe: Connection) -> None:
        pipe.send(shared.find("a", Thing) is kept)

    def hold_the_lock_while(act: Callable[[], None]) -> None:
        with objects.lock:
            thread = Thread(target=act)
            thread.start()
            thread.join()

    def fork() -> None:
        process = multiprocessing.get_context("fork").Process(target=child, args=[theirs])
        process.start()
        assert ours.poll(20), "the child hangs"
        process.join()

    hold_the_lock_while(fork)
    assert ours.recv() is False
