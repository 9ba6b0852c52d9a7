"""Posting: at once, when the time has come, and never when something came in between."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from support.draft_desk import PASSBAND, TOMORROW, act, create, in_status, listed, patch, read, rejects
from support.in_process import Api, StillClock, open_api
from support.loopback import Conversation, http, loopback

from pandocast_server import background
from pandocast_server.background import background_workers
from pandocast_server.pandocast.platforms import connect, disconnect, fail, platform_state
from pandocast_server.passband.drafts import posting
from pandocast_server.passband.drafts.models import PLATFORMS
from pandocast_server.passband.drafts.rows import move
from pandocast_server.passband.schedule.scheduling import DUE_POST
from pandocast_server.storage.passband_tables import drafts, engagement
from pandocast_server.timestamps import wire_text
from pandocast_server.work.queue import enqueue_each
from pandocast_server.work.worker import AT_ONCE, computed
from pandocast_server.workspaces import create_workspace

ALL = ["twitter", "linkedin", "threads", "bluesky"]


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as api:
        yield api


def set_connected(api: Api, *platforms: str) -> None:
    with api.runtime.database.write() as connection:
        for name, platform_id in PLATFORMS.items():
            change = connect if name in platforms else disconnect
            change(connection, workspace_id=api.workspace.workspace_id, platform_id=platform_id)


def let_fail(api: Api, *platforms: str, times: int = 1) -> None:
    with api.runtime.database.write() as connection:
        for name in platforms:
            fail(
                connection,
                workspace_id=api.workspace.workspace_id,
                platform_id=PLATFORMS[name],
                times=times,
                error=f"{name} is down",
            )


def failures_left(api: Api, platform: str) -> int:
    with api.runtime.database.read() as connection:
        return platform_state(
            connection, workspace_id=api.workspace.workspace_id, platform_id=PLATFORMS[platform]
        ).failures_left


def results(api: Api, draft_id: object) -> dict[str, dict[str, Any]]:
    """Give the rows of engagement of a draft by platform."""
    query = select(engagement).where(engagement.c.draft_id == draft_id).order_by(engagement.c.seq)
    with api.runtime.database.read() as connection:
        return {row["platform"]: dict(row) for row in connection.execute(query).mappings()}


def scheduled(api: Api, at: str = TOMORROW, **body: Any) -> str:
    draft_id: str = act(api, create(api, text="Hello", **body)["id"], "approve")["id"]
    act(api, draft_id, "schedule", scheduledAt=at)
    return draft_id


def pause(api: Api, *, paused: bool) -> None:
    answer = api.send("PUT", f"{PASSBAND}/schedule/pause", json={"paused": paused})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("status", ["approved", "scheduled"])
def test_a_post_goes_to_every_platform_that_is_connected(api: Api, status: str) -> None:
    set_connected(api, "twitter", "bluesky")
    draft_id = in_status(api, status, target_platforms=["linkedin"])
    before = read(api, draft_id)
    posted = act(api, draft_id, "post")
    found = results(api, draft_id)
    assert list(found) == ["twitter", "bluesky"]
    assert posted == {
        **before,
        "status": "posted",
        "postedAt": "2026-03-28T10:00:00Z",
        "postId": found["twitter"]["post_id"],
    }
    for row in found.values():
        assert (row["status"], row["error_message"], row["failed_at"]) == ("posted", None, None)
        assert row["post_id"].startswith("post_")
        assert len(row["post_id"]) == 25
    assert found["twitter"]["post_id"] != found["bluesky"]["post_id"]


def test_a_post_goes_where_it_was_told_and_once(api: Api) -> None:
    draft_id = in_status(api, "approved")
    act(api, draft_id, "post", platforms=["threads", "twitter", "threads"])
    assert list(results(api, draft_id)) == ["threads", "twitter"]


def test_one_platform_that_takes_it_is_enough(api: Api) -> None:
    let_fail(api, "twitter", times=2)
    draft_id = in_status(api, "approved")
    posted = act(api, draft_id, "post")
    found = results(api, draft_id)
    assert {name: row["status"] for name, row in found.items()} == {
        "twitter": "failed",
        "linkedin": "posted",
        "threads": "posted",
        "bluesky": "posted",
    }
    assert (posted["status"], posted["postId"]) == ("posted", found["linkedin"]["post_id"])
    assert (found["twitter"]["post_id"], found["twitter"]["error_message"]) == (None, "twitter is down")
    assert found["twitter"]["failed_at"] == api.clock.now()
    assert failures_left(api, "twitter") == 1


def test_a_draft_that_no_platform_takes_has_failed_and_says_why(api: Api) -> None:
    let_fail(api, "twitter", "threads")
    draft_id = in_status(api, "approved")
    failed = act(api, draft_id, "post", platforms=["threads", "twitter"])
    assert (failed["status"], failed["postedAt"], failed["postId"]) == ("failed", None, None)
    assert failed["feedback"] == "threads: threads is down; twitter: twitter is down"
    assert {row["status"] for row in results(api, draft_id).values()} == {"failed"}


@pytest.mark.parametrize("connected", [[], ["linkedin"]])
def test_what_is_not_connected_is_a_conflict_and_nothing_is_tried(api: Api, connected: list[str]) -> None:
    set_connected(api, *connected)
    draft_id = in_status(api, "approved")
    rejects(patch(api, draft_id, action="post", platforms=["linkedin", "twitter"]), 409, "connected")
    if not connected:
        rejects(patch(api, draft_id, action="post"), 409, "No platform is connected")
    assert read(api, draft_id)["status"] == "approved"
    assert results(api, draft_id) == {}


def test_metrics_that_were_there_before_stay(api: Api) -> None:
    draft_id = in_status(api, "approved")
    body = {"draftId": draft_id, "platform": "twitter", "status": "failed", "errorMessage": "x", "likes": 3}
    assert api.send("PUT", f"{PASSBAND}/engagement", json=body).status_code == 200
    act(api, draft_id, "post", platforms=["twitter"])
    row = results(api, draft_id)["twitter"]
    assert (row["status"], row["error_message"], row["failed_at"], row["likes"]) == ("posted", None, None, 3)


def test_a_draft_is_posted_when_its_time_has_come_and_not_before(api: Api) -> None:
    draft_id = scheduled(api, targetPlatforms=["linkedin", "bluesky"])
    api.clock.move(hours=23, minutes=59, seconds=59)
    api.run_jobs()
    assert read(api, draft_id)["status"] == "scheduled"
    api.clock.move(seconds=1)
    api.run_jobs()
    posted = read(api, draft_id)
    assert (posted["status"], posted["postedAt"], posted["scheduledAt"]) == ("posted", TOMORROW, TOMORROW)
    assert list(results(api, draft_id)) == ["linkedin", "bluesky"]


@pytest.mark.parametrize(
    ("targets", "connected", "expected"),
    [
        ([], ALL, ALL),
        (["bluesky", "twitter"], ALL, ["bluesky", "twitter"]),
        (["bluesky", "twitter"], ["twitter", "threads"], ["twitter"]),
        (["bluesky"], ["twitter", "threads"], ["twitter", "threads"]),
    ],
)
def test_the_server_posts_to_the_targets_that_are_connected_or_to_all(
    api: Api, targets: list[str], connected: list[str], expected: list[str]
) -> None:
    draft_id = scheduled(api, targetPlatforms=targets)
    set_connected(api, *connected)
    api.clock.move(days=1)
    api.run_jobs()
    assert list(results(api, draft_id)) == expected


def test_with_nothing_connected_a_due_draft_fails(api: Api) -> None:
    draft_id = scheduled(api)
    set_connected(api)
    api.clock.move(days=1)
    api.run_jobs()
    failed = read(api, draft_id)
    assert (failed["status"], failed["feedback"]) == ("failed", "No platform is connected")


def test_drafts_are_posted_in_the_order_of_their_times(api: Api) -> None:
    times = ["2026-03-29T12:00:00Z", "2026-03-29T10:00:00Z", "2026-03-29T11:00:00Z", "2026-03-29T10:00:00Z"]
    made = [scheduled(api, at) for at in times]
    api.clock.move(days=2)
    api.run_jobs()
    with api.runtime.database.read() as connection:
        order = connection.scalars(
            select(engagement.c.draft_id).where(engagement.c.platform == "twitter").order_by(engagement.c.seq)
        ).all()
    assert order == [made[1], made[3], made[2], made[0]]


@pytest.mark.parametrize(
    ("action", "body", "after"),
    [
        ("cancel_schedule", {}, "approved"),
        ("archive", {}, "archived"),
        ("reschedule", {"scheduledAt": "2026-03-31T10:00:00Z"}, "scheduled"),
    ],
)
def test_what_was_moved_meanwhile_is_left_alone(
    api: Api, action: str, body: dict[str, object], after: str
) -> None:
    draft_id = scheduled(api)
    act(api, draft_id, action, **body)
    api.clock.move(days=1)
    api.run_jobs()
    assert (read(api, draft_id)["status"], results(api, draft_id)) == (after, {})


def test_a_draft_that_was_moved_is_posted_once_at_its_new_time(api: Api) -> None:
    draft_id = scheduled(api)
    for time in ("2026-03-30T10:00:00Z", "2026-03-28T12:00:00Z"):
        act(api, draft_id, "reschedule", scheduledAt=time)
    api.clock.move(hours=2)
    api.run_jobs()
    posted = read(api, draft_id)
    assert (posted["status"], posted["postedAt"]) == ("posted", "2026-03-28T12:00:00Z")
    api.clock.move(days=7)
    api.run_jobs()
    assert read(api, draft_id) == posted


def test_a_draft_that_is_gone_is_no_trouble(api: Api) -> None:
    draft_id = scheduled(api)
    with api.runtime.database.write() as connection:
        connection.execute(delete(drafts).where(drafts.c.id == draft_id))
    api.clock.move(days=1)
    api.run_jobs()
    assert listed(api) == []


def test_nothing_is_posted_while_the_schedule_is_paused(api: Api) -> None:
    draft_id = scheduled(api)
    pause(api, paused=True)
    api.clock.move(days=1)
    api.run_jobs()
    assert (read(api, draft_id)["status"], results(api, draft_id)) == ("scheduled", {})
    assert act(api, draft_id, "post")["status"] == "posted"  # somebody asks for it


def test_a_pause_that_comes_while_the_job_runs_still_holds_it(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_id = scheduled(api)
    compute = posting.post_when_due

    def pausing(runtime: Any, job: Any) -> Any:
        outcome = compute(runtime, job)
        pause(api, paused=True)
        return outcome

    kind = computed(pausing, posting.give_up_posting)
    monkeypatch.setattr(background, "PROMPT", {**background.PROMPT, DUE_POST: kind})
    api.clock.move(days=1)
    api.run_jobs()
    assert read(api, draft_id)["status"] == "scheduled"


def test_whoever_has_an_overdue_draft_posted_gives_it_its_own_time(api: Api) -> None:
    draft_id = scheduled(api)
    pause(api, paused=True)
    api.clock.move(days=1)
    api.run_jobs()
    pause(api, paused=False)
    at = datetime(2026, 3, 29, 10, tzinfo=UTC)
    assert wire_text(at) == TOMORROW
    with api.runtime.database.write() as connection:
        for _ in range(2):
            whose = api.workspace.workspace_id
            enqueue_each(connection, workspace_id=whose, kind=DUE_POST, due=[(draft_id, at)])
    api.run_jobs()
    assert read(api, draft_id)["status"] == "posted"
    assert len(results(api, draft_id)) == 4


def test_a_draft_that_cannot_even_be_said_to_have_failed_is_given_up(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> str:
        raise RuntimeError("no connection to anything")

    due, moved = scheduled(api), scheduled(api)
    act(api, moved, "archive")
    monkeypatch.setattr(posting, "_connected", broken)
    api.clock.move(days=1)
    api.run_jobs()
    failed = read(api, due)
    assert (failed["status"], failed["feedback"]) == ("failed", "The draft could not be posted")
    assert read(api, moved)["status"] == "archived"


def test_pages_that_keep_their_readers_waiting_do_not_hold_up_what_is_posted(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    was_posted = threading.Event()

    def telling(*arguments: Any, **columns: Any) -> None:
        move(*arguments, **columns)
        was_posted.set()

    def script(conversation: Conversation) -> None:
        conversation.read_request()
        if was_posted.wait(9):
            conversation.send(http("200 OK", b"A page at last.", "Content-Type: text/plain"))

    monkeypatch.setattr(posting, "move", telling)  # the nearest place to see that a post went out
    due = scheduled(api)
    with loopback(script) as site:
        waiting = create(api, url=site.url)
        for number in range(AT_ONCE):
            other = create_workspace(api.runtime, f"other {number}")
            assert api.send(
                "POST", f"{PASSBAND}/drafts", key=other.api_key, json={"url": site.url}
            ).is_success
        api.clock.move(days=1)
        api.run_jobs()
    assert read(api, due)["status"] == "posted"
    assert read(api, waiting["id"])["text"] == "A page at last."


def test_every_platform_here_can_be_connected_there() -> None:
    assert list(PLATFORMS) == ALL
    assert len(set(PLATFORMS.values())) == 4


def test_every_job_of_passband_has_somebody_who_does_it(api: Api) -> None:
    create(api, prompt="Hello")
    scheduled(api, at=wire_text(api.clock.now().replace(microsecond=1)))
    api.clock.move(seconds=1)
    assert [worker.busy() for worker in background_workers(api.runtime)] == [True, True, False]
    api.run_jobs()
    assert not any(worker.busy() for worker in background_workers(api.runtime))
