"""One process's part in a shared budget: who asks, who waits, and what becomes of replies that come late."""

import json
import logging
from typing import Any

import pytest
from support.wire import date, failure, response, window

from pandocast_sdk._core.protocol import FailureKind, Sleep
from pandocast_sdk._core.rate_limit.shared_budget import Asking, SharedBudget
from pandocast_sdk._core.rate_limit.tickets import Delay, Ticket

EPOCH = 1_774_000_000
RESET = EPOCH + 60


def reply(granted: int, seconds: float = 0, reason: str = "", *, counted: int = 0) -> list[object]:
    """What the script gives back."""
    texts = (f"{seconds}", reason, "10", "0", f"{counted}", f"{RESET}", "0")
    return [granted, *(text.encode() for text in texts)]


class Office:
    """A budget, with a clock that the test sets."""

    def __init__(self) -> None:
        self.now = 0.0
        self.budget = SharedBudget("name", now=lambda: self.now, wall=lambda: EPOCH + self.now)

    def join(self, count: int) -> list[Ticket]:
        return [self.budget.join() for _ in range(count)]

    def ask(self, ticket: Ticket) -> Asking:
        step = self.budget.delay(ticket)
        assert isinstance(step, Asking)
        return step

    def delay(self, ticket: Ticket) -> Delay:
        delay = self.budget.delay(ticket)
        assert isinstance(delay, Delay)
        return delay

    def tell(self) -> Asking:
        """Begin to tell the store what has happened."""
        step = next(iter(self.budget.report()))
        assert isinstance(step, Asking)
        return step


def said(asking: Asking) -> dict[str, Any]:
    """What a question tells the store."""
    key, question = asking.payload()
    assert key == "name"
    told: dict[str, Any] = json.loads(question)
    return told


def granted(tickets: list[Ticket]) -> list[bool]:
    return [ticket.granted for ticket in tickets]


def test_one_asks_for_the_whole_line_and_the_others_wait() -> None:
    office = Office()
    first, second, third = tickets = office.join(3)
    asking = office.ask(second)
    assert said(asking)["wanted"] == 3
    assert office.delay(first).seconds > 0
    assert office.delay(third).reason == "learning"
    asking.deliver(reply(2, 7, "window"))
    assert granted(tickets) == [True, True, False]
    assert office.budget.delay(first) is None
    waits = office.delay(third)
    assert (waits.seconds, waits.reason, waits.reset) == (7, "window", RESET)
    assert waits.nap is not None
    assert 0 < waits.nap < 1


def test_only_the_front_of_a_waiting_line_asks_again_before_the_end() -> None:
    office = Office()
    front, second = office.join(2)
    office.ask(front).deliver(reply(0, 7, "window"))
    assert office.delay(front).nap is not None
    assert office.delay(second).nap is None
    office.now += office.delay(front).nap or 0
    assert said(office.ask(front))["wanted"] == 2
    assert office.delay(second).seconds > 6


def test_while_answers_to_others_may_tell_of_places_the_front_asks_again_soon() -> None:
    office = Office()
    front, _ = office.join(2)
    office.ask(front).deliver(reply(0, 7, "window", counted=3))
    assert (office.delay(front).nap or 1) < 0.1
    assert office.delay(front).seconds == 7


def test_a_process_takes_few_places_at_once_and_then_asks_again() -> None:
    office = Office()
    tickets = office.join(25)
    for _ in range(2):
        office.ask(tickets[-1]).deliver(reply(10))
    assert said(office.ask(tickets[-1]))["wanted"] == 5


def test_who_is_about_to_sleep_does_not_miss_the_reply() -> None:
    office = Office()
    first, second = office.join(2)
    asking = office.ask(first)
    assert office.delay(second).reason == "learning"
    asking.deliver(reply(1, 7, "window"))
    assert second.on_wake(lambda: pytest.fail("it is woken already")) is False
    assert second.on_wake(lambda: None) is True, "and sleeps the next time"


def test_at_the_end_of_a_wait_nobody_spins_while_another_asks() -> None:
    office = Office()
    first, second = office.join(2)
    office.ask(first).deliver(reply(0, 0.4, "window"))
    office.now = 0.4
    office.ask(first)
    assert office.delay(second).seconds > 0.01


