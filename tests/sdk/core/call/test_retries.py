"""What is sent again: the table, written out a second time by hand, and the counting of attempts."""

import pytest
from support.wire import answer, failure
from tenacity.wait import wait_exponential, wait_none

from pandocast_sdk._core.call.retries import RULES, Attempts, Event, event_of
from pandocast_sdk._core.protocol import Failure, FailureKind, WireResponse
from pandocast_sdk.options import default_backoff

# what came of it: (the server may have acted, a read is sent again, a write is sent again)
BY_HAND = {
    "no connection was made": (False, True, True),
    "every local connection was busy": (False, False, False),
    "no complete answer in time": (True, True, False),
    "the connection broke": (True, True, False),
    "the answer was too large to read": (True, False, False),
    "3xx": (True, False, False),
    "408": (True, True, False),
    "429": (False, True, True),
    "any other 4xx": (False, False, False),
    "5xx": (True, True, False),
}


def test_the_table_says_what_was_meant() -> None:
    written = {
        event.value: (rule.may_have_acted, rule.read_again, rule.write_again) for event, rule in RULES.items()
    }
    assert written == BY_HAND


def test_a_write_that_may_have_been_carried_out_is_never_sent_again() -> None:
    assert not [event for event, rule in RULES.items() if rule.may_have_acted and rule.write_again]


def test_every_event_has_a_rule() -> None:
    assert set(RULES) == set(Event)


@pytest.mark.parametrize(
    ("outcome", "event"),
    [
        (failure(FailureKind.NOT_CONNECTED), Event.NOT_CONNECTED),
        (failure(FailureKind.CONNECT_TIMEOUT), Event.NOT_CONNECTED),
        (failure(FailureKind.POOL_TIMEOUT), Event.POOL_EXHAUSTED),
        (failure(FailureKind.TIMEOUT), Event.TIMED_OUT),
        (failure(FailureKind.BROKEN), Event.BROKEN),
        (failure(FailureKind.TOO_LARGE), Event.TOO_LARGE),
        *((answer(status), Event.REDIRECTED) for status in (101, 300, 301, 304, 307, 308, 399)),
        *((answer(status), Event.REFUSED) for status in (400, 401, 403, 404, 409, 413, 425, 499)),
        *((answer(status), Event.FAILED) for status in (500, 502, 503, 504, 529, 599, 600, 999)),
        (answer(408), Event.TIMEOUT_STATUS),
        (answer(429), Event.RATE_LIMITED),
    ],
)
def test_what_came_of_a_request_has_a_name(outcome: WireResponse | Failure, event: Event) -> None:
    assert event_of(outcome) is event


@pytest.mark.parametrize("trouble", list(FailureKind))
def test_every_trouble_is_an_event(trouble: FailureKind) -> None:
    assert event_of(failure(trouble)) in RULES


def test_the_last_attempt_is_followed_by_none() -> None:
    attempts = Attempts(max_retries=2, backoff=wait_none())
    assert [attempts.next_wait() for _ in range(4)] == [0.0, 0.0, None, None]


def test_without_retries_there_is_one_attempt() -> None:
    assert Attempts(max_retries=0, backoff=wait_none()).next_wait() is None


def test_the_waits_are_those_of_the_strategy() -> None:
    attempts = Attempts(max_retries=5, backoff=wait_exponential(multiplier=0.5, max=3))
    assert [attempts.next_wait() for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_by_default_the_waits_are_jittered_and_double_up_to_eight_seconds() -> None:
    bounds = [0.5, 1, 2, 4, 8, 8, 8]
    drawn: list[list[float]] = [[] for _ in bounds]
    for _ in range(200):
        attempts = Attempts(max_retries=len(bounds), backoff=default_backoff())
        for waits in drawn:
            wait = attempts.next_wait()
            assert wait is not None
            waits.append(wait)
    for waits, bound in zip(drawn, bounds, strict=True):
        assert 0 <= min(waits) < bound * 0.1
        assert bound * 0.9 < max(waits) <= bound
