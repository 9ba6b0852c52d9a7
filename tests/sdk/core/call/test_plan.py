"""The life of one call: what is sent, what is waited for, and what is raised."""

import json
import logging
import pickle
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from math import inf

import pytest
from support.wire import BASE_URL, KEY, Player, answer, context, date, failure, one_after_the_other, window

from pandocast_sdk._core.call.plan import CallContext, call
from pandocast_sdk._core.protocol import FailureKind, Outcome, Send, Sleep, WireResponse
from pandocast_sdk._core.rate_limit.budget import Budget
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    DeadlineExceededError,
    InternalServerError,
    PandocastError,
    PoolTimeoutError,
    RateLimitError,
    ResponseValidationError,
)
from pandocast_sdk.options import RateLimitPolicy

EPOCH = 1_774_000_000


def read_answer(answer: WireResponse) -> object:
    return json.loads(answer.body)


READ = Operation("read_thing", "GET", "/things/1", read_answer, "limit=1")
WRITE = Operation("make_thing", "POST", "/things", read_answer, body=b'{"a":1}')
BOTH = pytest.mark.parametrize("operation", [READ, WRITE], ids=["read", "write"])
OK = answer(200, {"done": True})


class Caller(Player):
    """One client: a player with context, and a budget unless the policy is off."""

    def __init__(
        self,
        policy: RateLimitPolicy | None = None,
        *,
        max_retries: int = 2,
        deadline: float | None = None,
        timeout: float = 30.0,
    ) -> None:
        super().__init__()
        policy = policy or RateLimitPolicy()
        self.budget = Budget(now=lambda: self.now, wall=lambda: EPOCH - 1000 + self.now)
        self.context: CallContext = context(
            now=lambda: self.now,
            wall=lambda: EPOCH - 1000 + self.now,
            budget=None if policy.mode == "off" else self.budget,
            policy=policy,
            max_retries=max_retries,
            deadline=deadline,
            timeout=timeout,
        )

    def call(
        self,
        operation: Operation[object],
        outcomes: list[Outcome] | Callable[[Send], Outcome],
        *,
        expires: float = inf,
    ) -> object:
        respond = one_after_the_other(outcomes) if isinstance(outcomes, list) else outcomes
        try:
            return self.play(call(self.context, operation, expires=expires), respond)
        finally:
            assert self.budget._in_flight == 0, "a place leaked"
            assert not self.budget._queue, "a ticket stayed in line"

    def answer(self, status: int, headers: dict[str, object], *, takes: float = 0.1) -> WireResponse:
        """An answer that arrives now, dated by the server's clock."""
        self.now += takes
        dated = {**date(EPOCH - 1000 + self.now), **headers}
        return answer(status, {"error": "no", "code": "no"}, dated, sent=self.now - takes, received=self.now)

    def later(self, seconds: float, outcome: Outcome) -> Callable[[Send], Outcome]:
        """An outcome after some time."""

        def respond(_send: Send) -> Outcome:
            self.now += seconds
            return outcome

        return respond


@BOTH
def test_a_call_is_sent_and_its_answer_read(operation: Operation[object]) -> None:
    caller = Caller()
    assert caller.call(operation, [OK]) == {"done": True}
    (send,) = caller.sends
    assert send.request.url == BASE_URL + ("/things/1?limit=1" if operation is READ else "/things")
    assert send.request.body == operation.body
    assert send.expires == caller.now + 30


@pytest.mark.parametrize("status", [200, 201, 202, 204, 226, 299])
def test_any_2xx_is_a_success(status: int) -> None:
    assert Caller().call(WRITE, [answer(status, {"a": 1})]) == {"a": 1}


@BOTH
def test_no_connection_is_tried_again(operation: Operation[object]) -> None:
    troubles = [failure(FailureKind.NOT_CONNECTED), failure(FailureKind.CONNECT_TIMEOUT)]
    assert Caller().call(operation, [*troubles, OK]) == {"done": True}


