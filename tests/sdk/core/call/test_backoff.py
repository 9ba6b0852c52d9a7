"""How often a call is sent again, and how long it waits before that."""

import pytest
from attrs import evolve
from support.caller import OK, READ, Caller
from support.wire import response
from tenacity import RetryCallState
from tenacity.wait import wait_chain, wait_combine, wait_exception, wait_exponential, wait_fixed, wait_none

from pandocast_sdk import Pandocast
from pandocast_sdk._core.call.retries import Attempts
from pandocast_sdk._core.protocol import Outcome
from pandocast_sdk.errors import APIConnectionError, InternalServerError, PandocastError
from pandocast_sdk.options import Backoff, default_backoff

ERROR = PandocastError("what came of the attempt")


def test_the_last_attempt_is_followed_by_none() -> None:
    attempts = Attempts(max_retries=2, backoff=wait_none())
    assert [attempts.next_wait(ERROR) for _ in range(4)] == [0.0, 0.0, None, None]


def test_without_retries_there_is_one_attempt() -> None:
    assert Attempts(max_retries=0, backoff=wait_none()).next_wait(ERROR) is None


def test_the_waits_are_those_of_the_strategy() -> None:
    attempts = Attempts(max_retries=5, backoff=wait_exponential(multiplier=0.5, max=3))
    assert [attempts.next_wait(ERROR) for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_default_waits_are_jittered_and_double_up_to_eight_seconds() -> None:
    bounds = [0.5, 1, 2, 4, 8, 8, 8]
    drawn: list[list[float]] = [[] for _ in bounds]
    for _ in range(200):
        attempts = Attempts(max_retries=len(bounds), backoff=default_backoff())
        for waits in drawn:
            wait = attempts.next_wait(ERROR)
            assert wait is not None
            waits.append(wait)
    for waits, bound in zip(drawn, bounds, strict=True):
        assert 0 <= min(waits) < bound * 0.1
        assert bound * 0.9 < max(waits) <= bound


def seconds_asked(error: BaseException) -> float:
    """A service's own header says how long to wait."""
    assert isinstance(error, InternalServerError)
    return float(error.headers["X-Wait"])


def by_outcome(state: RetryCallState) -> float:
    assert state.outcome is not None
    assert state.outcome.failed
    return seconds_asked(state.outcome.exception() or ERROR)


@pytest.mark.parametrize(
    ("backoff", "waits"),
    [
        (wait_exception(seconds_asked), [7.0, 9.0]),
        (by_outcome, [7.0, 9.0]),
        (wait_combine(wait_fixed(1), wait_exception(seconds_asked)), [8.0, 10.0]),
        (wait_chain(wait_fixed(1), wait_exception(seconds_asked)), [1.0, 9.0]),
        (lambda state: state.attempt_number * 10, [10.0, 20.0]),
        (lambda state: 1 + 2 * state.idle_for, [1.0, 3.0]),
    ],
)
def test_a_strategy_may_read_what_came_of_the_attempt(backoff: Backoff, waits: list[float]) -> None:
    caller = Caller()
    caller.context = caller.context._replace(options=evolve(caller.context.options, backoff=backoff))
    outcomes: list[Outcome] = [response(500, headers={"X-Wait": 7}), response(503, headers={"X-Wait": 9}), OK]
    assert caller.call(READ, outcomes) == {"done": True}
    assert caller.slept == waits


def test_a_client_takes_a_function_as_its_backoff() -> None:
    seen: list[BaseException | None] = []

    def note(state: RetryCallState) -> float:
        seen.append(None if state.outcome is None else state.outcome.exception())
        return 0.0

    address = "http://localhost:9"
    client = Pandocast(api_key="pk_test_x", base_url=address, backoff=note, max_retries=1)
    with client, pytest.raises(APIConnectionError) as caught:
        client.content.list()
    assert [type(error) for error in seen] == [type(caught.value)]
