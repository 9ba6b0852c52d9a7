"""The server's clock: bounded by every answer, never believed to be later than it is."""

import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_sdk._core.rate_limit.server_clock import ServerClock

EPOCH = 1_774_000_000.0
FASTEST = 200e-6  # seconds a second: how far two clocks may part

delays = st.floats(0.0, 3.0)


@dataclass
class Observation:
    """One answer of an honest server: its `Date` was written between sending and receiving."""

    pause: float
    there: float
    back: float


observations = st.lists(st.builds(Observation, st.floats(0.0, 90.0), delays, delays), min_size=1, max_size=30)


def test_until_an_answer_has_come_both_clocks_are_taken_to_agree() -> None:
    assert ServerClock(EPOCH).earliest(5.0) == EPOCH + 5.0


def test_one_answer_bounds_the_clock_from_below() -> None:
    clock = ServerClock(0.0)
    assert clock.observe(EPOCH, sent=10.0, received=10.5) is False
    assert clock.earliest(10.5) == EPOCH


@given(observations, st.floats(0.0, 1.0), st.floats(-FASTEST, FASTEST))
def test_the_earliest_time_is_never_later_than_the_true_one(
    answers: list[Observation], fraction: float, drift: float
) -> None:
    """Waiting until it has passed a reset is never too early, however answers come and with any drift."""
    clock, now = ServerClock(0.0), 100.0

    def true(moment: float) -> float:
        return EPOCH + fraction + moment * (1 + drift)

    for answer in answers:
        sent = now + answer.pause
        stamped = sent + answer.there
        now = stamped + answer.back
        assert clock.observe(math.floor(true(stamped)), sent, now) is False, "an honest clock was not set"
        for later in (0.0, 1.0, 59.0, 600.0):
            assert clock.earliest(now + later) <= true(now + later) + 1e-6


def test_waiting_as_long_as_it_says_is_enough() -> None:
    clock = ServerClock(0.0)
    clock.observe(EPOCH, 0.0, 0.5)
    assert 59.5 < clock.seconds_until(EPOCH + 60, 0.5) < 60.1
    assert clock.earliest(0.5 + clock.seconds_until(EPOCH + 60, 0.5)) == pytest.approx(EPOCH + 60, abs=1e-5)
    assert clock.seconds_until(EPOCH - 60, 0.5) == 0


def test_many_answers_tell_the_time_to_milliseconds() -> None:
    clock, truth = ServerClock(0.0), EPOCH + 0.618
    for step in range(300):
        sent = step * 0.0617
        clock.observe(math.floor(truth + sent + 0.001), sent, sent + 0.002)
    now = 300 * 0.0617
    assert 0 <= truth + now - clock.earliest(now) < 0.02


@pytest.mark.parametrize("jump", [-86_400.0, -5.0, 5.0, 7_200.0])
def test_a_clock_that_was_set_is_noticed_and_followed(jump: float) -> None:
    clock = ServerClock(0.0)
    clock.observe(EPOCH, 0.0, 0.1)
    assert clock.observe(EPOCH + 10 + jump, 10.0, 10.1) is True
    assert clock.earliest(10.1) == EPOCH + 10 + jump
    assert clock.observe(EPOCH + 20 + jump, 20.0, 20.1) is False


@given(st.lists(st.floats(0.0, 1.9), min_size=2, max_size=40))
def test_a_date_kept_for_a_while_is_not_a_clock_that_was_set(lags: list[float]) -> None:
    """Some servers renew `Date` now and then, and hosts of one service differ."""
    clock = ServerClock(0.0)
    for number, lag in enumerate(lags):
        now = number * 0.7
        assert clock.observe(math.floor(EPOCH + now - lag), now, now) is False
        assert clock.earliest(now) <= EPOCH + now


def test_answers_may_come_out_of_order() -> None:
    clock = ServerClock(0.0)
    clock.observe(EPOCH + 2, 2.0, 2.5)
    assert clock.observe(EPOCH, 0.0, 0.9) is False
    assert EPOCH + 1.9 < clock.earliest(2.5) <= EPOCH + 2.5
