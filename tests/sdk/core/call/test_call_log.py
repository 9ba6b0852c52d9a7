"""What the log says at INFO: calls that are held, once for each window, and every retry."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator

import pytest
from support.caller import EPOCH, OK, READ, Caller, spend
from support.wire import KEY, NO_RESPONSE, failure, response, window

from pandocast_sdk._core.call.failure_table import FAILURES
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.protocol import FailureKind, Outcome, Plan, Send, Sleep
from pandocast_sdk._core.rate_limit.hold_log import PAUSE
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.errors import PandocastError, RateLimitError
from pandocast_sdk.options import RateLimitPolicy


@pytest.fixture(autouse=True)
def _log_at_info(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "pandocast_sdk")


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    assert {record.levelno for record in caplog.records} <= {logging.INFO}
    return [record.getMessage() for record in caplog.records]


class Crowd:
    """Calls of one client that are made at once; those that are not done sleep."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.plans: list[Plan[object]] = []

    def join(self, count: int = 1) -> None:
        plans = [call(self.caller.context, READ) for _ in range(count)]
        self.plans += plans
        self.go_on(plans)

    def go_on(self, plans: Iterable[Plan[object]]) -> None:
        """Let each take its next step, and those that send get their response."""
        for plan in list(plans):
            step = plan.send(None)
            if isinstance(step, Send):
                with pytest.raises(StopIteration):
                    plan.send(self.caller.response(200, window(0, EPOCH + 90), takes=0.0))
                self.plans.remove(plan)
            else:
                assert isinstance(step, Sleep)
                assert step.seconds > 0

    def after(self, seconds: float) -> None:
        self.caller.now += seconds
        self.go_on(self.plans)

    def leave(self) -> None:
        for plan in self.plans:
            plan.close()


def crowd() -> Crowd:
    """One that finds the window spent until `EPOCH + 30`, which is 09:47:10."""
    caller = Caller()
    spend(caller)
    return Crowd(caller)


def test_calls_that_are_held_have_one_line_a_window(caplog: pytest.LogCaptureFixture) -> None:
    held = crowd()
    held.join(12)
    assert lines(caplog) == []
    held.after(PAUSE)
    held.join(3)
    held.after(PAUSE)
    held.after(5)
    (line,) = lines(caplog)
    assert re.fullmatch(r"rate limit: 12 calls wait (29|30|31) s for the window, until 09:47:10 UTC", line)
    held.leave()


def test_a_single_call_is_held_in_the_singular(caplog: pytest.LogCaptureFixture) -> None:
    held = crowd()
    assert held.caller.call(READ, [OK]) == {"done": True}
    (line,) = lines(caplog)
    assert re.fullmatch(r"rate limit: 1 call waits (29|30|31) s for the window, until 09:47:10 UTC", line)
    assert 1030 <= held.caller.now < 1031.2


def test_the_next_window_has_a_line_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    held = crowd()
    held.join(130)
    held.after(PAUSE)
    held.after(31)
    assert held.plans, "the next window was to be too small"
    held.after(PAUSE)
    assert [line.partition(" UTC")[0][-8:] for line in lines(caplog)] == ["09:47:10", "09:48:10"]
    held.leave()


def test_those_who_stay_have_the_line_if_the_first_leaves_before_it(caplog: pytest.LogCaptureFixture) -> None:
    held = crowd()
    held.join(3)
    held.plans.pop(0).close()
    held.after(PAUSE)
    assert [line[:26] for line in lines(caplog)] == ["rate limit: 2 calls wait 3"]
    held.leave()


def test_a_hold_that_is_over_before_its_line_has_none(caplog: pytest.LogCaptureFixture) -> None:
    held = crowd()
    held.caller.now += held.caller.budget._wait_time(held.caller.now).seconds - PAUSE / 2
    held.join(5)
    held.after(PAUSE)
    assert held.plans == []
    assert lines(caplog) == []


@pytest.mark.parametrize("policy", [RateLimitPolicy("raise"), RateLimitPolicy(max_wait=20)])
def test_a_call_that_does_not_wait_has_no_line(
    policy: RateLimitPolicy, caplog: pytest.LogCaptureFixture
) -> None:
    caller = Caller(policy)
    spend(caller)
    with pytest.raises(RateLimitError):
        caller.call(READ, [])
    assert lines(caplog) == []