@pytest.mark.parametrize("max_retries", [0, 1, 2, 5])
@BOTH
def test_a_call_is_sent_once_more_than_it_is_retried(operation: Operation[object], max_retries: int) -> None:
    caller = Caller(max_retries=max_retries)
    with pytest.raises(APIConnectionError) as caught:
        caller.call(operation, lambda _send: failure(FailureKind.NOT_CONNECTED))
    assert len(caller.sends) == max_retries + 1
    assert not caught.value.outcome_unknown
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (failure(FailureKind.TIMEOUT), APITimeoutError),
        (failure(FailureKind.BROKEN), APIConnectionError),
        (answer(500), InternalServerError),
        (answer(503, headers={"Retry-After": 1}), InternalServerError),
        (answer(408), APIStatusError),
    ],
)
def test_what_may_have_been_done_is_not_done_again(outcome: Outcome, error: type[PandocastError]) -> None:
    caller = Caller()
    with pytest.raises(error) as caught:
        caller.call(WRITE, [outcome])
    assert caught.value.outcome_unknown
    assert "whether it was carried out is unknown" in str(caught.value)
    assert Caller().call(READ, [outcome, outcome, OK]) == {"done": True}
    reader = Caller()
    with pytest.raises(error) as read:
        reader.call(READ, [outcome] * 3)
    assert not read.value.outcome_unknown


@pytest.mark.parametrize("status", [301, 302, 307, 308, 304, 300])
def test_a_redirect_is_an_error(status: int) -> None:
    caller = Caller()
    with pytest.raises(APIStatusError) as caught:
        caller.call(READ, [answer(status, headers={"Location": "https://elsewhere.example/"})])
    assert caught.value.status_code == status
    assert caught.value.headers["location"] == "https://elsewhere.example/"


@BOTH
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 422])
def test_a_refusal_is_final_and_certain(operation: Operation[object], status: int) -> None:
    with pytest.raises(APIStatusError) as caught:
        Caller().call(operation, [answer(status)])
    assert not caught.value.outcome_unknown


@BOTH
def test_a_busy_pool_is_told_as_such_and_not_made_busier(operation: Operation[object]) -> None:
    with pytest.raises(PoolTimeoutError) as caught:
        Caller().call(operation, [failure(FailureKind.POOL_TIMEOUT)])
    assert not caught.value.outcome_unknown


@BOTH
def test_an_answer_that_is_too_large_is_no_answer(operation: Operation[object]) -> None:
    with pytest.raises(ResponseValidationError) as caught:
        Caller().call(operation, [failure(FailureKind.TOO_LARGE)])
    assert caught.value.outcome_unknown is operation.writes


@BOTH
@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b"\xff\xfe"])
def test_an_answer_that_cannot_be_read_says_so_and_brings_no_body_along(
    operation: Operation[object], body: bytes
) -> None:
    with pytest.raises(ResponseValidationError) as caught:
        Caller().call(operation, [answer(200, body)])
    assert caught.value.outcome_unknown is operation.writes
    assert caught.value.status_code == 200
    assert caught.value.body == body.decode("utf-8", "replace")
    assert caught.value.__context__ is None


@BOTH
def test_a_429_that_was_waited_out_does_not_count(operation: Operation[object]) -> None:
    caller = Caller(max_retries=0)
    refusals = iter(range(5))

    def respond(_send: Send) -> Outcome:
        return caller.answer(429, {"Retry-After": 1}) if next(refusals, None) is not None else OK

    assert caller.call(operation, respond) == {"done": True}
    assert len(caller.sends) == 6
    assert 5.0 <= caller.now - 1000 < 6.0


@BOTH
def test_a_429_that_names_no_time_is_an_ordinary_failure(operation: Operation[object]) -> None:
    caller = Caller()
    with pytest.raises(RateLimitError) as caught:
        caller.call(operation, lambda _send: answer(429))
    assert len(caller.sends) == 3
    assert (caught.value.retry_after, caught.value.reset_at) == (None, None)
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("headers", [{"Retry-After": 0}, {"X-RateLimit-Reset": EPOCH - 5000}])
def test_a_429_whose_time_has_passed_is_an_ordinary_failure(headers: dict[str, object]) -> None:
    caller = Caller()
    with pytest.raises(RateLimitError) as caught:
        caller.call(READ, lambda _send: caller.answer(429, headers))
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
def test_nothing_is_sent_again_before_the_time_that_a_429_names(
    headers: dict[str, object],
    paced: bool | None,  # noqa: FBT001
) -> None:
    caller = Caller(max_retries=0)
    if paced is not None:
        caller.call(READ, lambda _send: caller.answer(200, window(80, EPOCH + 29) if paced else {}))
        caller.steps.clear()

    def respond(_send: Send) -> Outcome:
        return caller.answer(429, headers) if caller.now < 1030 else OK

    assert caller.call(READ, respond) == {"done": True}
    assert len(caller.sends) == 2
    assert 1030 <= caller.now < 1032


