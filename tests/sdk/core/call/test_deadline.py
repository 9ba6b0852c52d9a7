"""A call ends at its deadline, and never sends after it."""

from math import inf

import pytest
from support.caller import BOTH, OK, READ, WRITE, Caller, spend
from support.wire import failure, response

from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.protocol import FailureKind, Sleep
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.errors import (
    APIConnectionError,
    APITimeoutError,
    DeadlineExceededError,
    InternalServerError,
)


def test_the_deadline_covers_all_attempts() -> None:
    caller = Caller(deadline=10, max_retries=100)
    with pytest.raises(DeadlineExceededError) as caught:
        caller.call(READ, caller.later(3, failure(FailureKind.BROKEN)))
    assert caller.now == 1012
    assert isinstance(caught.value.__cause__, APIConnectionError)
    assert all(send.expires <= 1010 for send in caller.sends)
    assert not caught.value.outcome_unknown


@BOTH
def test_a_write_that_the_deadline_ended_has_an_unknown_outcome(operation: Operation[object]) -> None:
    caller = Caller(deadline=10)
    with pytest.raises(DeadlineExceededError) as caught:
        caller.call(operation, caller.later(10, failure(FailureKind.TIMEOUT)))
    assert caught.value.outcome_unknown is operation.writes


def test_a_write_that_the_deadline_ended_while_connecting_was_not_carried_out() -> None:
    caller = Caller(deadline=10)
    with pytest.raises(DeadlineExceededError) as caught:
        caller.call(WRITE, caller.later(10, failure(FailureKind.CONNECT_TIMEOUT)))
    assert not caught.value.outcome_unknown


def test_a_response_counts_even_after_the_deadline() -> None:
    assert Caller(deadline=10).call(WRITE, [OK]) == {"done": True}
    caller = Caller(deadline=10)
    assert caller.call(WRITE, caller.later(10, OK)) == {"done": True}


def test_a_backoff_that_would_end_after_the_deadline_is_not_started() -> None:
    caller = Caller(deadline=10)
    with pytest.raises(DeadlineExceededError) as caught:
        caller.call(READ, [response(503, headers={"Retry-After": 10})])
    assert caller.slept == []
    assert isinstance(caught.value.__cause__, InternalServerError)


def test_a_window_that_resets_after_the_deadline_is_not_waited_for() -> None:
    caller = Caller(deadline=10)
    spend(caller)
    with pytest.raises(DeadlineExceededError) as caught:
        caller.call(WRITE, [])
    assert caller.slept == []
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("by", ["deadline", "expires"])
def test_a_slot_that_is_granted_after_the_deadline_is_not_used(by: str) -> None:
    caller = Caller(deadline=0.5 if by == "deadline" else None)
    first = caller.budget.enqueue()
    assert caller.budget.poll(first) is None, "somebody else asks for the first time"
    plan = call(caller.context, WRITE, expires=inf if by == "deadline" else caller.now + 0.5)
    step = plan.send(None)
    assert isinstance(step, Sleep)
    assert step.seconds == 0.5
    caller.now += 0.5
    caller.budget.on_outcome(caller.response(200, {}, takes=0.0))
    with pytest.raises(DeadlineExceededError):
        plan.send(None)
    caller.assert_idle()


def test_a_call_whose_deadline_has_passed_is_not_sent() -> None:
    caller = Caller()
    with pytest.raises(DeadlineExceededError):
        caller.call(WRITE, [], expires=caller.now)


@BOTH
def test_a_call_with_less_than_50_ms_until_its_deadline_is_not_sent(operation: Operation[object]) -> None:
    caller = Caller(deadline=0.049)
    with pytest.raises(DeadlineExceededError) as caught:
        caller.call(operation, [])
    assert not caught.value.outcome_unknown
    assert Caller(deadline=0.051).call(operation, [OK]) == {"done": True}


def test_a_retry_with_less_than_50_ms_until_the_deadline_is_not_sent() -> None:
    caller = Caller(deadline=10)
    with pytest.raises(DeadlineExceededError) as caught:
        caller.call(READ, caller.later(9.96, failure(FailureKind.BROKEN)))
    assert isinstance(caught.value.__cause__, APIConnectionError)
    assert len(caller.sends) == 1


@pytest.mark.parametrize("kind", [FailureKind.TIMEOUT, FailureKind.POOL_TIMEOUT])
def test_a_write_that_failed_shortly_before_the_deadline_keeps_its_outcome(kind: FailureKind) -> None:
    caller = Caller(deadline=10)
    expected = DeadlineExceededError if kind is FailureKind.POOL_TIMEOUT else APITimeoutError
    with pytest.raises(expected) as caught:
        caller.call(WRITE, caller.later(9.96, failure(kind)))
    assert caught.value.outcome_unknown is (kind is FailureKind.TIMEOUT)


def test_a_slot_of_the_window_less_than_50_ms_before_the_deadline_is_not_used() -> None:
    caller = Caller(deadline=10)
    caller.budget.block(caller.now + 9.96)
    with pytest.raises(DeadlineExceededError):
        caller.call(READ, [])
    assert caller.sends == []
