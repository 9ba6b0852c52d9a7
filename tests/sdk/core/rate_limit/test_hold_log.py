"""The line about calls that are held, and that no lock is held while a handler has it."""

import logging
from collections.abc import Iterator
from math import inf

import pytest

from pandocast_sdk._core.log import logger
from pandocast_sdk._core.rate_limit.budget import Budget
from pandocast_sdk._core.rate_limit.consultation import Consultation
from pandocast_sdk._core.rate_limit.hold_log import PAUSE, log_hold
from pandocast_sdk._core.rate_limit.shared_budget import SharedBudget
from pandocast_sdk._core.rate_limit.tickets import Delay

EPOCH = 1_774_000_000  # 09:46:40
RESET = EPOCH + 60


class Witness(logging.Handler):
    """A handler that wants to know whether the thread that logs holds a lock."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(logging.INFO)
        self.budget = budget
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        for lock in (self.budget._lock, self.budget.hold_log._lock):
            assert not lock._is_owned()  # type: ignore[attr-defined]  # typeshed leaves it out
        self.lines.append(record.getMessage())


@pytest.fixture
def witness() -> Iterator[Witness]:
    witness = Witness(SharedBudget("name", now=lambda: 0.0, wall=lambda: float(EPOCH)))
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(witness)
    yield witness
    logger.removeHandler(witness)
    logger.setLevel(level)


def consultation(budget: Budget) -> Consultation:
    step = budget.poll(budget.enqueue())
    assert isinstance(step, Consultation)
    return step


def test_calls_that_a_store_holds_have_the_same_line(witness: Witness) -> None:
    budget = witness.budget
    consultation(budget).deliver([0, 0, b"7", b"window", b"10", b"0", b"0", b"%d" % RESET, b"%d" % EPOCH])
    delay = budget.poll(budget.enqueue())
    assert isinstance(delay, Delay)
    assert log_hold(budget, delay, 0.0) == PAUSE
    assert log_hold(budget, delay, PAUSE) == inf
    assert log_hold(budget, delay, 1.0) == inf
    assert witness.lines == ["rate limit: 2 calls wait 7.0 s for the window, until 09:47:40 UTC"]


def test_a_window_that_ends_earlier_than_thought_has_the_line_of_the_next_all_the_same(
    witness: Witness,
) -> None:
    first, second = Delay(60.0, "window", RESET), Delay(60.0, "window", RESET + 60)
    for now, delay in ((0.0, first), (PAUSE, first), (50.0, second), (50.0 + PAUSE, second)):
        log_hold(witness.budget, delay, now)
    assert [line[-12:] for line in witness.lines] == ["09:47:40 UTC", "09:48:40 UTC"]


def test_a_retry_after_within_a_window_does_not_repeat_the_line_of_the_window(witness: Witness) -> None:
    window, retry_after = Delay(60.0, "window", RESET), Delay(5.0, "retry_after")
    for now, delay in ((0.0, window), (1.0, window), (2.0, retry_after), (3.0, retry_after), (8.0, window)):
        log_hold(witness.budget, delay, now)
    assert [line.split(" s ")[1].partition(",")[0] for line in witness.lines] == [
        "for the window",
        "as the server asks",
    ]


def test_a_time_beyond_the_calendar_is_left_out(witness: Witness) -> None:
    for now in (0.0, PAUSE):
        log_hold(witness.budget, Delay(1e15, "retry_after"), now)
    assert witness.lines == ["rate limit: 0 calls wait 1000000000000000 s as the server asks"]


def test_learning_has_no_line(witness: Witness) -> None:
    for now in (0.0, PAUSE, 1.0):
        assert log_hold(witness.budget, Delay(1.0, "learning"), now) == inf
    assert witness.lines == []


def test_a_store_that_is_lost_and_found_is_warned_of_without_a_lock(witness: Witness) -> None:
    now = [0.0]
    witness.budget = budget = SharedBudget("name", now=lambda: now[0], wall=lambda: float(EPOCH))
    consultation(budget).fail("ConnectionError")
    now[0] = 10.0
    consultation(budget).deliver([1, 0, b"", b"", b"", b"0", b"0", b"", b"%d" % EPOCH])
    assert [line.split("store of the rate limit ")[1][:15] for line in witness.lines] == [
        "does not answer",
        "is back; this p",
    ]