def test_with_no_bound_of_its_own_a_call_still_does_not_believe_a_reset_years_ahead() -> None:
    caller = Caller(RateLimitPolicy(max_wait=inf))
    with pytest.raises(RateLimitError):
        caller.call(READ, lambda _send: caller.answer(429, window(0, EPOCH + 10**9)))
    assert len(caller.sends) == 3
    assert caller.now < 1010


@BOTH
@pytest.mark.parametrize("headers", [{"Retry-After": 121}, window(0, EPOCH + 125)])
def test_a_wait_beyond_max_wait_is_raised_at_once_with_the_time_inside(
    operation: Operation[object], headers: dict[str, object]
) -> None:
    caller = Caller()
    with pytest.raises(RateLimitError) as caught:
        caller.call(operation, lambda _send: caller.answer(429, headers))
    assert len(caller.sends) == 1
    assert caller.slept == []
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 120


def test_the_time_in_a_429_is_that_of_its_window() -> None:
    caller = Caller(RateLimitPolicy("raise"))
    with pytest.raises(RateLimitError) as caught:
        caller.call(READ, lambda _send: caller.answer(429, {**window(0, EPOCH + 30), "Retry-After": 30}))
    assert caught.value.reset_at == datetime.fromtimestamp(EPOCH + 30, UTC)
    assert caught.value.retry_after == 30
    assert (caught.value.status_code, caught.value.code, caught.value.message) == (429, "no", "no")
    assert caught.value.headers["X-RATELIMIT-RESET"] == str(EPOCH + 30)


def test_a_retry_after_of_its_own_reason_tells_its_own_time() -> None:
    caller = Caller(RateLimitPolicy("raise"))
    with pytest.raises(RateLimitError) as caught:
        caller.call(READ, lambda _send: caller.answer(429, {**window(50, EPOCH + 60), "Retry-After": 600}))
    assert caught.value.reset_at is not None
    assert abs(caught.value.reset_at.timestamp() - (EPOCH + 600)) < 2


def test_a_time_beyond_the_calendar_is_left_out() -> None:
    caller = Caller(RateLimitPolicy("raise"))
    with pytest.raises(RateLimitError) as caught:
        caller.call(READ, lambda _send: caller.answer(429, {"Retry-After": 999_999_999_999}))
    assert (caught.value.retry_after, caught.value.reset_at) == (999_999_999_999, None)


