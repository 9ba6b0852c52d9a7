"""One process's part in a shared budget: who asks, who waits, and what becomes of replies that come late."""

import json
import logging
from typing import Any

import pytest
from support.wire import date, failure, response, window

from pandocast_sdk._core.protocol import FailureKind, Sleep
from pandocast_sdk._core.rate_limit.consultation import Consultation
from pandocast_sdk._core.rate_limit.shared_budget import SharedBudget
from pandocast_sdk._core.rate_limit.tickets import Delay, Ticket

EPOCH = 1_774_000_000
RESET = EPOCH + 60


def reply(
    granted: int, seconds: float = 0, reason: str = "", *, polls: int = 0, local_remaining: int = 0
) -> list[object]:
    """What the script replies."""
    texts = (f"{seconds}", reason, "10", "0", f"{local_remaining}", f"{RESET}", "0")
    return [granted, polls, *(text.encode() for text in texts)]


class SharedBudgetDriver:
    """A budget, with a clock that the test sets."""

    def __init__(self) -> None:
        self.now = 0.0
        self.budget = SharedBudget("name", now=lambda: self.now, wall=lambda: EPOCH + self.now)

    def enqueue(self, count: int) -> list[Ticket]:
        return [self.budget.enqueue() for _ in range(count)]

    def ask(self, ticket: Ticket) -> Consultation:
        step = self.budget.poll(ticket)
        assert isinstance(step, Consultation)
        return step

    def delay(self, ticket: Ticket) -> Delay:
        delay = self.budget.poll(ticket)
        assert isinstance(delay, Delay)
        return delay

    def report(self) -> Consultation:
        """Begin to report to the store what has happened."""
        step = next(iter(self.budget.report()))
        assert isinstance(step, Consultation)
        return step


def sent(consultation: Consultation) -> dict[str, Any]:
    """What a query sends to the store."""
    key, query = consultation.payload()
    assert key == "name"
    sent: dict[str, Any] = json.loads(query)
    return sent


def granted(tickets: list[Ticket]) -> list[bool]:
    return [ticket.granted for ticket in tickets]


def test_one_queries_for_the_whole_queue_and_the_others_wait() -> None:
    driver = SharedBudgetDriver()
    first, second, third = tickets = driver.enqueue(3)
    consultation = driver.ask(second)
    assert sent(consultation)["wanted"] == 3
    assert driver.delay(first).seconds > 0
    assert driver.delay(third).reason == "learning"
    consultation.deliver(reply(2, 7, "window"))
    assert granted(tickets) == [True, True, False]
    assert driver.budget.poll(first) is None
    waits = driver.delay(third)
    assert (waits.seconds, waits.reason, waits.reset) == (7, "window", RESET)
    assert waits.poll_after is not None
    assert 0 < waits.poll_after < 1


def test_only_the_front_of_a_waiting_queue_asks_again_before_the_end() -> None:
    driver = SharedBudgetDriver()
    front, second = driver.enqueue(2)
    driver.ask(front).deliver(reply(0, 7, "window"))
    assert driver.delay(front).poll_after is not None
    assert driver.delay(second).poll_after is None
    driver.now += driver.delay(front).poll_after or 0
    assert sent(driver.ask(front))["wanted"] == 2
    assert driver.delay(second).seconds > 6


def test_while_answers_to_others_may_free_slots_the_front_asks_again_soon() -> None:
    driver = SharedBudgetDriver()
    front, _ = driver.enqueue(2)
    driver.ask(front).deliver(reply(0, 7, "window", local_remaining=3))
    assert (driver.delay(front).poll_after or 1) < 0.1
    assert driver.delay(front).seconds == 7


def test_a_process_takes_few_slots_at_once_and_then_queries_again() -> None:
    driver = SharedBudgetDriver()
    tickets = driver.enqueue(25)
    for _ in range(2):
        driver.ask(tickets[-1]).deliver(reply(10))
    assert sent(driver.ask(tickets[-1]))["wanted"] == 5


def test_who_is_about_to_sleep_does_not_miss_the_reply() -> None:
    driver = SharedBudgetDriver()
    first, second = driver.enqueue(2)
    consultation = driver.ask(first)
    assert driver.delay(second).reason == "learning"
    consultation.deliver(reply(1, 7, "window"))
    assert second.on_wake(lambda: pytest.fail("it is woken already")) is False
    assert second.on_wake(lambda: None) is True, "and sleeps the next time"


