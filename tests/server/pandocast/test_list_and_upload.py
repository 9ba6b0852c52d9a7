import json
from pathlib import Path

import pytest
from support.in_process import UPLOAD, StillClock, open_api

PUBLISHED = {"id", "title", "content_type", "status", "created_at"}


def test_an_upload_is_answered_as_published(tmp_path: Path) -> None:
    with open_api(tmp_path, clock=StillClock()) as api:
        answer = api.send("POST", "/content/upload", json={**UPLOAD, "unknown": {"kept": False}})
        assert answer.status_code == 201
        content = answer.json()
        assert content == {
            "id": content["id"],
            "title": UPLOAD["title"],
            "content_type": "blog_post",
            "status": "analyzing",
            "created_at": "2026-03-28T10:00:00Z",
        }
        listed = api.send("GET", "/content").json()
        assert listed == {"items": [content], "total": 1, "has_more": False}


def test_an_upload_is_analysed_by_itself(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        content_id = api.upload()
        workspace_id = api.workspace.workspace_id
        uploaded = {
            "workspace_id": workspace_id,
            "content_id": content_id,
            "title": UPLOAD["title"],
            "content_type": "blog_post",
        }
        assert api.events() == [("content.uploaded", uploaded)]
        api.run_jobs()
        assert api.status(content_id) == "analyzed"
        analyzed = {"workspace_id": workspace_id, "content_id": content_id, "title": UPLOAD["title"]}
        assert api.events()[1:] == [("content.analyzed", analyzed)]


def test_an_analysis_that_fails_leaves_the_upload_failed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def analyze(self, *_: object) -> object:
            raise RuntimeError("out of ideas")

    with open_api(tmp_path) as api:
        api.runtime.generator = Broken()  # type: ignore[assignment]  # half a generator will do
        content_id = api.upload()
        api.run_jobs()
        assert api.status(content_id) == "failed"
        assert "out of ideas" in caplog.text
        assert [type_ for type_, _ in api.events()] == ["content.uploaded"]


def test_an_analysis_that_cannot_even_be_recorded_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("no more room")

    with open_api(tmp_path) as api:
        content_id = api.upload()
        monkeypatch.setattr("pandocast_server.pandocast.content.record_event", break_down)
        api.run_jobs()
        assert api.status(content_id) == "failed"


def test_an_analysis_can_be_told_to_fail_once(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        api.runtime.failures.add(api.workspace.workspace_id, "analysis")
        first = api.upload()
        api.run_jobs()
        second = api.upload()
        api.run_jobs()
        assert (api.status(first), api.status(second)) == ("failed", "analyzed")


@pytest.mark.parametrize(
    ("name", "longest"), [("title", 300), ("content_type", 50), ("raw_content", 1_000_000)]
)
def test_a_text_may_be_as_long_as_its_limit(tmp_path: Path, name: str, longest: int) -> None:
    with open_api(tmp_path) as api:
        for text, status in [
            ("x", 201),
            ("é" * longest, 201),
            ("x" * (longest + 1), 400),
            ("", 400),
            (None, 400),
        ]:
            answer = api.send("POST", "/content/upload", json={**UPLOAD, name: text})
            assert answer.status_code == status
            assert status == 201 or answer.json()["error"].startswith(f"{name} must ")
        without = {key: value for key, value in UPLOAD.items() if key != name}
        assert api.send("POST", "/content/upload", json=without).json()["error"] == f"{name} is missing"
        assert api.send("GET", "/content").json()["total"] == 2


def test_a_refused_body_leaves_nothing_behind(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        for content in (b"", b"[]", json.dumps({**UPLOAD, "title": "\0"}).encode(), b'{"title": "\\ud800"}'):
            answer = api.send("POST", "/content/upload", content=content)
            assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
        assert api.send("GET", "/content").json()["total"] == 0
        assert api.events() == []


@pytest.mark.parametrize(
    "text", ["\u2028 \ufeff \u202e \U0010ffff", "'; DROP TABLE content; --", "<script>", " \t\n"]
)
def test_odd_text_comes_back_as_it_was_sent(tmp_path: Path, text: str) -> None:
    with open_api(tmp_path) as api:
        api.upload(title=text, content_type=text, raw_content=text)
        item = api.send("GET", "/content").json()["items"][0]
        assert (item["title"], item["content_type"]) == (text, text)
        api.run_jobs()
        assert api.status(item["id"]) == "analyzed"


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded", "nonsense"])
def test_a_body_is_json_whatever_its_media_type(tmp_path: Path, media_type: str | None) -> None:
    headers = {} if media_type is None else {"Content-Type": media_type}
    with open_api(tmp_path) as api:
        answer = api.send("POST", "/content/upload", content=json.dumps(UPLOAD).encode(), headers=headers)
        assert answer.status_code == 201
        assert answer.request.headers.get("Content-Type") == media_type


def test_the_order_is_total_when_the_clock_stands_still(tmp_path: Path) -> None:
    with open_api(tmp_path, clock=StillClock()) as api:
        newest_first = [api.upload(title=str(number)) for number in range(7)][::-1]
        paged: list[str] = []
        for offset in range(0, 8, 2):
            page = api.send("GET", f"/content?limit=2&offset={offset}").json()
            paged += [item["id"] for item in page["items"]]
            assert (page["total"], page["has_more"]) == (7, offset + 2 < 7)
        assert paged == newest_first


def test_time_comes_before_the_order_of_arrival(tmp_path: Path) -> None:
    clock = StillClock()
    with open_api(tmp_path, clock=clock) as api:
        clock.move(hours=1)
        later = api.upload()
        clock.move(hours=-1)
        earlier = api.upload()
        assert [item["id"] for item in api.send("GET", "/content").json()["items"]] == [later, earlier]


def test_pages_have_their_limits(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        for _ in range(21):
            api.upload()
        assert len(api.send("GET", "/content").json()["items"]) == 20
        assert len(api.send("GET", "/content?limit=100").json()["items"]) == 21
        for offset in (21, 22, 2**63 - 1):
            page = api.send("GET", f"/content?offset={offset}").json()
            assert page == {"items": [], "total": 21, "has_more": False}
        for query in (
            "limit=0",
            "limit=101",
            "limit=ten",
            "offset=-1",
            f"offset={2**63}",
            "offset=1&offset=1",
        ):
            answer = api.send("GET", f"/content?{query}")
            assert answer.status_code == 400
            assert answer.json()["error"].startswith(f"{query.partition('=')[0]} must be ")


def test_a_failure_is_asked_for_in_one_workspace(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        api.runtime.failures.add("ws_other", "analysis")
        content_id = api.upload()
        api.run_jobs()
        assert api.status(content_id) == "analyzed"
