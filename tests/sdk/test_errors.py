"""The errors: their hierarchy, their messages and attributes, and how they pickle."""

import copy
import pickle
from datetime import UTC, datetime
from threading import Lock

import pytest

import pandocast_sdk
from pandocast_sdk._core.requests.headers import Headers
from pandocast_sdk.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ContentFailedError,
    DeadlineExceededError,
    DraftFailedError,
    InternalServerError,
    NotFoundError,
    PandocastError,
    PermissionDeniedError,
    PoolTimeoutError,
    RateLimitError,
    RequestRecord,
    ResponseValidationError,
    UploadJournalError,
    WaitTimeoutError,
    WebhookPayloadError,
    WebhookTooLargeError,
    WebhookVerificationError,
)

RECORD = RequestRecord("POST", "https://api.example/api/v1/content/upload", "upload_content")
BODY = {"error": "no", "code": "no", "details": [1, None]}
STATUS_ERRORS = [
    APIStatusError,
    BadRequestError,
    AuthenticationError,
    PermissionDeniedError,
    NotFoundError,
    ConflictError,
    InternalServerError,
]

EXAMPLES: list[PandocastError] = [
    PandocastError("plain"),
    *(
        kind(
            "no",
            status_code=418,
            request=RECORD,
            code="no",
            body=BODY,
            headers=Headers([(b"X-Request-Id", b"r1")]),
            outcome_unknown=True,
        )
        for kind in STATUS_ERRORS
    ),
    RateLimitError("slow down", request=RECORD, reset_at=datetime(2026, 3, 28, tzinfo=UTC), retry_after=7.5),
    *(kind("broken", request=RECORD, outcome_unknown=True) for kind in (APIConnectionError, APITimeoutError)),
    PoolTimeoutError("busy", request=RECORD),
    DeadlineExceededError("late", request=RECORD, outcome_unknown=True),
    ResponseValidationError("odd", request=RECORD, status_code=200, body="<p>", outcome_unknown=True),
    WaitTimeoutError(
        "content 'c1'", status="analyzing", timeout=60.0, content_id="c1", status_age=2.0, held_back=57.0
    ),
    ContentFailedError("c1"),
    ContentFailedError("c1", step="generation"),
    DraftFailedError("d1", "The page cannot be read"),
    UploadJournalError("in use"),
    WebhookVerificationError("forged"),
    WebhookPayloadError("no event"),
    WebhookTooLargeError("too large"),
]
EVERY = pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)


def test_there_is_an_example_of_every_error_that_can_be_imported() -> None:
    public = {getattr(pandocast_sdk, name) for name in pandocast_sdk.__all__ if name.endswith("Error")}
    assert {type(error) for error in EXAMPLES} == public


@EVERY
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_every_error_pickles_with_its_message_and_attributes(error: PandocastError, protocol: int) -> None:
    again = pickle.loads(pickle.dumps(error, protocol))  # noqa: S301 - our own
    assert type(again) is type(error)
    assert (str(again), repr(again), again.args) == (str(error), repr(error), error.args)
    assert {name: _plain(value) for name, value in vars(again).items()} == {
        name: _plain(value) for name, value in vars(error).items()
    }
    assert again.outcome_unknown is error.outcome_unknown


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Headers) else value


@EVERY
def test_every_error_can_be_copied(error: PandocastError) -> None:
    assert str(copy.copy(error)) == str(copy.deepcopy(error)) == str(error)


@EVERY
def test_an_error_pickles_without_its_cause(error: PandocastError) -> None:
    again = copy.copy(error)
    again.__cause__ = RuntimeError(Lock())
    assert pickle.loads(pickle.dumps(again)).__cause__ is None  # noqa: S301 - our own


def test_notes_are_pickled() -> None:
    error = ContentFailedError("c1")
    error.add_note("while publishing")
    assert pickle.loads(pickle.dumps(error)).__notes__ == ["while publishing"]  # noqa: S301 - our own


def test_pickled_headers_still_ignore_case() -> None:
    (error,) = (error for error in EXAMPLES if isinstance(error, NotFoundError))
    assert pickle.loads(pickle.dumps(error)).headers["x-REQUEST-id"] == "r1"  # noqa: S301 - our own


@pytest.mark.parametrize(
    ("parent", "children"),
    [
        (APIStatusError, [*STATUS_ERRORS, RateLimitError]),
        (APIConnectionError, [APITimeoutError, PoolTimeoutError]),
        (WebhookVerificationError, [WebhookPayloadError, WebhookTooLargeError]),
    ],
)
def test_errors_have_these_base_classes(
    parent: type[PandocastError], children: list[type[PandocastError]]
) -> None:
    assert all(issubclass(child, parent) for child in children)
    assert issubclass(parent, PandocastError)


def test_errors_have_no_other_base_classes() -> None:
    for kind in (APIConnectionError, DeadlineExceededError, ResponseValidationError, WaitTimeoutError):
        assert not issubclass(kind, APIStatusError)
    assert not issubclass(DeadlineExceededError, APIConnectionError)


def test_an_unknown_outcome_is_part_of_the_message() -> None:
    for error in EXAMPLES:
        stated = "whether it was carried out is unknown" in str(error)
        assert stated is error.outcome_unknown


def test_a_request_record_is_frozen() -> None:
    with pytest.raises(AttributeError):
        RECORD.method = "GET"  # type: ignore[misc] # the mistake
    assert str(RECORD) == "POST https://api.example/api/v1/content/upload"
    assert hash(RECORD) == hash(RequestRecord(RECORD.method, RECORD.url, RECORD.operation))


def test_a_wait_timeout_names_what_was_waited_for_and_its_status() -> None:
    content = WaitTimeoutError(
        "content 'c1'", status="analyzing", timeout=60.0, content_id="c1", status_age=2.04
    )
    assert (
        str(content) == "the wait for content 'c1' ended after 60 s; its status was 'analyzing' 2.0 s before"
    )
    held = WaitTimeoutError("draft 'd1'", status=None, timeout=60.0, draft_id="d1", held_back=57.02)
    assert str(held).endswith("its status was not seen; besides, the rate limit held it back for 57.0 s")
    pipeline = WaitTimeoutError("the pipeline", status=None, timeout=0.5)
    assert str(pipeline) == "the wait for the pipeline ended after 0.5 s; its status was not seen"
    assert pipeline.content_id is None
