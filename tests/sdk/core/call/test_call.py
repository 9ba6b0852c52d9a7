"""One call: its request, its response, its log, and what it leaves behind."""

import logging
import traceback

import pytest
from support.caller import BOTH, EPOCH, OK, READ, WRITE, Caller, spend
from support.wire import BASE_URL, KEY, failure, response, window

from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.protocol import FailureKind, Send, Sleep
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.errors import PandocastError, ResponseValidationError


@BOTH
def test_a_call_sends_its_request_and_reads_the_response(operation: Operation[object]) -> None:
    caller = Caller()
    assert caller.call(operation, [OK]) == {"done": True}
    (send,) = caller.sends
    assert send.request.url == BASE_URL + ("/things/1?limit=1" if operation is READ else "/things")
    assert send.request.body == operation.body
    assert send.expires == caller.now + 30


@pytest.mark.parametrize("status", [200, 201, 202, 204, 226, 299])
def test_any_2xx_is_a_success(status: int) -> None:
    assert Caller().call(WRITE, [response(status, {"a": 1})]) == {"a": 1}


@BOTH
@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b"\xff\xfe"])
def test_an_unreadable_response_is_an_error_without_context(
    operation: Operation[object], body: bytes
) -> None:
    with pytest.raises(ResponseValidationError) as caught:
        Caller().call(operation, [response(200, body)])
    assert caught.value.outcome_unknown is operation.writes
    assert caught.value.status_code == 200
    assert caught.value.body == body.decode("utf-8", "replace")
    assert caught.value.__context__ is None


@pytest.mark.parametrize("where", ["in the queue", "in flight", "between attempts"])
def test_a_cancelled_call_gives_its_slot_back(where: str) -> None:
    caller = Caller()
    if where == "in the queue":
        spend(caller)
    plan = call(caller.context, READ)
    step = plan.send(None)
    if where == "between attempts":
        step = plan.send(response(500))
    assert isinstance(step, Send if where == "in flight" else Sleep)
    plan.close()
    caller.assert_idle()


def test_each_attempt_logs_one_line_without_query_header_or_body(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "pandocast_sdk")
    caller = Caller()
    caller.call(
        READ, [failure(FailureKind.BROKEN), caller.response(200, {**window(63, EPOCH + 60), "X-Echo": KEY})]
    )
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.DEBUG] == [
        "GET /things/1 -> BROKEN, attempt 1",
        "GET /things/1 -> 200, attempt 2, 0.100 s, slot 37/100",
    ]


def test_the_key_is_in_no_local_variable_that_an_error_reporter_prints() -> None:
    echo = response(400, {"error": f"Bearer {KEY} is not welcome"}, {"X-Echo": f"Bearer {KEY}"})
    for operation in (READ, WRITE):
        for outcome in (echo, response(200, f"not JSON: {KEY}".encode()), response(429, {"error": KEY})):
            with pytest.raises(PandocastError) as caught:
                Caller(max_retries=0).call(operation, [outcome])
            report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
            frames = [frame for frame in report.stack if "pandocast_sdk" in frame.filename]
            assert frames
            shown = [text for frame in frames for text in (frame.locals or {}).values()]
            assert not [text for text in [*shown, str(caught.value), repr(vars(caught.value))] if KEY in text]