def test_at_the_end_of_a_wait_nobody_spins_while_another_queries() -> None:
    driver = SharedBudgetDriver()
    first, second = driver.enqueue(2)
    driver.ask(first).deliver(reply(0, 0.4, "window"))
    driver.now = 0.4
    driver.ask(first)
    assert driver.delay(second).seconds > 0.01


def test_what_happened_goes_with_the_next_question_in_order_and_once() -> None:
    driver = SharedBudgetDriver()
    tickets = driver.enqueue(3)
    driver.ask(tickets[0]).deliver(reply(3))
    driver.now = 2.0
    driver.budget.on_outcome(
        response(headers={**window(9, RESET, limit=10), **date(EPOCH)}, sent=0.5, received=1.0)
    )
    driver.budget.on_outcome(failure(FailureKind.NOT_CONNECTED))
    consultation = driver.report()
    query = sent(consultation)
    assert [report["kind"] for report in query["reports"]] == ["response", "unsent"]
    assert (query["reports"][0]["sent"], query["reports"][0]["received"]) == (1.5, 1.0)
    assert query["in_flight"] == 1
    consultation.deliver(reply(0))
    assert list(driver.budget.report()) == []


def test_whoever_has_something_to_report_waits_for_the_question_that_is_under_way() -> None:
    driver = SharedBudgetDriver()
    tickets = driver.enqueue(2)
    driver.ask(tickets[0]).deliver(reply(2))
    driver.budget.on_outcome(None)
    consultation = driver.report()
    driver.budget.on_outcome(None)
    telling = iter(driver.budget.report())
    step = next(telling)
    assert isinstance(step, Sleep)
    assert step.until is consultation
    consultation.deliver(reply(0))
    assert step.until.on_wake(lambda: None) is False
    assert isinstance(next(telling), Consultation)


def test_slots_granted_to_cancelled_tickets_are_returned() -> None:
    driver = SharedBudgetDriver()
    tickets = driver.enqueue(2)
    consultation = driver.ask(tickets[0])
    for ticket in tickets:
        driver.budget.cancel(ticket)
    consultation.deliver(reply(2))
    telling = driver.report()
    assert [report["kind"] for report in sent(telling)["reports"]] == ["unsent", "unsent"]
    assert sent(telling)["in_flight"] == 0


def test_when_the_front_is_cancelled_the_next_one_is_woken_to_ask() -> None:
    driver = SharedBudgetDriver()
    front, second = driver.enqueue(2)
    driver.ask(front).deliver(reply(0, 7, "window"))
    woken: list[str] = []
    second.on_wake(lambda: None)  # takes note of the reply
    second.on_wake(lambda: woken.append("second"))
    driver.budget.cancel(front)
    assert woken == ["second"]
    assert driver.delay(second).poll_after is not None


def test_without_the_store_the_process_goes_on_by_what_it_has_learned(
    caplog: pytest.LogCaptureFixture,
) -> None:
    driver = SharedBudgetDriver()
    tickets = driver.enqueue(1)
    driver.ask(tickets[0]).deliver(reply(1))
    driver.budget.on_outcome(response(headers={**window(2, RESET, limit=10), **date(EPOCH)}))
    telling = driver.report()
    telling.fail("ConnectionError")
    waiting = driver.enqueue(4)
    assert [driver.budget.poll(ticket) for ticket in waiting[:2]] == [None, None]
    assert driver.delay(waiting[2]).reset == RESET
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    driver.now = 2.5
    probe = driver.ask(waiting[2])
    assert sent(probe)["wanted"] == 0
    assert sent(probe)["in_flight"] == 2
    assert driver.delay(waiting[3]).reset == RESET, "nobody else waits for the probe"
    probe.fail("ConnectionError")
    assert len(caplog.records) == 1
    driver.now = 5.0
    driver.ask(waiting[2]).deliver(reply(0))
    assert len(caplog.records) == 2
    assert sent(driver.ask(waiting[2]))["wanted"] == 2


def test_a_question_that_never_ends_holds_nobody_up_and_its_reply_is_ignored() -> None:
    driver = SharedBudgetDriver()
    tickets = driver.enqueue(3)
    lost = driver.ask(tickets[0])
    driver.now = 3.1
    assert driver.budget.poll(tickets[1]) is None or tickets[0].granted
    lost.deliver(reply(3))
    assert granted(tickets) == [True, False, False], "by itself it lets one go and ask"


