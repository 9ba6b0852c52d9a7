"""The window of a budget: slots granted, returned and counted, at the edge and within."""

import pytest
from support.budget_driver import EPOCH, LATENCY, RESET, UNSENT, BudgetDriver, granted, moment
from support.wire import failure, response, window

from pandocast_sdk._core.protocol import FailureKind


@pytest.mark.parametrize("kind", UNSENT)
def test_a_returned_slot_is_not_added_to_what_the_server_says_remains(kind: FailureKind) -> None:
    driver = BudgetDriver()
    driver.learn(remaining=9, limit=10)
    tickets = driver.enqueue(9)
    driver.respond(window(0, RESET, limit=10))  # others have used the rest
    driver.budget.on_outcome(failure(kind))
    waiting = driver.enqueue(1)
    assert granted(tickets) == 9
    assert granted(waiting) == 0


def test_a_response_of_the_last_window_adds_no_slots_to_this_one() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=9, limit=10)
    driver.enqueue(3)
    driver.now = 61.5
    driver.enqueue(1)
    driver.respond(window(0, RESET + 60, limit=10))  # others have used the rest
    driver.respond(window(6, RESET, limit=10), sent=LATENCY)
    assert granted(driver.enqueue(5)) == 0


def test_returned_slots_are_used_once_nothing_in_flight_may_need_them() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=9, limit=10)
    driver.enqueue(9)
    driver.respond(window(6, RESET, limit=10))  # 3 of the 9 were counted before it
    waiting = driver.enqueue(8)
    assert granted(waiting) == 0
    for _ in range(6):
        driver.budget.on_outcome(failure(FailureKind.NOT_CONNECTED))
    assert granted(waiting) == 4, "2 of the 8 under way may not have been counted yet"
    for _ in range(2):
        driver.respond(window(8, RESET, limit=10))
    assert granted(waiting) == 6


def test_a_spent_window_makes_callers_wait_until_it_resets_and_then_serves_them_in_order() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=2, limit=3)
    tickets = driver.enqueue(6)
    assert [ticket.granted for ticket in tickets] == [True, True, False, False, False, False]
    for left in (1, 0):
        driver.respond(window(left, RESET, limit=3))
    delay = driver.delay(tickets[5])
    assert (delay.reason, delay.reset) == ("window", RESET)
    assert 59.9 < delay.seconds < 60.2
    driver.now += delay.seconds
    driver.budget.poll(tickets[5])
    assert [ticket.granted for ticket in tickets[2:]] == [True, True, True, False]


def test_the_window_never_opens_before_the_server_can_have_opened_it() -> None:
    """The answer was dated within a whole second: the server may be almost that much behind."""
    driver = BudgetDriver()
    driver.learn(remaining=0)
    (ticket,) = driver.enqueue()
    driver.now = 59.99
    assert driver.budget.poll(ticket) is not None
    driver.now = 60.2
    assert driver.budget.poll(ticket) is None


@pytest.mark.parametrize("kind", UNSENT)
def test_a_request_that_never_left_returns_its_slot(kind: FailureKind) -> None:
    driver = BudgetDriver()
    driver.learn(remaining=5)
    driver.enqueue()
    driver.budget.on_outcome(failure(kind))
    assert driver.remaining == 5


@pytest.mark.parametrize("kind", [FailureKind.TIMEOUT, FailureKind.BROKEN, FailureKind.TOO_LARGE])
def test_a_request_that_may_have_arrived_keeps_its_slot(kind: FailureKind) -> None:
    driver = BudgetDriver()
    driver.learn(remaining=5)
    driver.enqueue()
    driver.budget.on_outcome(failure(kind))
    assert driver.remaining == 4


def test_what_is_in_flight_at_the_edge_may_be_counted_in_the_new_window() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=9, limit=10)
    driver.enqueue(4)
    driver.now = 61.2
    assert granted(driver.enqueue(10)) == 6


def test_a_late_response_of_the_old_window_returns_its_slot_of_the_new_one() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=9, limit=10)
    driver.enqueue(4)
    driver.now = 61.2
    tickets = driver.enqueue(10)
    driver.respond(window(5, RESET, limit=10), server=RESET - 1, sent=59.0)
    assert granted(tickets) == 7
    assert driver.budget.state.reset is None, "the old window was not taken for the new one"


def test_a_response_can_show_the_new_window_before_the_clock_does() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=0)
    waiting = driver.enqueue()
    assert granted(waiting) == 0
    driver.budget._in_flight += 1  # a call of the old window that the server counted in the new one
    driver.now = 60.0
    driver.respond(window(99, RESET + 60))
    assert granted(waiting) == 1
    assert driver.budget.state == (100, 98, moment(RESET + 60))


def test_other_users_of_the_key_are_believed() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=90)
    driver.enqueue()
    driver.respond(window(3, RESET))
    assert driver.remaining == 3
    assert granted(driver.enqueue(10)) == 3


def test_a_response_that_overtook_another_returns_no_slot() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=50)
    driver.enqueue(2)
    driver.respond(window(48, RESET))
    driver.respond(window(49, RESET))
    assert driver.remaining == 48


def test_a_clock_set_forward_ends_the_window_at_once() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=1)
    tickets = driver.enqueue(3)
    assert granted(tickets) == 1
    driver.now = 5.0
    driver.respond(window(99, RESET + 7200), server=EPOCH + 7205)
    assert granted(tickets) == 3


def test_a_clock_set_back_does_not_make_the_old_window_last_for_hours() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=50)
    driver.enqueue()
    driver.now = 5.0
    driver.respond(window(99, RESET - 7200), server=EPOCH - 7195)
    assert driver.budget.state == (100, 99, moment(RESET - 7200))
    assert granted(driver.enqueue(200)) == 99


def test_without_a_date_both_clocks_are_taken_to_agree() -> None:
    driver = BudgetDriver()
    driver.enqueue()
    driver.budget.on_outcome(response(headers=window(0, RESET), received=0.1))
    (ticket,) = driver.enqueue()
    driver.now = 59.9
    assert driver.budget.poll(ticket) is not None
    driver.now = 60.0
    assert driver.budget.poll(ticket) is None


def test_a_wrong_window_is_corrected_by_the_next_response() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=98, reset=EPOCH + 80_000)
    driver.enqueue()
    driver.respond(window(97, RESET))
    assert driver.budget.state == (100, 97, moment(RESET))
