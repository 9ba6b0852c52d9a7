"""How often a call is sent again, and how long it waits before that."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve
from support.caller import OK, READ, WRITE, Caller
from support.wire import response
from tenacity import RetryCallState
from tenacity.wait import wait_chain, wait_combine, wait_exception, wait_exponential, wait_fixed, wait_none

from pandocast_sdk import AsyncPandocast, Pandocast
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


WRONG: list[tuple[Any, str]] = [
    (None, "None"),
    ("1.5", "str"),
    (True, "True"),
    (float("nan"), "nan"),
    (float("inf"), "inf"),
    (-0.5, "-0.5"),
    (timedelta(seconds=3), "datetime.timedelta(seconds=3); pass its total_seconds()"),
    (Decimal(3), "Decimal"),
    ([1], "list"),
]


def returning(value: Any) -> Backoff:
    def backoff(_state: RetryCallState) -> Any:
        return value

    return backoff


def options(backoff: Backoff) -> dict[str, Any]:
    return {"api_key": "pk_test_x", "base_url": "http://localhost:9", "backoff": backoff}


def read(backoff: Backoff) -> None:
    with Pandocast(**options(backoff)) as client:
        client.content.get("c1")


def write(backoff: Backoff) -> None:
    with Pandocast(**options(backoff)) as client:
        client.content.upload(title="A", content_type="note", raw_content="B")


def read_async(backoff: Backoff) -> None:
    async def run() -> None:
        async with AsyncPandocast(**options(backoff)) as client:
            await client.content.get("c1")

    asyncio.run(run())


def write_async(backoff: Backoff) -> None:
    async def run() -> None:
        async with AsyncPandocast(**options(backoff)) as client:
            await client.content.upload(title="A", content_type="note", raw_content="B")

    asyncio.run(run())


@pytest.mark.parametrize(("returned", "described"), WRONG, ids=[described for _, described in WRONG])
@pytest.mark.parametrize("operation", [read, write, read_async, write_async])
def test_a_backoff_that_returns_no_number_of_seconds_is_named_with_what_came_of_the_attempt(
    operation: Callable[[Backoff], None], returned: object, described: str
) -> None:
    with pytest.raises(ValueError, match="backoff") as caught:
        operation(returning(returned))
    assert str(caught.value) == f"backoff must return a number of seconds, zero or more, not {described}"
    assert isinstance(caught.value.__cause__, APIConnectionError)
    assert not caught.value.__cause__.outcome_unknown, "only what was not carried out is sent again"


@pytest.mark.parametrize("returned", [0, 3, Fraction(1, 2), 1e300, 2**1000])
def test_a_backoff_may_return_any_real_number(returned: object) -> None:
    assert Attempts(max_retries=1, backoff=returning(returned)).next_wait(ERROR) == returned


def test_an_exception_of_a_backoff_ends_the_call() -> None:
    def fail(_state: RetryCallState) -> float:
        raise LookupError("no wait is set")

    with pytest.raises(LookupError, match="no wait is set"):
        read(fail)


def test_a_write_that_may_have_been_done_is_not_sent_again_whatever_the_backoff() -> None:
    caller = Caller()
    wrong = evolve(caller.context.options, backoff=returning(None))
    caller.context = caller.context._replace(options=wrong)
    with pytest.raises(InternalServerError) as caught:
        caller.call(WRITE, [response(500)])
    assert caught.value.outcome_unknown


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