def spend(caller: Caller, *, reset: int = EPOCH + 30) -> None:
    """Make the caller know that its window is spent."""
    caller.call(READ, lambda _send: caller.answer(200, window(0, reset)))
    caller.steps.clear()


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
def test_a_spent_window_is_raised_where_that_is_the_policy(
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


def test_with_the_rate_limit_off_nothing_is_held_back_and_a_429_is_an_ordinary_failure() -> None:
    caller = Caller(RateLimitPolicy("off"))
    spend(caller)
    caller.now = 1000
    refusals = iter(range(5))

    def respond(_send: Send) -> Outcome:
        refused = next(refusals, None) is not None
        return caller.answer(429, window(0, EPOCH + 3), takes=0.0) if refused else OK

    with pytest.raises(RateLimitError):
        caller.call(READ, respond)
    assert caller.slept == [3.0, 0.0]
    assert caller.call(READ, respond) == {"done": True}


@pytest.mark.parametrize("skew", [-5000, 5000])
def test_with_the_rate_limit_off_a_wrong_local_clock_does_not_mislead(skew: float) -> None:
    caller = Caller(RateLimitPolicy("off"), max_retries=1)
    caller.context = caller.context._replace(wall=lambda: EPOCH - 1000 + skew + caller.now)
    with pytest.raises(RateLimitError) as caught:
        caller.call(READ, lambda _send: answer(429, headers={**window(0, EPOCH + 30), **date(EPOCH)}))
    assert caller.slept == [30.0]
    assert caught.value.retry_after == 30
    assert caught.value.reset_at == datetime.fromtimestamp(EPOCH + 30, UTC)


def test_a_failing_server_may_say_when_to_come_back() -> None:
    caller = Caller()
    caller.call(READ, [answer(503, headers={"Retry-After": 7}), OK])
    assert caller.slept == [7.0]


def test_a_failing_server_that_wants_too_long_is_told_at_once() -> None:
    caller = Caller()
    with pytest.raises(InternalServerError):
        caller.call(READ, [answer(503, headers={"Retry-After": 121})])
    assert caller.slept == []


def test_the_reset_of_a_window_with_places_says_nothing_about_a_failing_server() -> None:
    caller = Caller()
    caller.call(READ, [caller.answer(500, window(50, EPOCH + 50)), OK])
    assert caller.slept == [0.0]


def test_the_deadline_is_over_all_attempts() -> None:
    caller = Caller(deadline=10, max_retries=100)
    with pytest.raises(DeadlineExceededError) as caught:
        caller.call(READ, caller.later(3, failure(FailureKind.BROKEN)))
    assert caller.now == 1012
    assert isinstance(caught.value.__cause__, APIConnectionError)
    assert all(send.expires <= 1010 for send in caller.sends)
    assert not caught.value.outcome_unknown


@BOTH
def test_an_attempt_that_the_deadline_ended_may_have_been_carried_out(operation: Operation[object]) -> None:
    caller = Caller(deadline=10)
    with pytest.raises(DeadlineExceededError) as caught:
        caller.call(operation, caller.later(10, failure(FailureKind.TIMEOUT)))
    assert caught.value.outcome_unknown is operation.writes


def test_a_connection_that_the_deadline_ended_was_certainly_not() -> None:
    caller = Caller(deadline=10)
    with pytest.raises(DeadlineExceededError) as caught:
        caller.call(WRITE, caller.later(10, failure(FailureKind.CONNECT_TIMEOUT)))
    assert not caught.value.outcome_unknown


def test_an_answer_in_hand_counts_even_when_the_deadline_has_passed() -> None:
    assert Caller(deadline=10).call(WRITE, [OK]) == {"done": True}
    caller = Caller(deadline=10)
    assert caller.call(WRITE, caller.later(10, OK)) == {"done": True}


def test_a_pause_that_ends_after_the_deadline_is_not_begun() -> None:
    caller = Caller(deadline=10)
    with pytest.raises(DeadlineExceededError) as caught:
        caller.call(READ, [answer(503, headers={"Retry-After": 10})])
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
def test_whoever_is_granted_a_place_when_it_is_too_late_does_not_send(by: str) -> None:
    caller = Caller(deadline=0.5 if by == "deadline" else None)
    first = caller.budget.enqueue()
    assert caller.budget.poll(first) is None, "somebody else asks for the first time"
    life = call(caller.context, WRITE, expires=inf if by == "deadline" else caller.now + 0.5)
    step = life.send(None)
    assert isinstance(step, Sleep)
    assert step.seconds == 0.5
    caller.now += 0.5
    caller.budget.on_outcome(caller.answer(200, {}, takes=0.0))
    with pytest.raises(DeadlineExceededError):
        life.send(None)
    assert caller.budget._in_flight == 0


def test_a_call_without_time_is_not_sent() -> None:
    caller = Caller()
    with pytest.raises(DeadlineExceededError):
        caller.call(WRITE, [], expires=caller.now)


@pytest.mark.parametrize("where", ["in line", "in flight", "between attempts"])
def test_a_cancelled_call_leaves_no_place_behind(where: str) -> None:
    caller = Caller()
    if where == "in line":
        spend(caller)
    life = call(caller.context, READ)
    step = life.send(None)
    if where == "between attempts":
        step = life.send(answer(500))
    assert isinstance(step, Send if where == "in flight" else Sleep)
    life.close()
    assert caller.budget._in_flight == 0
    assert not caller.budget._queue


def test_an_attempt_leaves_one_line_without_query_header_or_body(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "pandocast_sdk")
    caller = Caller()
    caller.call(
        READ, [failure(FailureKind.BROKEN), caller.answer(200, {**window(63, EPOCH + 60), "X-Echo": KEY})]
    )
    assert [record.getMessage() for record in caplog.records] == [
        "GET /things/1 -> BROKEN, attempt 1",
        "GET /things/1 -> 200, attempt 2, 0.100 s, place 37/100",
    ]


def test_the_key_is_in_no_local_variable_that_an_error_reporter_prints() -> None:
    echo = answer(400, {"error": f"Bearer {KEY} is not welcome"}, {"X-Echo": f"Bearer {KEY}"})
    for operation in (READ, WRITE):
        for outcome in (echo, answer(200, f"not JSON: {KEY}".encode()), answer(429, {"error": KEY})):
            with pytest.raises(PandocastError) as caught:
                Caller(max_retries=0).call(operation, [outcome])
            told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
            frames = [frame for frame in told.stack if "pandocast_sdk" in frame.filename]
            assert frames
            shown = [text for frame in frames for text in (frame.locals or {}).values()]
            assert not [text for text in [*shown, str(caught.value), repr(vars(caught.value))] if KEY in text]
