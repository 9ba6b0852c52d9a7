"""The rules of the failure table; that docs/errors.md shows it is another test's business."""

import pytest
from support.wire import NO_RESPONSE, failure, response

from pandocast_sdk._core.call.failure_table import FAILURES, STATUS_ERRORS, failure_kind
from pandocast_sdk._core.protocol import UNSENT, FailureKind
from pandocast_sdk.errors import APIStatusError


def test_every_failure_kind_has_a_row() -> None:
    assert list(FAILURES) == list(FailureKind)


def test_a_write_that_may_have_been_carried_out_is_never_retried() -> None:
    assert not [kind for kind, row in FAILURES.items() if row.may_have_acted and row.write_retried]


def test_what_is_retried_for_a_write_is_retried_for_a_read() -> None:
    assert not [kind for kind, row in FAILURES.items() if row.write_retried and not row.read_retried]


def test_without_a_response_the_server_has_not_acted_only_on_what_was_unsent() -> None:
    assert {kind for kind in NO_RESPONSE if not FAILURES[kind].may_have_acted} == UNSENT


@pytest.mark.parametrize("kind", NO_RESPONSE)
def test_a_failure_without_a_response_has_its_own_kind(kind: FailureKind) -> None:
    assert failure_kind(failure(kind)) is kind


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        (FailureKind.REDIRECT, (101, 300, 301, 304, 307, 308, 399)),
        (FailureKind.CLIENT_ERROR, (400, 401, 403, 404, 409, 413, 425, 499)),
        (FailureKind.SERVER_ERROR, (500, 502, 503, 504, 529, 599, 600, 999)),
        (FailureKind.REQUEST_TIMEOUT, (408,)),
        (FailureKind.RATE_LIMITED, (429,)),
    ],
)
def test_each_status_has_its_kind(kind: FailureKind, statuses: tuple[int, ...]) -> None:
    assert {failure_kind(response(status)) for status in statuses} == {kind}
    assert issubclass(FAILURES[kind].error, APIStatusError)


@pytest.mark.parametrize("status", STATUS_ERRORS)
def test_a_status_with_an_error_of_its_own_is_an_ordinary_client_error(status: int) -> None:
    assert failure_kind(response(status)) is FailureKind.CLIENT_ERROR
