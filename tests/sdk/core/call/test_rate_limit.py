"""How a call waits for the rate limit, or raises it."""

import pickle
from datetime import UTC, datetime
from math import inf

import pytest
from support.caller import BOTH, EPOCH, OK, READ, Caller, spend
from support.wire import BASE_URL, date, response, window

from pandocast_sdk._core.protocol import Outcome, Send, Sleep
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.errors import RateLimitError
from pandocast_sdk.options import RateLimitPolicy


@BOTH
def test_a_429_that_was_waited_out_is_not_counted_as_a_retry(operation: Operation[object]) -> None:
    caller = Caller(max_retries=0)
    refusals = iter(range(5))

    def respond(_send: Send) -> Outcome:
        return caller.response(429, {"Retry-After": 1}) if next(refusals, None) is not None else OK

    assert caller.call(operation, respond) == {"done": True}
    assert len(caller.sends) == 6
    assert 5.0 <= caller.now - 1000 < 6.0


@BOTH
def test_the_eleventh_429_of_one_call_is_raised(operation: Operation[object]) -> None:
    """As where another client of the key, or a broken gateway, takes every window."""
    caller = Caller(max_retries=0)
    with pytest.raises(RateLimitError) as caught:
        caller.call(operation, lambda _send: caller.response(429, {"Retry-After": 1}))
    assert len(caller.sends) == 11
    assert 10.0 <= caller.now - 1000 < 12.5
    assert caught.value.retry_after == 1
    assert not caught.value.outcome_unknown


def test_ten_429s_of_one_call_are_waited_out() -> None:
    caller, refusals = Caller(max_retries=0), iter(range(10))

    def respond(_send: Send) -> Outcome:
        if next(refusals, None) is None:
            return OK
        return caller.response(429, window(0, int(caller.now) + EPOCH - 998))

    for _ in range(3):
        refusals = iter(range(10))
        assert caller.call(READ, respond) == {"done": True}
    assert len(caller.sends) == 33


@BOTH
def test_a_429_without_a_time_is_retried_like_other_failures(operation: Operation[object]) -> None:
    caller = Caller()
    with pytest.raises(RateLimitError) as caught:
        caller.call(operation, lambda _send: response(429))
    assert len(caller.sends) == 3
    assert (caught.value.retry_after, caught.value.reset_at) == (None, None)
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("headers", [{"Retry-After": 0}, {"X-RateLimit-Reset": EPOCH - 5000}])
def test_a_429_whose_time_has_passed_is_retried_like_other_failures(headers: dict[str, object]) -> None:
    caller = Caller()
    with pytest.raises(RateLimitError) as caught:
        caller.call(READ, lambda _send: caller.response(429, headers))
    assert len(caller.sends) == 3
    assert caught.value.retry_after == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"X-RateLimit-Reset": EPOCH + 30},
        window(0, EPOCH + 30),
        window(50, EPOCH + 30),
        {**window(50, EPOCH + 90), "Retry-After": 30},
    ],
    ids=["reset alone", "window", "window with places", "retry-after"],
)
@pytest.mark.parametrize("paced", [None, False, True])
def test_a_429_is_not_retried_before_its_time(
    headers: dict[str, object],
    paced: bool | None,  # noqa: FBT001
) -> None:
    caller = Caller(max_retries=0)
    if paced is not None:
        caller.call(READ, lambda _send: caller.response(200, window(80, EPOCH + 29) if paced else {}))
        caller.steps.clear()

    def respond(_send: Send) -> Outcome:
        return caller.response(429, headers) if caller.now < 1030 else OK

    assert caller.call(READ, respond) == {"done": True}
    assert len(caller.sends) == 2
    assert 1030 <= caller.now < 1032


def test_a_reset_years_ahead_is_not_believed_even_without_max_wait() -> None:
    caller = Caller(RateLimitPolicy(max_wait=inf))
    with pytest.raises(RateLimitError):
        caller.call(READ, lambda _send: caller.response(429, window(0, EPOCH + 10**9)))
    assert len(caller.sends) == 3
    assert caller.now < 1010