def test_nothing_polls_again_for_a_line_that_nobody_reads(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "pandocast_sdk")
    held = crowd()
    held.caller.call(READ, [OK])
    assert len(held.caller.slept) == 1


def test_a_refusal_has_a_line_and_so_have_those_that_it_holds(caplog: pytest.LogCaptureFixture) -> None:
    caller = Caller()
    caller.call(READ, [caller.response(200, {})])  # a service without a limit of its own
    refusals = iter([caller.response(429, {"Retry-After": 12})])
    assert caller.call(READ, lambda _send: next(refusals, OK)) == {"done": True}
    refused, held = lines(caplog)
    assert refused == "GET /things/1: status 429; attempt 2 in 12 s, when the rate limit allows it"
    assert re.fullmatch(r"rate limit: 1 call waits 12 s as the server asks, until 09:46:5\d UTC", held)


def test_each_refusal_that_is_waited_out_has_a_line(caplog: pytest.LogCaptureFixture) -> None:
    caller = Caller()
    with pytest.raises(RateLimitError):
        caller.call(READ, lambda _send: caller.response(429, {"Retry-After": "0.1"}))
    assert [line for line in lines(caplog) if "429" in line] == [
        f"GET /things/1: status 429; attempt {number} in 0.1 s, when the rate limit allows it"
        for number in range(2, 12)
    ]


def test_refusals_that_ask_for_the_same_time_have_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """The later of two that were under way moves the end by what it came later."""
    held = crowd()
    held.caller.budget.block(held.caller.now + 10)
    held.join(2)
    held.after(PAUSE)
    held.caller.budget.block(held.caller.now + 10)
    held.after(PAUSE)
    held.after(PAUSE)
    assert len(lines(caplog)) == 1
    held.caller.budget.block(held.caller.now + 20)
    held.after(PAUSE)
    held.after(PAUSE)
    assert len(lines(caplog)) == 2
    held.leave()


@pytest.mark.parametrize("status", [408, 500, 503])
def test_a_retry_after_a_status_has_a_line_with_its_number(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(PandocastError):
        Caller().call(READ, lambda _send: response(status))
    assert lines(caplog) == [
        f"GET /things/1: status {status}; retry 1 of 2 in 0.0 s",
        f"GET /things/1: status {status}; retry 2 of 2 in 0.0 s",
    ]


@pytest.mark.parametrize("kind", NO_RESPONSE)
def test_a_retry_after_no_response_has_a_line_with_the_sentence_of_the_table(
    kind: FailureKind, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(PandocastError):
        Caller(max_retries=1).call(READ, lambda _send: failure(kind))
    row = FAILURES[kind]
    assert lines(caplog) == [f"GET /things/1: {row.sentence}; retry 1 of 1 in 0.0 s"] * row.read_retried


def test_a_429_without_a_time_has_the_line_of_a_retry(caplog: pytest.LogCaptureFixture) -> None:
    caller = Caller(max_retries=1)
    caller.call(READ, [response(429), OK])
    assert lines(caplog) == ["GET /things/1: status 429; retry 1 of 1 in 0.0 s"]


def test_no_line_holds_a_query_a_header_a_body_or_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "pandocast_sdk")
    caller = Caller()
    operation = Operation("request", "GET", f"/things/{KEY}", READ.read, "secret=query")
    outcomes: Iterator[Callable[[], Outcome]] = iter(
        [
            lambda: response(503, {"error": KEY}, {"X-Echo": KEY}),
            lambda: caller.response(429, {"X-Echo": KEY, "Retry-After": 3}),
            lambda: OK,
        ]
    )
    caller.call(operation, lambda _send: next(outcomes)())
    assert len(caplog.records) == 6
    for hidden in (KEY, "secret", "query", "Echo", "done", "api.example"):
        assert hidden not in caplog.text


def test_a_call_that_succeeds_has_no_line(caplog: pytest.LogCaptureFixture) -> None:
    Caller().call(READ, [failure(FailureKind.BROKEN), OK])
    caplog.clear()
    Caller().call(READ, [OK])
    assert lines(caplog) == []
