"""What a call retries, how often, and what it raises in the end."""

import pytest
from support.caller import BOTH, EPOCH, OK, READ, WRITE, Caller
from support.wire import failure, response, window

from pandocast_sdk._core.protocol import FailureKind, Outcome
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    InternalServerError,
    PandocastError,
    PoolTimeoutError,
    ResponseValidationError,
)


@BOTH
def test_a_failed_connection_is_retried(operation: Operation[object]) -> None:
    failures = [failure(FailureKind.NOT_CONNECTED), failure(FailureKind.CONNECT_TIMEOUT)]
    assert Caller().call(operation, [*failures, OK]) == {"done": True}


@pytest.mark.parametrize("max_retries", [0, 1, 2, 5])
@BOTH
def test_a_call_makes_one_attempt_more_than_max_retries(
    operation: Operation[object], max_retries: int
) -> None:
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
        (response(500), InternalServerError),
        (response(503, headers={"Retry-After": 1}), InternalServerError),
        (response(408), APIStatusError),
    ],
)
def test_a_write_that_may_have_been_carried_out_is_not_retried(
    outcome: Outcome, error: type[PandocastError]
) -> None:
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
def test_a_redirect_is_an_error_and_not_followed(status: int) -> None:
    caller = Caller()
    with pytest.raises(APIStatusError) as caught:
        caller.call(READ, [response(status, headers={"Location": "https://elsewhere.example/"})])
    assert caught.value.status_code == status
    assert caught.value.headers["location"] == "https://elsewhere.example/"


@BOTH
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 422])
def test_a_client_error_is_not_retried_and_its_outcome_is_known(
    operation: Operation[object], status: int
) -> None:
    with pytest.raises(APIStatusError) as caught:
        Caller().call(operation, [response(status)])
    assert not caught.value.outcome_unknown


@BOTH
def test_a_pool_timeout_is_not_retried(operation: Operation[object]) -> None:
    with pytest.raises(PoolTimeoutError) as caught:
        Caller().call(operation, [failure(FailureKind.POOL_TIMEOUT)])
    assert not caught.value.outcome_unknown


@BOTH
def test_a_response_that_is_too_large_is_not_retried(operation: Operation[object]) -> None:
    with pytest.raises(ResponseValidationError) as caught:
        Caller().call(operation, [failure(FailureKind.TOO_LARGE)])
    assert caught.value.outcome_unknown is operation.writes


def test_a_retry_waits_for_the_retry_after_of_a_503() -> None:
    caller = Caller()
    caller.call(READ, [response(503, headers={"Retry-After": 7}), OK])
    assert caller.slept == [7.0]


def test_a_503_with_a_retry_after_beyond_max_wait_is_raised_at_once() -> None:
    caller = Caller()
    with pytest.raises(InternalServerError):
        caller.call(READ, [response(503, headers={"Retry-After": 121})])
    assert caller.slept == []


def test_the_reset_of_the_window_does_not_delay_the_retry_of_a_500() -> None:
    caller = Caller()
    caller.call(READ, [caller.response(500, window(50, EPOCH + 50)), OK])
    assert caller.slept == [0.0]
