"""What a budget learns of a server: a fresh one lets one request go, and headers may be missing or wrong."""

import pytest
from support.budget_driver import EPOCH, LATENCY, RESET, BudgetDriver, granted
from support.wire import NO_RESPONSE, failure, response, window

from pandocast_sdk._core.protocol import FailureKind
from pandocast_sdk._core.rate_limit.budget import LEARNING_SECONDS


def test_a_fresh_budget_lets_one_through_and_the_rest_wait_for_its_response() -> None:
    driver = BudgetDriver()
    tickets = driver.enqueue(5)
    assert [ticket.granted for ticket in tickets] == [True, False, False, False, False]
    assert driver.delay(tickets[1]).reason == "learning"
    driver.now += LATENCY
    driver.respond(window(99, RESET))
    assert granted(tickets) == 5
    assert driver.remaining == 95


@pytest.mark.parametrize("kind", NO_RESPONSE)
def test_when_the_first_fails_the_next_one_goes(kind: FailureKind) -> None:
    driver = BudgetDriver()
    tickets = driver.enqueue(3)
    driver.budget.on_outcome(failure(kind))
    assert granted(tickets) == 2


def test_when_the_first_is_cancelled_the_next_one_goes() -> None:
    driver = BudgetDriver()
    tickets = driver.enqueue(3)
    driver.budget.on_outcome(None)
    assert granted(tickets) == 2


def test_while_the_first_response_is_awaited_one_more_goes_each_second() -> None:
    driver = BudgetDriver()
    tickets = driver.enqueue(4)
    assert LEARNING_SECONDS == 1
    for sent in (1, 2, 3):
        assert granted(tickets) == sent
        assert 1 <= driver.delay(tickets[3]).seconds < 1.1
        driver.now += 1.0
        for ticket in tickets:
            driver.budget.poll(ticket)
    assert granted(tickets) == 4


def test_a_slow_first_response_has_nobody_refused() -> None:
    driver = BudgetDriver()
    tickets = driver.enqueue(100)
    driver.now = 1.5
    for ticket in tickets:
        driver.budget.poll(ticket)
    driver.now = 1.9
    driver.respond(window(9, RESET, limit=10), sent=0.0)
    assert granted(tickets) == 10


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_gateways_page_does_not_say_that_the_service_counts_nothing(status: int) -> None:
    driver = BudgetDriver()
    tickets = driver.enqueue(3)
    driver.respond({}, status=status)
    assert granted(tickets) == 2


@pytest.mark.parametrize("status", [200, 201, 401, 404])
def test_a_server_without_the_headers_is_not_paced(status: int) -> None:
    driver = BudgetDriver()
    tickets = driver.enqueue(500)
    driver.respond({}, status=status)
    assert granted(tickets) == 500
    assert granted(driver.enqueue(500)) == 500
    assert driver.budget.state == (None, None, None)


def test_a_server_that_begins_to_send_the_headers_is_paced_from_then_on() -> None:
    driver = BudgetDriver()
    driver.enqueue(3)
    driver.respond({})
    driver.respond(window(10, RESET))
    assert granted(driver.enqueue(20)) == 9, "one is under way, and may not have been counted yet"


def test_a_first_date_of_another_age_does_not_close_the_window_for_ever() -> None:
    """As long as no answer was dated, our own clock counts; then a host without a battery says 1970."""
    driver = BudgetDriver()
    driver.enqueue(1)
    driver.budget.on_outcome(response(headers=window(1, RESET, limit=2)))
    driver.enqueue(1)
    driver.now = 1.0
    driver.respond(window(0, RESET, limit=2), server=0.0)
    assert granted(driver.enqueue(1)) == 1


def test_a_server_that_no_longer_sends_the_headers_is_not_paced_for_ever() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=1, reset=EPOCH + 5, limit=2)
    driver.now = 6.5
    for _ in range(10):
        (ticket,) = driver.enqueue()
        assert ticket.granted
        driver.respond({})
    assert granted(driver.enqueue(50)) == 50


def test_when_no_response_is_to_come_of_the_new_window_one_request_goes_alone() -> None:
    """What that one hears is believed: the failed ones were not counted, as far as the server knows."""
    driver = BudgetDriver()
    driver.learn(remaining=1, limit=2)
    driver.enqueue()
    driver.budget._in_flight += 1  # as many in flight at the edge as the window has slots
    driver.now = 61.2
    waiting = driver.enqueue(4)
    assert granted(waiting) == 0
    assert driver.delay(waiting[0]).seconds <= LEARNING_SECONDS
    driver.budget.on_outcome(failure(FailureKind.TIMEOUT))
    driver.budget.on_outcome(failure(FailureKind.TIMEOUT))
    assert granted(waiting) == 1
    driver.respond(window(1, RESET + 60, limit=2))
    assert granted(waiting) == 2


@pytest.mark.parametrize("reset", [0, 1, EPOCH - 86_400])
def test_a_reset_in_the_past_holds_nobody_back(reset: int) -> None:
    driver = BudgetDriver()
    for _ in range(300):
        (ticket,) = driver.enqueue()
        assert ticket.granted
        driver.respond(window(50, reset))
    assert driver.at_rest()


@pytest.mark.parametrize("reset", [EPOCH + 86_500, EPOCH + 10**9, 10**11])
def test_a_reset_years_ahead_is_not_believed(reset: int) -> None:
    driver = BudgetDriver()
    driver.enqueue()
    driver.respond(window(0, reset))
    assert granted(driver.enqueue(300)) == 300


@pytest.mark.parametrize("number", ["-1", "NaN", "", "1e3", "1, 2"])
def test_headers_that_are_no_numbers_hold_nobody_back(number: str) -> None:
    driver = BudgetDriver()
    driver.enqueue()
    driver.respond(window(number, number, limit=number))
    assert granted(driver.enqueue(300)) == 300


def test_headers_that_stand_there_twice_hold_nobody_back() -> None:
    driver = BudgetDriver()
    driver.enqueue()
    doubled = [*window(0, RESET).items(), *window(50, RESET).items()]
    driver.budget.on_outcome(response(headers=doubled, received=0.1))
    assert granted(driver.enqueue(300)) == 300