def test_a_reply_that_is_none_is_no_reply() -> None:
    driver = SharedBudgetDriver()
    tickets = driver.enqueue(1)
    for nonsense in (
        [],
        [b"OK"],
        [1, 0, b"x", b"window", b"", b"0", b"0", b"", b"0"],
        reply(0, 1, "whatever"),
    ):
        consultation = driver.ask(tickets[0])
        with pytest.raises(ValueError, match=r"unpack|convert|unknown"):
            consultation.deliver(nonsense)
        consultation.deliver(reply(0, 0.05, "learning"))
        driver.now += 1


def test_a_service_that_counts_nothing_is_not_asked_about() -> None:
    driver = SharedBudgetDriver()
    tickets = driver.enqueue(3)
    driver.ask(tickets[0]).deliver(reply(1, 1, "learning"))
    driver.budget.on_outcome(response(headers=date(EPOCH)))
    assert granted(tickets) == [True, True, True]
    (later,) = driver.enqueue(1)
    assert driver.budget.poll(later) is None


def test_polls_are_queried_for_beside_calls_and_granted_as_the_store_says() -> None:
    driver = SharedBudgetDriver()
    with driver.budget.waiting():
        calls = driver.enqueue(12)
        polls = [driver.budget.enqueue(polls=True) for _ in range(2)]
        consultation = driver.ask(polls[0])
        query = sent(consultation)
        assert (query["wanted"], query["queued"], query["wanted_polls"], query["waits"]) == (10, 12, 2, True)
        assert query["lease"] >= 10
        consultation.deliver(reply(1, 7, "window", polls=1))
        assert granted(calls) == [True] + [False] * 11
        assert granted(polls) == [True, False]
        assert driver.delay(polls[1]).seconds == 7
        assert driver.delay(polls[1]).poll_after is None
        assert driver.delay(calls[1]).poll_after is not None


def test_a_poll_that_is_alone_in_the_queue_queries_for_itself() -> None:
    driver = SharedBudgetDriver()
    poll = driver.budget.enqueue(polls=True)
    driver.ask(poll).deliver(reply(0, 7, "window"))
    assert driver.delay(poll).poll_after is not None


def test_a_slot_granted_to_a_poll_that_is_cancelled_is_returned() -> None:
    driver = SharedBudgetDriver()
    poll = driver.budget.enqueue(polls=True)
    consultation = driver.ask(poll)
    driver.budget.cancel(poll)
    consultation.deliver(reply(0, polls=1))
    assert [report["kind"] for report in sent(driver.report())["reports"]] == ["unsent"]


def test_the_store_learns_when_nobody_waits_any_more() -> None:
    driver = SharedBudgetDriver()
    with driver.budget.waiting():
        poll = driver.budget.enqueue(polls=True)
        driver.ask(poll).deliver(reply(0, polls=1))
        driver.budget.on_outcome(response(headers={**window(9, RESET, limit=10), **date(EPOCH)}))
        driver.report().deliver(reply(0))
        assert list(driver.budget.report()) == []
    query = sent(driver.report())
    assert (query["waits"], query["reports"]) == (False, [])
    assert list(driver.budget.report()) == [], "once"


def test_the_front_of_the_queue_queries_when_the_last_wait_ends() -> None:
    driver = SharedBudgetDriver()
    with driver.budget.waiting():
        (call,) = driver.enqueue(1)
        driver.ask(call).deliver(reply(0, 7, "window"))
        woken: list[str] = []
        call.on_wake(lambda: None)  # takes note of the reply
        call.on_wake(lambda: woken.append("call"))
    assert woken == ["call"]
    assert sent(driver.ask(call))["waits"] is False


def test_without_the_store_a_process_keeps_the_slot_by_itself() -> None:
    driver = SharedBudgetDriver()
    with driver.budget.waiting():
        tickets = driver.enqueue(1)
        driver.ask(tickets[0]).deliver(reply(1))
        driver.budget.on_outcome(response(headers={**window(3, RESET, limit=10), **date(EPOCH)}))
        driver.report().fail("ConnectionError")
        calls = driver.enqueue(4)
        poll = driver.budget.enqueue(polls=True)
        for ticket in (*calls, poll):
            driver.budget.poll(ticket)
        assert granted([*calls, poll]) == [True, True, False, False, True]
