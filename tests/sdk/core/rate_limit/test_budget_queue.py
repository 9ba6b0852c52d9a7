"""The queue of a budget: who is granted a slot, woken or cancelled."""

from threading import Thread

import pytest
from support.budget_driver import EPOCH, LATENCY, RESET, BudgetDriver
from support.wire import failure, window

from pandocast_sdk._core.protocol import FailureKind


def test_a_granted_ticket_wakes_its_waiter() -> None:
    driver = BudgetDriver()
    _, second, third = driver.enqueue(3)
    woken: list[str] = []
    assert second.on_wake(lambda: woken.append("second"))
    assert third.on_wake(lambda: woken.append("third"))
    driver.respond(window(1, RESET))
    assert woken == ["second"]


def test_whoever_is_granted_already_is_not_put_to_sleep() -> None:
    driver = BudgetDriver()
    (ticket,) = driver.enqueue()
    assert ticket.on_wake(lambda: pytest.fail("nobody sleeps")) is False


def test_a_cancelled_ticket_leaves_the_queue() -> None:
    driver = BudgetDriver()
    first, second, third = driver.enqueue(3)
    driver.budget.cancel(second)
    driver.respond(window(1, RESET))
    assert first.granted
    assert third.granted
    driver.respond(window(0, RESET))
    assert driver.at_rest()


def test_a_granted_slot_that_is_not_used_goes_to_the_next_in_the_queue() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=1, limit=2)
    used, waiting = driver.enqueue(2)
    assert (used.granted, waiting.granted) == (True, False)
    driver.budget.cancel(used)
    assert waiting.granted


def test_the_collector_may_end_a_call_in_a_thread_that_holds_the_lock() -> None:
    driver = BudgetDriver()
    first, second = driver.enqueue(2)

    def leave_while_locked() -> None:
        with driver.budget._lock:
            driver.budget.cancel(second)

    thread = Thread(target=leave_while_locked, daemon=True)
    thread.start()
    thread.join(5)
    assert not thread.is_alive(), "deadlock"
    assert first.granted
    assert not driver.budget._queue


def test_a_slot_is_acquired_at_once_only_where_nobody_waits() -> None:
    driver = BudgetDriver()
    first = driver.budget.try_acquire(driver.now)
    assert first == 1, "a fresh key lets one call learn the window"
    assert driver.budget.try_acquire(driver.now) is None
    driver.now += LATENCY
    driver.respond(window(1, RESET))
    assert (driver.budget.try_acquire(driver.now), driver.remaining) == (2, 0)
    assert driver.budget.try_acquire(driver.now) is None
    (waiting,) = driver.enqueue()
    assert not waiting.granted
    driver.now = RESET - EPOCH + 2.0
    assert driver.budget.try_acquire(driver.now) is None, "somebody was here before"
    assert driver.budget.poll(waiting) is None
    assert driver.budget.try_acquire(driver.now) == 4
    driver.budget.block(driver.now + 5)
    assert driver.budget.try_acquire(driver.now) is None


def test_a_slot_acquired_at_once_is_counted_like_any_other() -> None:
    driver = BudgetDriver()
    driver.learn(3)
    for _ in range(3):
        assert driver.budget.try_acquire(driver.now) is not None
    assert driver.budget.try_acquire(driver.now) is None
    driver.budget.on_outcome(failure(FailureKind.NOT_CONNECTED))
    assert driver.remaining == 1, "what was not sent is given back"
    for _ in range(2):
        driver.budget.on_outcome(None)
    assert driver.at_rest()
