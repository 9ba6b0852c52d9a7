"""Searches and waits in lists that have rows which cannot be read: no such row is in the way of another."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from support.wire import KEY, Player, context, response

from pandocast_sdk._core.lookups.content import find_content, wait_many_until_analyzed, wait_until_analyzed
from pandocast_sdk._core.lookups.drafts import wait_many_until_generated
from pandocast_sdk._core.lookups.pipeline import wait_for_run
from pandocast_sdk._core.lookups.upload_search import find_upload
from pandocast_sdk._core.protocol import Outcome, Send
from pandocast_sdk.errors import NotFoundError, ResponseValidationError
from pandocast_sdk.models import Content, Draft

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
UPLOAD = {
    "title": "t",
    "content_type": "note",
    "status": "analyzed",
    "created_at": NOON.isoformat(),
}
HALF = "Half \ud83d"


class Uploads(Player):
    """A service with these rows."""

    def __init__(self, *rows: object) -> None:
        super().__init__()
        self.rows = rows

    def respond(self, _send: Send) -> Outcome:
        return response(200, {"items": self.rows, "total": len(self.rows), "has_more": False})

    def find(self, content_id: str) -> Content:
        return self.play(find_content(context(), content_id), self.respond)

    def wait(self, content_id: str) -> Content:
        return self.play(wait_until_analyzed(context(now=lambda: self.now), content_id, 9), self.respond)

    def search(self, title: str, since: datetime = NOON) -> str | None:
        found = self.play(find_upload(context(), title, since), self.respond)
        return None if found is None else found.id


BAD_ROWS = [UPLOAD | {"id": "bad", "title": HALF}, UPLOAD | {"id": None}, {"id": "bad"}, None, 17]


@pytest.mark.parametrize("bad", BAD_ROWS)
def test_the_others_are_found_and_waited_for(bad: object) -> None:
    uploads = Uploads(bad, UPLOAD | {"id": "c1", "title": "Mine"}, bad)
    assert uploads.find("c1").id == uploads.wait("c1").id == uploads.search("Mine") == "c1"


def test_a_row_that_cannot_be_read_is_found_by_its_id() -> None:
    found = Uploads(UPLOAD | {"id": "c1", "title": HALF}).find("c1")
    assert (found.id, found.status) == ("c1", "analyzed")
    assert found.unreadable is not None
    assert found.unreadable.faults == ("title: Input should be Unicode text",)


@pytest.mark.parametrize("bad", [UPLOAD | {"id": "c1", "status": None}, UPLOAD | {"id": "c1", "title": HALF}])
def test_a_wait_for_such_a_row_raises_at_once(bad: object) -> None:
    uploads = Uploads(UPLOAD | {"id": "c2"}, bad)
    with pytest.raises(ResponseValidationError, match="content 'c1' cannot be read") as caught:
        uploads.wait("c1")
    assert caught.value.request.operation == "list_content"
    assert json.loads(caught.value.body) == bad
    assert len(uploads.sends) == 1


def test_a_wait_for_many_has_the_error_in_its_place() -> None:
    uploads, updates = Uploads(*(UPLOAD | {"id": f"c{n}"} for n in range(2)), {"id": "c2"}), list[str]()
    waiting = wait_many_until_analyzed(context(), ["c1", "c2", "c0"], 9, lambda row: updates.append(row.id))
    results = uploads.play(waiting, uploads.respond)
    assert [type(result) for result in results] == [Content, ResponseValidationError, Content]
    assert updates == ["c1", "c0"]


def test_whether_an_upload_is_there_is_unknown_while_a_row_has_no_readable_id() -> None:
    uploads = Uploads(UPLOAD | {"id": 17})
    for look in (uploads.find, uploads.wait):
        with pytest.raises(ResponseValidationError, match="content 'c1' cannot be read: id: "):
            look("c1")
    with pytest.raises(NotFoundError):
        Uploads(UPLOAD | {"id": "c2", "title": None}).find("c1")


def test_the_error_does_not_repeat_the_key() -> None:
    with pytest.raises(ResponseValidationError) as caught:
        Uploads({"id": "c1", "title": KEY}).wait("c1")
    assert KEY not in caught.value.body


@pytest.mark.parametrize(("created_at", "found"), [(None, "c1"), ("yesterday", "c1")])
def test_an_upload_is_found_by_its_title_although_its_time_cannot_be_read(
    created_at: object, found: str
) -> None:
    uploads = Uploads(UPLOAD | {"id": "c1", "title": "Mine", "created_at": created_at})
    assert uploads.search("Mine") == found


def test_a_row_without_a_readable_time_does_not_end_the_search() -> None:
    old = UPLOAD | {"created_at": (NOON - timedelta(days=1)).isoformat()}
    rows = (None, UPLOAD | {"id": "c1", "title": "Mine"}, None, old | {"id": "c0", "title": "Older"})
    assert Uploads(*rows).search("Mine") == "c1"
    assert Uploads(*rows).search("Older") is None


DRAFT = {"text": "t", "format": "SHORT", "createdAt": NOON.isoformat(), "updatedAt": NOON.isoformat()}


class Drafts(Player):
    """A service with drafts, in a list or by their ids."""

    def __init__(self, **rows: object) -> None:
        super().__init__()
        self.rows = rows

    def respond(self, send: Send) -> Outcome:
        name = urlsplit(send.request.url).path.split("/drafts")[1].lstrip("/")
        return response(200, self.rows[name] if name else {"drafts": [*self.rows.values()]})

    def wait(self, *names: str) -> list[object]:
        return [*self.play(wait_many_until_generated(context(), names, 9, None), self.respond)]


@pytest.mark.parametrize("names", [("d1", "d2"), ("d2", "d1"), ("d2",), ("d1", "d2", "d3")])
def test_a_draft_that_cannot_be_read_does_not_lose_the_others(names: tuple[str, ...]) -> None:
    """Whether it is read in a list, or by itself."""
    approved = DRAFT | {"status": "approved"}
    rows = {name: approved | {"id": name} for name in ("d1", "d2", "d3")}
    drafts = Drafts(**rows | {"d2": rows["d2"] | {"text": HALF}})
    results = drafts.wait(*names)
    for name, result in zip(names, results, strict=True):
        assert isinstance(result, ResponseValidationError if name == "d2" else Draft)


@pytest.mark.parametrize("names", [("d2",), ("d1", "d2")])
def test_a_wait_for_a_draft_depends_on_its_published_fields_alone(names: tuple[str, ...]) -> None:
    tagged: dict[str, object] = {**DRAFT, "status": "approved", "tags": {"a": 1}}
    rows = {name: tagged | {"id": name} for name in ("d1", "d2")}
    for result in Drafts(**rows).wait(*names):
        assert isinstance(result, Draft)
        assert result.tags is None
        assert result.unreadable is not None


@pytest.mark.parametrize("newest", [{"duration": "4s"}, {"itemsFetched": 87.5, "error": []}])
def test_the_pipeline_is_waited_for_while_its_runs_cannot_be_read_in_full(newest: dict[str, object]) -> None:
    newest = {"id": "r2", "status": "completed"} | newest
    player = Player()
    rows = [newest, {"id": "r1", "status": "completed", "duration": []}, None]
    run = player.play(wait_for_run(context(), 9), lambda _send: response(200, {"runs": rows}))
    assert (run.id, run.status) == ("r2", "completed")
    assert run.unreadable is not None


@pytest.mark.parametrize("newest", [{"id": "r2", "status": 17}, None, "r2"])
def test_a_wait_for_a_run_whose_status_cannot_be_read_raises(newest: object) -> None:
    player = Player()
    with pytest.raises(ResponseValidationError, match="the newest run cannot be read: "):
        player.play(wait_for_run(context(), 9), lambda _send: response(200, {"runs": [newest]}))
