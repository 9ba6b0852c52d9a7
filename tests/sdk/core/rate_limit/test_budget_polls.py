"""Polls give way to calls, and once in each window they do not."""

from contextlib import ExitStack

import pytest
from support.budget_driver import RESET, BudgetDriver, granted
from support.wire import failure, window

from pandocast_sdk._core.protocol import FailureKind
from pandocast_sdk._core.rate_limit.tickets import Delay, Ticket

WINDOW = 60.0


def enqueue(driver: BudgetDriver, calls: int, polls: int = 0) -> tuple[list[Ticket], list[Ticket]]:
    tickets = [driver.budget.enqueue() for _ in range(calls)]
    others = [driver.budget.enqueue(polls=True) for _ in range(polls)]
    for ticket in tickets + others:
        driver.budget.poll(ticket)
    return tickets, others


def test_calls_leave_one_slot_to_polls_while_somebody_waits() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=4, limit=5)
    with driver.budget.waiting():
        calls, _ = enqueue(driver, 6)
        assert granted(calls) == 3
        assert driver.budget.try_acquire(driver.now) is None
        _, (poll, other) = enqueue(driver, 0, polls=2)
        assert poll.granted
        assert not other.granted
        assert granted(calls) == 3


def test_where_nobody_waits_no_slot_is_kept() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=4, limit=5)
    calls, _ = enqueue(driver, 6)
    assert granted(calls) == 4


def test_the_slot_is_the_calls_once_nobody_waits_any_more() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=2, limit=5)
    with ExitStack() as waits:
        waits.enter_context(driver.budget.waiting())
        with driver.budget.waiting():
            calls, _ = enqueue(driver, 2)
        assert granted(calls) == 1, "another waits still"
        woken: list[str] = []
        calls[1].on_wake(lambda: woken.append("second"))
        waits.close()
    assert calls[1].granted
    assert woken == ["second"]


def test_a_wait_that_begins_late_does_not_take_a_slot_back() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=2, limit=5)
    calls, _ = enqueue(driver, 3)
    with driver.budget.waiting():
        _, (poll,) = enqueue(driver, 0, polls=1)
        assert granted(calls) == 2
        assert not poll.granted


def test_a_poll_that_has_had_its_slot_goes_behind_calls_that_come_later() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=2, limit=5)
    with driver.budget.waiting():
        _, (first, second) = enqueue(driver, 0, polls=2)
        assert first.granted
        assert second.granted, "nobody else wants a slot"
        _, (third,) = enqueue(driver, 0, polls=1)
        (call,), _ = enqueue(driver, 1)
        driver.budget.on_outcome(failure(FailureKind.NOT_CONNECTED))
        assert call.granted
        assert not third.granted
        driver.budget.on_outcome(failure(FailureKind.NOT_CONNECTED))
        assert third.granted


def test_in_the_next_window_a_poll_goes_with_the_first_calls() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=1, limit=3)
    with driver.budget.waiting():
        enqueue(driver, 0, polls=1)
        calls, (poll,) = enqueue(driver, 10, polls=1)
        driver.respond(window(0, RESET, limit=3))
        assert granted(calls) == 0
        driver.now += WINDOW + 2
        assert driver.budget.poll(poll) is None
        assert granted(calls) == 2


def test_a_slot_of_a_poll_that_is_cancelled_is_lost_to_nobody() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=1, limit=3)
    with driver.budget.waiting():
        calls, (poll, queued) = enqueue(driver, 1, polls=2)
        assert (poll.granted, calls[0].granted) == (True, False)
        driver.budget.cancel(queued)
        driver.budget.cancel(poll)
        assert calls[0].granted
        driver.respond(window(0, RESET, limit=3))
    assert driver.at_rest()


def test_in_windows_of_one_slot_calls_and_polls_take_turns() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=0, limit=1)
    order = []
    with driver.budget.waiting():
        calls, polls = enqueue(driver, 3, polls=3)
        for number in range(6):
            driver.now += WINDOW + 2
            waiting = [ticket for ticket in calls + polls if not ticket.granted]
            driver.budget.poll(waiting[0])
            (went,) = [ticket for ticket in waiting if ticket.granted]
            order.append("poll" if went.polls else "call")
            driver.respond(window(0, RESET + 62 * (number + 1), limit=1))
    assert order in (["poll", "call"] * 3, ["call", "poll"] * 3)


def test_a_wait_without_a_poll_does_not_hold_the_only_slot_of_a_window() -> None:
    """Its driver may be dead."""
    driver = BudgetDriver()
    driver.learn(remaining=0, limit=1)
    with driver.budget.waiting():
        for number in range(3):
            driver.now += WINDOW + 2
            (call,), _ = enqueue(driver, 1)
            assert call.granted
            driver.respond(window(0, RESET + 62 * (number + 1), limit=1))


def test_before_a_limit_is_known_calls_and_polls_take_turns() -> None:
    driver = BudgetDriver()
    calls, polls = enqueue(driver, 2, polls=2)
    turns = [(granted(calls), granted(polls))]
    for _ in range(3):
        driver.now += 1.1
        driver.budget.poll(next(ticket for ticket in calls + polls if not ticket.granted))
        turns.append((granted(calls), granted(polls)))
    assert turns == [(0, 1), (1, 1), (1, 2), (2, 2)]


def test_a_service_without_a_limit_keeps_nothing() -> None:
    driver = BudgetDriver()
    enqueue(driver, 1)
    driver.respond({})
    with driver.budget.waiting():
        calls, polls = enqueue(driver, 50, polls=3)
    assert granted(calls + polls) == 53


def test_a_poll_that_was_refused_goes_back_before_later_ones() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=1, limit=3)
    with driver.budget.waiting():
        _, (refused,) = enqueue(driver, 0, polls=1)
        calls, (later,) = enqueue(driver, 2, polls=1)
        driver.respond(window(0, RESET, limit=3), status=429)
        again = driver.budget.enqueue(refused.number, polls=True)
        assert list(driver.budget._queue) == [*calls, again, later]


@pytest.mark.parametrize("polls", [False, True])
def test_whoever_is_held_is_told_the_reset(polls: bool) -> None:  # noqa: FBT001
    driver = BudgetDriver()
    driver.learn(remaining=0, limit=3)
    with driver.budget.waiting():
        delay = driver.budget.poll(driver.budget.enqueue(polls=polls))
    assert isinstance(delay, Delay)
    assert delay.reset == RESET
