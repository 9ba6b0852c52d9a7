"""Waiting for an upload by reading the list, in virtual time."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from support.wire import Player, context, failure, one_after_the_other, response

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.lookups.content import find_content, wait_until_analyzed, wait_until_generated
from pandocast_sdk._core.protocol import FailureKind, Outcome, Plan, Send
from pandocast_sdk.errors import (
    APIStatusError,
    AuthenticationError,
    ContentFailedError,
    DeadlineExceededError,
    NotFoundError,
    PermissionDeniedError,
    ResponseValidationError,
    WaitTimeoutError,
)
from pandocast_sdk.models.pandocast import Content, Outputs

OUTPUT = {
    "id": "out_1",
    "platform_id": "twitter_single",
    "format_name": "Twitter / X Post",
    "content": "Text",
    "voice_match_score": 87,
    "status": "draft",
    "created_at": "2026-03-28T10:05:00Z",
}


class Service(Player):
    """A service with one upload of interest, whose status changes as time goes by."""

    def __init__(self, *statuses: tuple[float, str], newer: int = 0, outputs_after: float = 0.0) -> None:
        super().__init__(now=0.0)
        self.statuses = statuses
        self.newer = newer
        self.outputs_after = outputs_after
        self.takes = 0.0

    @property
    def status(self) -> str:
        return [status for since, status in self.statuses if self.now >= since][-1]

    def context(self, deadline: float | None = None) -> CallContext:
        return context(now=lambda: self.now, deadline=deadline)

    def respond(self, send: Send) -> Outcome:
        if self.now + self.takes > send.expires:
            self.now = send.expires
            return failure(FailureKind.TIMEOUT)
        self.now += self.takes
        url = urlsplit(send.request.url)
        if url.path.endswith("/outputs"):
            items = [OUTPUT] if self.now >= self.outputs_after else []
            return response(200, {"items": items, "total": len(items)})
        names = [*(f"newer{number}" for number in range(self.newer)), *(["c1"] if self.statuses else [])]
        limit, offset = (int(part.split("=")[1]) for part in url.query.split("&"))
        page = names[offset : offset + limit]
        items = [self.upload(name) for name in page]
        return response(
            200, {"items": items, "total": len(names), "has_more": offset + len(page) < len(names)}
        )

    def upload(self, name: str) -> dict[str, object]:
        status = self.status if name == "c1" else "analyzed"
        return {
            "id": name,
            "title": "t",
            "content_type": "n",
            "status": status,
            "created_at": "2026-03-28T10:00:00Z",
        }

    def analyzed(self, *, timeout: float = 60, deadline: float | None = None) -> Content:
        return self.play(wait_until_analyzed(self.context(deadline), "c1", timeout), self.respond)

    def generated(self, *, timeout: float = 60) -> Outputs:
        return self.play(wait_until_generated(self.context(), "c1", timeout), self.respond)


@pytest.mark.parametrize(("newer", "requests"), [(0, 1), (99, 1), (100, 2), (250, 3)])
def test_an_upload_is_found_on_the_page_that_holds_it(newer: int, requests: int) -> None:
    service = Service((0, "analyzed"), newer=newer)
    assert service.play(find_content(service.context(), "c1"), service.respond).id == "c1"
    assert len(service.sends) == requests


def test_an_upload_that_is_not_in_the_list_is_not_found() -> None:
    service = Service(newer=120)
    with pytest.raises(NotFoundError) as caught:
        service.play(find_content(service.context(), "c1"), service.respond)
    assert (caught.value.status_code, caught.value.code) == (404, "not_found")
    assert caught.value.request.operation == "list_content"
    assert len(service.sends) == 2


def test_an_empty_content_id_is_rejected() -> None:
    service = Service(newer=1)
    for plan in (
        find_content(service.context(), ""),
        wait_until_analyzed(service.context(), "", 1.0),
    ):
        with pytest.raises(ValueError, match="content_id"):
            next(plan)


def test_a_wait_ends_once_the_upload_is_analyzed() -> None:
    service = Service((0, "analyzing"), (7, "analyzed"))
    assert service.analyzed().status == "analyzed"
    assert 7 <= service.now < 12


def test_polling_slows_down_from_a_tenth_of_a_second_to_five() -> None:
    service = Service((0, "analyzing"), (60, "analyzed"))
    service.analyzed(timeout=100)
    assert service.slept[0] == 0.1
    assert service.slept == sorted(service.slept)
    assert service.slept[-1] == 5.0
    assert len(service.sends) < 25


@pytest.mark.parametrize("status", ["analyzed", "generating", "generated", "whatever comes next"])
def test_any_status_but_analyzing_ends_the_wait(status: str) -> None:
    assert Service((0, status)).analyzed().status == status


def test_a_failed_upload_ends_the_wait_with_an_error() -> None:
    for wait in (Service.analyzed, Service.generated):
        service = Service((0, "analyzing"), (3, "failed"), outputs_after=99)
        with pytest.raises(
            ContentFailedError, match="'c1' has failed on the server during its analysis"
        ) as caught:
            wait(service)
        assert (caught.value.content_id, caught.value.step) == ("c1", "analysis")


def test_a_wait_for_generation_ends_once_there_are_outputs() -> None:
    """The status alone does not do: it may leave `generating` a moment before the outputs are there."""
    service = Service((0, "analyzed"), (1, "generating"), (6, "generated"), outputs_after=9)
    assert service.generated().items[0].id == "out_1"
    assert 9 <= service.now < 14


def test_no_outputs_are_read_while_the_status_is_generating() -> None:
    service = Service((0, "generating"), (6, "some new status"))
    service.generated()
    assert sum(send.request.url.endswith("/outputs") for send in service.sends) == 1


def test_a_wait_times_out_with_the_last_status_and_its_age() -> None:
    service = Service((0, "analyzing"))
    with pytest.raises(
        WaitTimeoutError, match=r"after 10 s; its status was 'analyzing' [1-4]\.\d s before"
    ) as caught:
        service.analyzed(timeout=10)
    assert service.now == pytest.approx(10)
    error = caught.value
    assert (error.content_id, error.status, error.timeout, error.held_back) == ("c1", "analyzing", 10, 0)
    assert error.status_age == service.slept[-1]


def test_a_wait_without_any_response_times_out_without_a_status() -> None:
    service = Service((0, "analyzing"))
    service.takes = 100
    with pytest.raises(WaitTimeoutError, match="its status was not seen") as caught:
        service.analyzed(timeout=10)
    assert caught.value.status is None
    assert service.now == 10


@pytest.mark.parametrize(("takes", "deadline"), [(3, 2), (0, 7)])
def test_a_deadline_counts_from_the_start_of_the_wait(takes: float, deadline: float) -> None:
    service = Service((0, "analyzing"))
    service.takes = takes
    with pytest.raises(DeadlineExceededError):
        service.analyzed(timeout=60, deadline=deadline)
    assert service.now == pytest.approx(deadline)


def test_whatever_comes_first_ends_the_wait() -> None:
    service = Service((0, "analyzing"))
    with pytest.raises(WaitTimeoutError):
        service.analyzed(timeout=10, deadline=15)
    assert service.now == pytest.approx(10)


def test_an_error_that_no_retry_helps_ends_the_wait() -> None:
    service = Service((0, "analyzing"))
    outcomes: list[tuple[Outcome, type[Exception]]] = [
        (response(200, b"{}"), ResponseValidationError),
        (response(301), APIStatusError),
        (response(401), AuthenticationError),
        (response(403), PermissionDeniedError),
    ]
    for outcome, error in outcomes:
        with pytest.raises(error):
            service.play(wait_until_analyzed(service.context(), "c1", 10), one_after_the_other([outcome]))


def test_outputs_that_cannot_be_read_at_first_are_read_later() -> None:
    service = Service((0, "generated"))

    def respond(send: Send) -> Outcome:
        if send.request.url.endswith("/outputs") and service.now < 50:
            return response(503)
        return service.respond(send)

    assert service.play(wait_until_generated(service.context(), "c1", 60), respond).total == 1


def test_the_outputs_of_a_final_status_are_read_when_the_time_is_over() -> None:
    service = Service((0, "generating"), (5, "generated"))
    refused = response(503)

    def respond(send: Send) -> Outcome:
        if send.request.url.endswith("/outputs") and service.now < 9.99:
            return refused
        return service.respond(send)

    assert service.play(wait_until_generated(service.context(), "c1", 10), respond).total == 1
    assert service.now == pytest.approx(10)


def test_a_final_status_without_outputs_is_no_timeout() -> None:
    service = Service((0, "generating"), (5, "generated"), outputs_after=99)
    assert service.generated(timeout=10).items == []
    assert service.now == pytest.approx(10)


@pytest.mark.parametrize("status", ["analyzing", "analyzed", "generating"])
def test_a_generation_that_has_not_ended_times_out(status: str) -> None:
    service = Service((0, status), outputs_after=99)
    with pytest.raises(WaitTimeoutError) as caught:
        service.generated(timeout=10)
    assert caught.value.status == status


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf")])
@pytest.mark.parametrize("wait", [wait_until_analyzed, wait_until_generated])
def test_an_invalid_timeout_is_rejected(
    wait: Callable[[CallContext, str, float], Plan[object]], timeout: float
) -> None:
    with pytest.raises(ValueError, match="timeout"):
        next(wait(context(), "c1", timeout))
