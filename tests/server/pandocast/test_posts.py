from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from attrs import frozen
from support.in_process import Api, StillClock, open_api

from pandocast_server.errors import ApiError
from pandocast_server.pandocast import outputs, platforms
from pandocast_server.timestamps import wire_text
from pandocast_server.work.queue import enqueue


@frozen
class Draft:
    """One output, and what can be done to it."""

    api: Api
    content_id: str
    output_id: str

    def schedule(self, **changes: object) -> httpx.Response:
        body = {
            "output_id": self.output_id,
            "scheduled_at": wire_text(self.api.clock.now() + timedelta(hours=1)),
        }
        return self.api.send("POST", f"/content/{self.content_id}/schedule", json={**body, **changes})

    def status(self) -> str:
        items = self.api.send("GET", f"/content/{self.content_id}/outputs").json()["items"]
        return next(str(item["status"]) for item in items if item["id"] == self.output_id)

    def set(self, what: str, **more: object) -> None:
        with self.api.runtime.database.write() as connection:
            getattr(platforms, what)(
                connection,
                workspace_id=self.api.workspace.workspace_id,
                platform_id="twitter_single",
                **more,
            )

    def approve(self) -> None:
        with self.api.runtime.database.write() as connection:
            outputs.approve(
                connection, workspace_id=self.api.workspace.workspace_id, output_id=self.output_id
            )

    def after(self, seconds: float) -> str:
        """Let the clock be so long after the scheduled time, run what is due, and give the status."""
        self.api.clock.move(seconds=seconds)
        self.api.run_jobs()
        return self.status()


@pytest.fixture
def draft(tmp_path: Path) -> Iterator[Draft]:
    with open_api(tmp_path, clock=StillClock()) as api:
        content_id, items = api.generated("twitter_single")
        yield Draft(api, content_id, str(items[0]["id"]))


def test_an_output_is_scheduled_and_published(draft: Draft) -> None:
    answer = draft.schedule(scheduled_at="2026-03-28T13:00:00.000+02:00")
    assert answer.status_code == 201
    event_id = answer.json()["event_id"]
    assert event_id.startswith("evt_")
    assert answer.json() == {
        "success": True,
        "event_id": event_id,
        "output_id": draft.output_id,
        "scheduled_at": "2026-03-28T11:00:00Z",
        "status": "scheduled",
    }
    assert draft.after(3599) == "scheduled"
    assert draft.after(1) == "published"
    assert draft.api.events()[-1] == (
        "post.published",
        {
            "workspace_id": draft.api.workspace.workspace_id,
            "content_id": draft.content_id,
            "output_id": draft.output_id,
            "event_id": event_id,
            "platform_id": "twitter_single",
            "published_at": "2026-03-28T11:00:00Z",
        },
    )


def test_an_approved_output_can_be_scheduled_too(draft: Draft) -> None:
    draft.approve()
    draft.approve()
    assert draft.status() == "approved"
    assert draft.schedule().status_code == 201


def test_an_output_is_scheduled_once(draft: Draft) -> None:
    assert draft.schedule().status_code == 201
    again = draft.schedule()
    assert again.status_code == 400
    assert "is scheduled" in again.json()["error"]
    with pytest.raises(ApiError, match="Only a draft can be approved"):
        draft.approve()
    assert draft.after(3600) == "published"
    assert draft.schedule().status_code == 400
    assert [type_ for type_, _ in draft.api.events()].count("post.published") == 1


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"output_id": None}, 400, "output_id must be a string"),
        ({"output_id": ""}, 400, "output_id must not be empty"),
        ({"output_id": "out_nobody"}, 404, "Output not found"),
        ({"scheduled_at": None}, 400, "scheduled_at must be a string"),
        (
            {"scheduled_at": "2026-03-28T11:00:00"},
            400,
            "scheduled_at must be a date and time with a UTC offset",
        ),
        ({"scheduled_at": "2026-03-28T10:00:00Z"}, 400, "scheduled_at must be in the future"),
        ({"scheduled_at": "2026-03-28T11:59:00+02:00"}, 400, "scheduled_at must be in the future"),
        ({"scheduled_at": "0001-01-01T00:00:00Z"}, 400, "scheduled_at must be in the future"),
        ({"scheduled_at": "9999-12-31T23:59:59Z"}, 400, "scheduled_at must not be so far in the future"),
        ({"scheduled_at": "9999-12-31T23:59:59-01:00"}, 400, "scheduled_at is not a time that exists"),
    ],
)
def test_what_breaks_a_rule_is_named_and_changes_nothing(
    draft: Draft, changes: dict[str, object], status: int, message: str
) -> None:
    answer = draft.schedule(**changes)
    assert answer.status_code == status
    assert answer.json()["error"].startswith(message)
    assert draft.status() == "draft"


