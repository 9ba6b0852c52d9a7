"""From what came of a request to the error that says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.wire import KEY, response

from pandocast_sdk._core.call.failures import connection_error, status_error
from pandocast_sdk._core.protocol import Failure, FailureKind
from pandocast_sdk._core.redaction import Redactor
from pandocast_sdk.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    PandocastError,
    PermissionDeniedError,
    PoolTimeoutError,
    RateLimitError,
    RequestRecord,
    ResponseValidationError,
)

RECORD = RequestRecord("GET", "https://api.example/api/v1/content", "list_content")
REDACT = Redactor(KEY)


def error_for(status: int, body: object = b"", headers: dict[str, object] | None = None) -> APIStatusError:
    return status_error(response(status, body, headers or {}), RECORD, REDACT, outcome_unknown=False)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (409, ConflictError),
        (429, RateLimitError),
        (418, APIStatusError),
        (301, APIStatusError),
        (500, InternalServerError),
        (502, InternalServerError),
        (599, InternalServerError),
    ],
)
def test_each_status_has_its_error(status: int, kind: type[APIStatusError]) -> None:
    error = error_for(status)
    assert type(error) is kind
    assert error.status_code == status
    assert error.request == RECORD


def test_a_byte_order_mark_in_front_of_an_error_is_skipped() -> None:
    body = b"\xef\xbb\xbf" + b'{"error": "Content not found", "code": "not_found", "status": 404}'
    error = error_for(404, body)
    assert (error.message, error.code) == ("Content not found", "not_found")
    assert error.body == {"error": "Content not found", "code": "not_found", "status": 404}
    assert error_for(502, b"\xef\xbb\xbf<html>").body == "<html>"


def test_an_error_with_half_a_surrogate_pair_can_be_printed() -> None:
    error = error_for(400, {"error": "no such title: Half \ud83d", "code": "\udc00"})
    assert error.message == "no such title: Half ?"
    assert str(error).encode()


def test_an_error_has_the_fields_of_the_published_envelope() -> None:
    body = {"error": "Content not found", "code": "not_found", "status": 404}
    error = error_for(404, body, {"X-Request-Id": "r1"})
    assert (error.message, error.code, error.body) == ("Content not found", "not_found", body)
    assert error.headers["x-request-ID"] == "r1"
    assert str(error) == "404 not_found: Content not found (GET https://api.example/api/v1/content)"


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b"", None),
        (b"<h1>Bad Gateway</h1>", "<h1>Bad Gateway</h1>"),
        (b"\xff\xfe", "��"),
        (b'["a"]', ["a"]),
        (b'"text"', "text"),
        (b"null", None),
        (b'{"error": {"message": "nested"}, "code": 7}', {"error": {"message": "nested"}, "code": 7}),
        (b"[" * 100_000, "[" * 100_000),
    ],
)
def test_a_body_without_the_envelope_is_kept(body: bytes, read: object) -> None:
    error = error_for(502, body)
    assert error.body == read
    assert (error.message, error.code) == ("the server responded with status 502", None)


def test_a_long_message_is_cut() -> None:
    error = error_for(400, {"error": "x" * 10_000})
    assert error.message == "x" * 500
    assert error.body == {"error": "x" * 10_000}


@given(st.binary(max_size=200))
def test_any_body_makes_an_error(body: bytes) -> None:
    assert error_for(500, body).status_code == 500


@pytest.mark.parametrize(
    "body",
    [
        {"error": f"Bearer {KEY}", "code": KEY, KEY: [KEY, {"deep": f"x{KEY}x"}]},
        f"<p>{KEY}</p>".encode(),
        f'"\\u0070k_test_{KEY[8:]}"'.encode(),
    ],
    ids=["envelope", "page", "escaped"],
)
def test_a_key_that_the_server_repeats_is_redacted(body: object) -> None:
    error = error_for(400, body, {"X-Echo": f"Bearer {KEY}", "Set-Cookie": f"a={KEY}"})
    assert KEY not in f"{error} {error!r} {vars(error)!r} {error.args!r}"
    assert error.headers["x-echo"] == "Bearer [redacted]"


@pytest.mark.parametrize(
    ("kind", "error_class", "message"),
    [
        (FailureKind.NOT_CONNECTED, APIConnectionError, "no connection could be made: cause"),
        (FailureKind.CONNECT_TIMEOUT, APITimeoutError, "no connection was made in time: cause"),
        (FailureKind.POOL_TIMEOUT, PoolTimeoutError, "every connection of the local pool was busy: cause"),
        (FailureKind.TIMEOUT, APITimeoutError, "no complete response came in time: cause"),
        (
            FailureKind.BROKEN,
            APIConnectionError,
            "the connection broke before the response was complete: cause",
        ),
        (FailureKind.TOO_LARGE, ResponseValidationError, "the response was too large to read: cause"),
    ],
)
def test_a_failure_without_a_response_has_its_error(
    kind: FailureKind, error_class: type[PandocastError], message: str
) -> None:
    cause = OSError("cause")
    error = connection_error(Failure(kind, cause), RECORD, REDACT, outcome_unknown=True)
    assert type(error) is error_class
    assert error.outcome_unknown
    assert error.__cause__ is cause
    assert error.message == message


def test_a_cause_without_a_message_is_named() -> None:
    error = connection_error(
        Failure(FailureKind.TIMEOUT, TimeoutError()), RECORD, REDACT, outcome_unknown=False
    )
    assert "in time: TimeoutError" in str(error)


def test_a_key_that_a_cause_quotes_is_redacted() -> None:
    cause = RuntimeError(f"illegal line: Bearer {KEY}")
    cause.__cause__ = ValueError(f"{KEY}!")
    error = connection_error(Failure(FailureKind.BROKEN, cause), RECORD, REDACT, outcome_unknown=False)
    assert KEY not in f"{error} {error.__cause__!r} {error.__cause__ and error.__cause__.__cause__!r}"
    assert "illegal line" in str(error)