@BOTH
@pytest.mark.parametrize("headers", [{"Retry-After": 121}, window(0, EPOCH + 125)])
def test_a_429_beyond_max_wait_is_raised_at_once(
    operation: Operation[object], headers: dict[str, object]
) -> None:
    caller = Caller()
    with pytest.raises(RateLimitError) as caught:
        caller.call(operation, lambda _send: caller.response(429, headers))
    assert len(caller.sends) == 1
    assert caller.slept == []
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 120


def test_reset_at_is_the_reset_of_the_window() -> None:
    caller = Caller(RateLimitPolicy("raise"))
    with pytest.raises(RateLimitError) as caught:
        caller.call(READ, lambda _send: caller.response(429, {**window(0, EPOCH + 30), "Retry-After": 30}))
    assert caught.value.reset_at == datetime.fromtimestamp(EPOCH + 30, UTC)
    assert caught.value.retry_after == 30
    assert (caught.value.status_code, caught.value.code, caught.value.message) == (429, "no", "no")
    assert caught.value.headers["X-RATELIMIT-RESET"] == str(EPOCH + 30)


def test_reset_at_follows_a_retry_after_beyond_the_window() -> None:
    caller = Caller(RateLimitPolicy("raise"))
    with pytest.raises(RateLimitError) as caught:
        caller.call(READ, lambda _send: caller.response(429, {**window(50, EPOCH + 60), "Retry-After": 600}))
    assert caught.value.reset_at is not None
    assert abs(caught.value.reset_at.timestamp() - (EPOCH + 600)) < 2


def test_a_reset_at_beyond_the_calendar_is_left_out() -> None:
    caller = Caller(RateLimitPolicy("raise"))
    with pytest.raises(RateLimitError) as caught:
        caller.call(READ, lambda _send: caller.response(429, {"Retry-After": 999_999_999_999}))
    assert (caught.value.retry_after, caught.value.reset_at) == (999_999_999_999, None)


@BOTH
def test_a_spent_window_is_waited_out_before_sending(operation: Operation[object]) -> None:
    caller = Caller()
    spend(caller)
    assert caller.call(operation, [OK]) == {"done": True}
    assert isinstance(caller.steps[0], Sleep)
    assert len(caller.sends) == 1
    assert 1030 <= caller.now < 1031.2


@pytest.mark.parametrize("policy", [RateLimitPolicy("raise"), RateLimitPolicy(max_wait=20)])
@BOTH
def test_a_spent_window_is_raised_if_the_policy_does_not_wait(
    operation: Operation[object], policy: RateLimitPolicy
) -> None:
    caller = Caller(policy)
    spend(caller)
    with pytest.raises(RateLimitError) as caught:
        caller.call(operation, [])
    error = caught.value
    assert caller.slept == []
    assert error.reset_at == datetime.fromtimestamp(EPOCH + 30, UTC)
    assert error.retry_after is not None
    assert 29 < error.retry_after < 31.2
    assert (error.status_code, error.code, dict(error.headers), error.body) == (429, "rate_limited", {}, None)
    assert error.request.url.startswith(BASE_URL)
    assert not error.outcome_unknown
    assert pickle.loads(pickle.dumps(error)).reset_at == error.reset_at  # noqa: S301


def test_with_the_rate_limit_off_a_429_is_retried_like_other_failures() -> None:
    caller = Caller(RateLimitPolicy("off"))
    spend(caller)
    caller.now = 1000
    refusals = iter(range(5))

    def respond(_send: Send) -> Outcome:
        refused = next(refusals, None) is not None
        return caller.response(429, window(0, EPOCH + 3), takes=0.0) if refused else OK

    with pytest.raises(RateLimitError):
        caller.call(READ, respond)
    assert caller.slept == [3.0, 0.0]
    assert caller.call(READ, respond) == {"done": True}


@pytest.mark.parametrize("skew", [-5000, 5000])
def test_with_the_rate_limit_off_a_wrong_local_clock_does_not_change_the_wait(skew: float) -> None:
    caller = Caller(RateLimitPolicy("off"), max_retries=1)
    caller.context = caller.context._replace(wall=lambda: EPOCH - 1000 + skew + caller.now)
    with pytest.raises(RateLimitError) as caught:
        caller.call(READ, lambda _send: response(429, headers={**window(0, EPOCH + 30), **date(EPOCH)}))
    assert caller.slept == [30.0]
    assert caught.value.retry_after == 30
    assert caught.value.reset_at == datetime.fromtimestamp(EPOCH + 30, UTC)
