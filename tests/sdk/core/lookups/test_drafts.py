"""Waiting for drafts that are being generated, in virtual time."""

from urllib.parse import parse_qs, urlsplit

import pytest
from support.stage import Player, Stage
from support.wire import context, response

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.shared import Shared
from pandocast_sdk._core.lookups.drafts import wait_many_until_generated, wait_until_generated
from pandocast_sdk._core.protocol import Outcome, Send
from pandocast_sdk.errors import DraftFailedError, NotFoundError, PandocastError, WaitTimeoutError
from pandocast_sdk.models.drafts import Draft


class Desk(Stage):
    """A service with drafts, newest first, which are generated at a time."""

    def __init__(self, count: int, *, generated_at: float = 3.0, then: str = "pending_review") -> None:
        super().__init__()
        self.names = [f"d{number}" for number in range(count)]
        self.generated_at = generated_at
        self.then = then
        self.requests: list[str] = []
        self.respond = self._respond
        self._shared = Shared(lambda: None)

    def context(self) -> CallContext:
        return context(now=lambda: self.now)._replace(shared=self._shared)

    def _respond(self, send: Send) -> Outcome:
        url = urlsplit(send.request.url)
        name = url.path.split("/drafts", 1)[1].lstrip("/")
        self.requests.append(name or "list")
        if name:
            return response(200, self._row(name)) if name in self.names else response(404)
        query = parse_qs(url.query)
        begin = int(query.get("cursor", ["0"])[0])
        end = begin + int(query["limit"][0])
        more = str(end) if end < len(self.names) else None
        return response(
            200, {"drafts": [self._row(row) for row in self.names[begin:end]], "nextCursor": more}
        )

    def _row(self, name: str) -> dict[str, object]:
        status = "pending_generation" if self.now < self.generated_at else self.then
        row: dict[str, object] = {
            "id": name,
            "text": "",
            "format": "SHORT",
            "status": status,
            "feedback": "No such page",
        }
        return row | {"createdAt": "2026-03-28T10:00:00Z", "updatedAt": "2026-03-28T10:00:00Z"}

    def wait(self, name: str, *, timeout: float = 60) -> Player[Draft]:
        return self.play(wait_until_generated(self.context(), name, timeout))

    def wait_many(self, *names: str) -> Player[list[Draft | PandocastError]]:
        return self.play(wait_many_until_generated(self.context(), names, 60, None))


def test_a_wait_ends_once_the_draft_is_generated() -> None:
    desk = Desk(3)
    waiting = desk.wait("d1")
    desk.run()
    assert waiting.result.status == "pending_review"
    assert set(desk.requests) == {"d1"}, "one alone is read by its id"


def test_a_draft_that_failed_ends_the_wait_with_the_reason() -> None:
    desk = Desk(1, then="failed")
    waiting = desk.wait("d0")
    desk.run()
    error = waiting.error
    assert isinstance(error, DraftFailedError)
    assert (error.draft_id, error.feedback) == ("d0", "No such page")
    assert str(error) == "draft 'd0' has failed on the server: No such page"


@pytest.mark.parametrize("status", ["approved", "archived", "whatever comes next"])
def test_any_other_status_ends_the_wait(status: str) -> None:
    desk = Desk(1, then=status)
    waiting = desk.wait("d0")
    desk.run()
    assert waiting.result.status == status


def test_a_wait_times_out_with_the_last_status() -> None:
    desk = Desk(1, generated_at=99)
    waiting = desk.wait("d0", timeout=10)
    desk.run()
    error = waiting.error
    assert isinstance(error, WaitTimeoutError)
    assert (error.draft_id, error.content_id, error.status) == ("d0", None, "pending_generation")


def test_many_waits_share_one_poll() -> None:
    desk, lone = Desk(80), Desk(80)
    waits = [desk.wait(name) for name in desk.names]
    alone = lone.wait("d3")
    desk.run()
    lone.run()
    assert alone.result.id == "d3"
    assert [each.result.id for each in waits] == desk.names
    assert len(desk.requests) <= len(lone.requests) + 1


def test_one_call_waits_for_many() -> None:
    desk = Desk(250)
    waiting = desk.wait_many("d1", "gone", "d0")
    desk.run()
    assert [getattr(result, "id", type(result)) for result in waiting.result] == ["d1", NotFoundError, "d0"]


def test_drafts_far_down_the_list_are_read_by_their_ids() -> None:
    desk = Desk(2000, generated_at=0)
    waiting = desk.wait_many("d1800", "d1900")
    desk.run()
    assert all(isinstance(result, Draft) for result in waiting.result)
    assert sorted(desk.requests) == ["d1800", "d1900", "list", "list"]


def test_an_id_that_no_request_can_carry_is_rejected() -> None:
    desk = Desk(1)
    for name in ("", "..", "\ud800"):
        waiting = desk.wait(name)
        desk.run()
        assert isinstance(waiting.error, ValueError)
    assert desk.requests == []