def test_an_output_belongs_to_its_content(draft: Draft) -> None:
    other, _ = draft.api.generated("twitter_single")
    answer = Draft(draft.api, other, draft.output_id).schedule()
    assert (answer.status_code, answer.json()["error"]) == (404, "Output not found")


def test_the_platform_must_be_connected(draft: Draft) -> None:
    draft.set("disconnect")
    refused = draft.schedule()
    assert refused.status_code == 400
    assert "Twitter / X Post is not connected" in refused.json()["error"]
    draft.set("connect")
    assert draft.schedule().status_code == 201


def test_publishing_is_tried_three_times_at_its_times(draft: Draft) -> None:
    draft.set("fail", times=3, error="Rate limited there")
    event_id = draft.schedule().json()["event_id"]
    seen = [draft.after(step) for step in (3600, 59, 1, 239, 1)]
    assert seen == ["scheduled", "scheduled", "scheduled", "scheduled", "failed"]
    assert draft.api.events()[-1] == (
        "post.failed",
        {
            "workspace_id": draft.api.workspace.workspace_id,
            "content_id": draft.content_id,
            "output_id": draft.output_id,
            "event_id": event_id,
            "platform_id": "twitter_single",
            "error": "Rate limited there",
            "attempts": 3,
        },
    )
    assert draft.schedule().status_code == 400


@pytest.mark.parametrize(("times", "second"), [(1, 60), (2, 300)])
def test_a_later_attempt_may_succeed(draft: Draft, times: int, second: int) -> None:
    draft.set("fail", times=times)
    draft.schedule()
    assert draft.after(3600 + second - 1) == "scheduled"
    assert draft.after(1) == "published"
    with draft.api.runtime.database.read() as connection:
        state = platforms.platform_state(
            connection, workspace_id=draft.api.workspace.workspace_id, platform_id="twitter_single"
        )
    assert state.failures_left == 0


def test_a_jump_beyond_all_times_makes_every_attempt_at_once(draft: Draft) -> None:
    draft.set("fail", times=4)
    draft.schedule()
    assert draft.after(86_400) == "failed"
    assert [type_ for type_, _ in draft.api.events()].count("post.failed") == 1


def test_a_platform_disconnected_meanwhile_fails_the_attempt(draft: Draft) -> None:
    draft.schedule()
    draft.set("disconnect")
    assert draft.after(3600) == "scheduled"
    draft.set("connect")
    assert draft.after(60) == "published"


def test_a_platform_that_stays_disconnected_fails_the_post(draft: Draft) -> None:
    draft.schedule()
    draft.set("disconnect")
    assert draft.after(4000) == "failed"
    type_, data = draft.api.events()[-1]
    assert (type_, data["error"]) == ("post.failed", "Twitter / X Post is not connected")


@pytest.mark.parametrize("kind", ["analysis", "generation", "publish"])
def test_a_job_that_runs_twice_changes_nothing_more(draft: Draft, kind: str) -> None:
    """A worker that lost its lease too late leaves a job that another one does again."""
    event_id = draft.schedule().json()["event_id"]
    assert draft.after(3600) == "published"
    before = draft.api.events()
    with draft.api.runtime.database.write() as connection:
        enqueue(
            connection,
            draft.api.runtime,
            workspace_id=draft.api.workspace.workspace_id,
            kind=kind,
            subject_id=event_id if kind == "publish" else draft.content_id,
            payload={"platforms": ["twitter_single"], "emphasis_notes": None},
        )
    draft.api.run_jobs()
    assert draft.api.events() == before
    assert draft.api.status(draft.content_id) == "generated"
    assert draft.api.send("GET", f"/content/{draft.content_id}/outputs").json()["total"] == 1


def test_publishing_that_cannot_even_be_recorded_is_given_up(
    draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("no more room")

    draft.schedule()
    monkeypatch.setattr("pandocast_server.pandocast.posts._record_publication", break_down)
    assert draft.after(3600) == "failed"
    type_, data = draft.api.events()[-1]
    assert (type_, data["attempts"]) == ("post.failed", 1)


def test_platforms_are_checked(draft: Draft) -> None:
    with pytest.raises(ValueError, match="times must not be negative"):
        draft.set("fail", times=-1)
    with pytest.raises(ValueError, match="error must not be empty"):
        draft.set("fail", error="")
    with (
        draft.api.runtime.database.write() as connection,
        pytest.raises(ValueError, match="no platform 'myspace'"),
    ):
        platforms.connect(connection, workspace_id=draft.api.workspace.workspace_id, platform_id="myspace")


def test_platforms_of_another_workspace_stay_as_they_are(draft: Draft) -> None:
    with draft.api.runtime.database.write() as connection:
        with pytest.raises(ApiError, match="Output not found"):
            outputs.approve(connection, workspace_id="ws_other", output_id=draft.output_id)
        draft_platform = platforms.platform_state(
            connection, workspace_id="ws_other", platform_id="twitter_single"
        )
    draft.set("disconnect")
    assert draft_platform == platforms.PlatformState()