def test_what_happened_goes_with_the_next_question_in_order_and_once() -> None:
    office = Office()
    tickets = office.join(3)
    office.ask(tickets[0]).deliver(reply(3))
    office.now = 2.0
    office.budget.settle(
        response(headers={**window(9, RESET, limit=10), **date(EPOCH)}, sent=0.5, received=1.0)
    )
    office.budget.settle(failure(FailureKind.NOT_CONNECTED))
    asking = office.tell()
    told = said(asking)
    assert [report["kind"] for report in told["reports"]] == ["answered", "unsent"]
    assert (told["reports"][0]["sent"], told["reports"][0]["received"]) == (1.5, 1.0)
    assert told["in_flight"] == 1
    asking.deliver(reply(0))
    assert list(office.budget.report()) == []


def test_whoever_has_something_to_tell_waits_for_the_question_that_is_under_way() -> None:
    office = Office()
    tickets = office.join(2)
    office.ask(tickets[0]).deliver(reply(2))
    office.budget.settle(None)
    asking = office.tell()
    office.budget.settle(None)
    telling = iter(office.budget.report())
    step = next(telling)
    assert isinstance(step, Sleep)
    assert step.until is asking
    asking.deliver(reply(0))
    assert step.until.on_wake(lambda: None) is False
    assert isinstance(next(telling), Asking)


def test_places_for_those_who_have_left_are_given_back() -> None:
    office = Office()
    tickets = office.join(2)
    asking = office.ask(tickets[0])
    for ticket in tickets:
        office.budget.leave(ticket)
    asking.deliver(reply(2))
    telling = office.tell()
    assert [report["kind"] for report in said(telling)["reports"]] == ["unsent", "unsent"]
    assert said(telling)["in_flight"] == 0


def test_when_the_front_leaves_the_next_one_is_woken_to_ask() -> None:
    office = Office()
    front, second = office.join(2)
    office.ask(front).deliver(reply(0, 7, "window"))
    woken: list[str] = []
    second.on_wake(lambda: None)  # takes note of the reply
    second.on_wake(lambda: woken.append("second"))
    office.budget.leave(front)
    assert woken == ["second"]
    assert office.delay(second).nap is not None


def test_without_the_store_the_process_goes_on_by_what_it_has_learned(
    caplog: pytest.LogCaptureFixture,
) -> None:
    office = Office()
    tickets = office.join(1)
    office.ask(tickets[0]).deliver(reply(1))
    office.budget.settle(response(headers={**window(2, RESET, limit=10), **date(EPOCH)}))
    telling = office.tell()
    telling.fail("ConnectionError")
    waiting = office.join(4)
    assert [office.budget.delay(ticket) for ticket in waiting[:2]] == [None, None]
    assert office.delay(waiting[2]).reset == RESET
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    office.now = 2.5
    probe = office.ask(waiting[2])
    assert said(probe)["wanted"] == 0
    assert said(probe)["in_flight"] == 2
    assert office.delay(waiting[3]).reset == RESET, "nobody else waits for the probe"
    probe.fail("ConnectionError")
    assert len(caplog.records) == 1
    office.now = 5.0
    office.ask(waiting[2]).deliver(reply(0))
    assert len(caplog.records) == 2
    assert said(office.ask(waiting[2]))["wanted"] == 2


def test_a_question_that_never_ends_holds_nobody_up_and_its_reply_is_ignored() -> None:
    office = Office()
    tickets = office.join(3)
    lost = office.ask(tickets[0])
    office.now = 3.1
    assert office.budget.delay(tickets[1]) is None or tickets[0].granted
    lost.deliver(reply(3))
    assert granted(tickets) == [True, False, False], "by itself it lets one go and ask"


def test_a_reply_that_is_none_is_no_reply() -> None:
    office = Office()
    tickets = office.join(1)
    for nonsense in ([], [b"OK"], [1, b"x", b"window", b"", b"0", b"0", b"", b"0"], reply(0, 1, "whatever")):
        asking = office.ask(tickets[0])
        with pytest.raises(ValueError, match=r"unpack|convert|unknown"):
            asking.deliver(nonsense)
        asking.deliver(reply(0, 0.05, "learning"))
        office.now += 1


def test_a_service_that_counts_nothing_is_not_asked_about() -> None:
    office = Office()
    tickets = office.join(3)
    office.ask(tickets[0]).deliver(reply(1, 1, "learning"))
    office.budget.settle(response(headers=date(EPOCH)))
    assert granted(tickets) == [True, True, True]
    (later,) = office.join(1)
    assert office.budget.delay(later) is None
