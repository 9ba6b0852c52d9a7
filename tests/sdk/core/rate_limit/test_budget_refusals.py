"""What a 429 means to a budget, and that a refused call keeps its place in the queue."""

from collections.abc import Mapping

import pytest
from support.budget_driver import EPOCH, RESET, BudgetDriver
from support.wire import date, response, window

from pandocast_sdk._core.rate_limit.headers import seconds_until_allowed
from pandocast_sdk._core.rate_limit.tickets import Delay


def test_a_refusal_spends_the_window_whatever_it_says_remains() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=50)
    driver.enqueue()
    driver.respond(window(49, RESET), status=429)
    (ticket,) = driver.enqueue()
    assert driver.delay(ticket).reason == "window"


def test_a_refusal_with_retry_after_has_its_own_reason() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=50)
    driver.enqueue()
    driver.respond({**window(49, RESET), "Retry-After": 5}, status=429)
    assert driver.remaining == 49


@pytest.mark.parametrize("known", [False, True])
def test_a_refusal_that_names_only_its_reset_holds_everybody_back_until_then(known: bool) -> None:  # noqa: FBT001
    driver = BudgetDriver()
    if known:
        driver.learn(remaining=50)
    driver.enqueue()
    driver.respond({"X-RateLimit-Reset": EPOCH + 7}, status=429)
    (ticket,) = driver.enqueue()
    assert 6.5 < driver.delay(ticket).seconds < 8
    driver.now = 8.2
    assert driver.budget.poll(ticket) is None


def test_a_refusal_of_a_window_that_seemed_over_holds_everybody_back_until_its_reset() -> None:
    """Two hosts that count apart: what one says must not be taken for an old answer of the other."""
    driver = BudgetDriver()
    driver.learn(remaining=50, reset=EPOCH + 30)
    driver.enqueue(2)
    driver.respond(window(50, EPOCH + 31))
    driver.respond(window(0, EPOCH + 30), status=429)
    (ticket,) = driver.enqueue()
    assert 29 < driver.delay(ticket).seconds < 31


def test_a_block_holds_everybody_back_until_it_ends() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=50)
    driver.budget.block(driver.now + 10)
    driver.budget.block(driver.now + 3)  # a shorter one does not shorten it
    first, second = driver.enqueue(2)
    assert driver.delay(first) == Delay(10.0, "retry_after")
    driver.now += 10
    assert driver.budget.poll(first) is None
    assert second.granted


def test_a_refused_call_keeps_its_place_in_the_queue() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=2, limit=3)
    first, second, third, fourth = driver.enqueue(4)
    for _ in (first, second):
        driver.respond(window(0, RESET, limit=3), status=429)
    again = [driver.budget.enqueue(ticket.number) for ticket in (second, first)]
    assert list(driver.budget._queue) == [again[1], again[0], third, fourth]
    late = driver.budget.enqueue(fourth.number + 1)
    assert list(driver.budget._queue)[-1] is late
    driver.now = 61.2
    driver.budget.poll(fourth)
    assert [ticket.granted for ticket in (again[1], again[0], third, fourth)] == [True, True, True, False]


def test_refused_calls_that_come_back_in_any_order_are_queued_in_their_own() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=3, limit=4)
    tickets = driver.enqueue(4)
    for ticket in (tickets[1], tickets[0], tickets[2]):
        driver.respond(window(0, RESET, limit=4), status=429)
        driver.budget.enqueue(ticket.number)
    assert [ticket.number for ticket in driver.budget._queue] == [ticket.number for ticket in tickets]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": 7}, 7.0),
        ({"Retry-After": 0}, 0.0),
        ({**window(0, RESET), "Retry-After": 7}, 7.0),
        (window(0, RESET), 60.0),
        ({"X-RateLimit-Reset": RESET}, 60.0),
        ({"Retry-After": "soon", "X-RateLimit-Reset": RESET}, 60.0),
        ({"X-RateLimit-Reset": EPOCH - 60}, 0.0),
        ({"X-RateLimit-Reset": EPOCH + 86_401}, None),
        ({"X-RateLimit-Reset": -5}, None),
        ({"Retry-After": "Fri, 20 Mar 2026 09:46:50 GMT"}, 10.0),
        ({"Retry-After": "Fri, 20 Mar 2026 09:46:50 GMT", **date(EPOCH + 4)}, 6.0),
    ],
)
def test_how_long_a_refusal_asks_to_wait(headers: Mapping[str, object], seconds: float | None) -> None:
    assert seconds_until_allowed(response(429, headers=headers), EPOCH) == seconds
