"""Which calls share a budget, and how long it lives."""

import gc
import multiprocessing
import weakref
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from threading import Barrier

import pytest

from pandocast_sdk._core.rate_limit import registry as budgets
from pandocast_sdk._core.rate_limit.registry import BudgetHandle, budget_handle

ORIGIN, KEY = "https://api.example:443", "pk_test_budgets"


def test_a_budget_dies_with_its_last_lease() -> None:
    first, second = budget_handle("Pandocast", ORIGIN, KEY), budget_handle("Pandocast", ORIGIN, KEY)
    assert first is second
    budget = weakref.ref(first.budget)
    del first
    assert budget_handle("Pandocast", ORIGIN, KEY).budget is budget()
    del second
    gc.collect()
    assert budget() is None


def test_a_call_that_still_holds_the_budget_does_not_keep_it_for_others() -> None:
    """As a caught error does, whose frames hold what the call held."""
    handle = budget_handle("Pandocast", ORIGIN, KEY)
    held = handle.budget
    del handle
    assert budget_handle("Pandocast", ORIGIN, KEY).budget is not held


def test_threads_that_come_at_once_get_one_budget() -> None:
    barrier = Barrier(8)

    def handle() -> BudgetHandle:
        barrier.wait()
        return budget_handle("Pandocast", ORIGIN, KEY)

    with ThreadPoolExecutor(8) as pool:
        handles = [future.result() for future in [pool.submit(handle) for _ in range(8)]]
    assert len(set(map(id, handles))) == 1


def test_the_key_is_not_remembered() -> None:
    handle = budget_handle("Pandocast", ORIGIN, KEY)
    assert KEY not in repr(list(budgets._handles.items()))
    assert isinstance(handle, BudgetHandle)


def in_the_child(pipe: Connection, parents: BudgetHandle) -> None:
    pipe.send(budget_handle("Pandocast", ORIGIN, KEY) is parents)


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")
def test_a_forked_child_begins_anew_even_while_the_parent_takes_a_budget() -> None:
    context = multiprocessing.get_context("fork")
    parents = budget_handle("Pandocast", ORIGIN, KEY)
    here, there = context.Pipe()
    with budgets._lock:
        child = context.Process(target=in_the_child, args=(there, parents), daemon=True)
        child.start()
    try:
        assert here.poll(20), "the child waits for a lock that nobody will open"
        assert here.recv() is False
    finally:
        child.kill()
        child.join()
