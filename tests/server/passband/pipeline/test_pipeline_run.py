"""Runs of the pipeline, against a web server whose feeds grow, break, hang and change their minds."""

import gzip
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from sqlalchemy import select
from support.feed_host import (
    PASSBAND,
    RUNS,
    SOURCES,
    FeedHost,
    add_source,
    drafts,
    entry,
    feed,
    hosting,
    run,
    source,
    titles,
    trigger,
)
from support.in_process import Api, StillClock, open_api
from support.loopback import Conversation, http
from support.stored_drafts import statements_of

from pandocast_server.generation.analysis import Analysis
from pandocast_server.generation.generator import Generator
from pandocast_server.generation.platforms import Platform
from pandocast_server.generation.voice import VoiceProfile
from pandocast_server.passband.drafts.rows import add_drafts
from pandocast_server.passband.pipeline import run as pipeline_run
from pandocast_server.passband.pipeline.run import PIPELINE, run_pipeline
from pandocast_server.passband.sources import feeds as source_feeds
from pandocast_server.passband.sources.feeds import fetch_entries
from pandocast_server.storage.passband_tables import items
from pandocast_server.work import queue


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as opened:
        yield opened


@pytest.fixture
def host() -> Iterator[FeedHost]:
    with hosting(feed=feed(entry(1), entry(2))) as serving:
        yield serving


# ---- what a run takes


def test_drafts_are_written_from_what_is_new(api: Api, host: FeedHost) -> None:
    created = add_source(api, host.url(), config={"formats": ["SHORT", "BLOG"], "tags": ["news", "ai"]})
    ended = run(api)
    assert (ended["status"], ended["error"]) == ("completed", None)
    assert (ended["itemsFetched"], ended["draftsGenerated"]) == (2, 4)

    newest = drafts(api)[1]
    assert newest == {
        "id": newest["id"],
        "text": newest["text"],
        "format": "SHORT",
        "status": "pending_review",
        "confidence": newest["confidence"],
        "feedback": None,
        "rejectionFeedback": None,
        "scheduledAt": None,
        "postedAt": None,
        "postId": None,
        "itemId": newest["item"]["id"],
        "regeneratedFromId": None,
        "tags": ["news", "ai"],
        "images": [],
        "targetPlatforms": [],
        "createdAt": "2026-03-28T10:00:00Z",
        "updatedAt": "2026-03-28T10:00:00Z",
        "item": {"id": newest["itemId"], "title": "Entry 1", "sourceType": "rss"},
    }
    assert "Memory number 1" in newest["text"]
    assert 0 <= newest["confidence"] <= 1
    assert titles(api) == ["Entry 1", "Entry 1", "Entry 2", "Entry 2"]
    assert source(api, created["id"])["itemCount"] == 2
    for query, found in (
        (f"sourceId={created['id']}", 4),
        ("sourceType=rss", 4),
        ("tags=ai", 4),
        ("tags=x", 0),
    ):
        assert len(api.send("GET", f"{PASSBAND}/drafts?{query}").json()["drafts"]) == found


def test_all_that_a_run_found_is_kept_in_a_few_statements(api: Api, host: FeedHost) -> None:
    host.pages["/feed.xml"] = feed(*(entry(number) for number in range(10)))
    for name in "ab":
        add_source(api, host.url(), name=name, config={"formats": ["SHORT", "THREAD"], "tags": ["x", "y"]})
    with statements_of(api) as statements:
        assert run(api)["draftsGenerated"] == 40
    kept = [one.split()[2] for one in statements if one.startswith("INSERT") and "jobs" not in one]
    assert sorted(kept) == ["draft_tags", "drafts", "items", "pipeline_runs"]


def test_what_was_seen_is_not_taken_again(api: Api, host: FeedHost) -> None:
    add_source(api, host.url())
    assert run(api)["itemsFetched"] == 2
    assert run(api)["itemsFetched"] == 0
    host.pages["/feed.xml"] = feed(entry(3), entry(1, text="Edited since then, but the same."), entry(2))
    assert run(api)["itemsFetched"] == 1
    assert titles(api) == ["Entry 3", "Entry 1", "Entry 2"]


def test_two_sources_with_the_same_feed_have_each_their_own_items(api: Api, host: FeedHost) -> None:
    first, second = (add_source(api, host.url(), name=name) for name in "ab")
    assert run(api)["itemsFetched"] == 4
    assert source(api, first["id"])["itemCount"] == source(api, second["id"])["itemCount"] == 2


def test_a_run_takes_the_newest_first_and_the_next_one_goes_on(api: Api, host: FeedHost) -> None:
    dated = [entry(n, day=n) for n in (3, 9, 1, 7)]
    host.pages["/feed.xml"] = feed(entry(100), *dated, entry(101))
    add_source(api, host.url(), config={"maxItems": 2})
    taken: list[str] = []
    for expected in (["Entry 9", "Entry 7"], ["Entry 3", "Entry 1"], ["Entry 100", "Entry 101"], []):
        assert run(api)["itemsFetched"] == len(expected)
        taken = [*expected, *taken]
        assert titles(api) == taken


def test_twenty_are_taken_unless_told(api: Api, host: FeedHost) -> None:
    host.pages["/feed.xml"] = feed(*(entry(n) for n in range(30)))
    add_source(api, host.url())
    assert [run(api)["itemsFetched"] for _ in range(3)] == [20, 10, 0]


def test_what_the_feed_says_of_an_entry_is_kept(api: Api, host: FeedHost) -> None:
    host.pages["/feed.xml"] = feed(
        entry(1, day=5, text="Words\x00 &amp;lt;b&amp;gt;in&amp;lt;/b&amp;gt; bold.")
    )
    add_source(api, host.url())
    run(api)
    with api.runtime.database.read() as connection:
        (row,) = connection.execute(select(items)).mappings().all()
    assert (row["title"], row["link"]) == ("Entry 1", "https://blog.example/1")
    assert row["published_at"].isoformat() == "2026-03-05T08:00:00+00:00"
    assert row["content"] == "Words &lt;b&gt;in&lt;/b&gt; bold."


def test_a_disabled_source_is_not_fetched(api: Api, host: FeedHost) -> None:
    created = add_source(api, host.url())
    api.send("PATCH", f"{SOURCES}/{created['id']}", json={"enabled": False})
    ended = run(api)
    assert (ended["status"], ended["itemsFetched"]) == ("completed", 0)
    assert host.asked == ["/feed.xml"]  # when it was created


# ---- failures

FAILURES = {
    "404": (http("404 Not Found", b"s3cret"), "The feed answered 404"),
    "304": (b"HTTP/1.1 304 Not Modified\r\n\r\n", "The feed answered 304"),
    "503": (http("503 Busy", b"s3cret"), "The feed answered 503"),
    "a page": (http("200 OK", b"<html>s3cret"), "The feed cannot be read: it is an HTML page, not a feed"),
    "a hang-up": (b"", "The feed cannot be fetched: no valid answer: "),
    "endless redirects": (
        http("302 Found", b"", "Location: /feed.xml"),
        "The feed cannot be fetched: redirected more than 3 times",
    ),
    "a bomb": (
        http("200 OK", gzip.compress(bytes(20_000_000)), "Content-Encoding: gzip"),
        "The feed cannot be fetched: the answer has an encoding that was not asked for",
    ),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_source_that_fails_says_why_and_recovers(api: Api, host: FeedHost, case: str) -> None:
    created = add_source(api, host.url())
    healthy, (host.pages["/feed.xml"], reason) = host.pages["/feed.xml"], FAILURES[case]
    api.clock.move(hours=1)
    ended = run(api)
    assert (ended["status"], ended["itemsFetched"], ended["draftsGenerated"]) == ("failed", 0, 0)
    assert ended["error"].startswith(reason)
    assert ended["error"].endswith("(1 of 1 sources failed, first Blog)")
    failed = source(api, created["id"])
    assert (failed["health"], failed["failCount"]) == ("degraded", 1)
    assert failed["lastError"].startswith(reason)
    assert failed["lastFetch"] == "2026-03-28T11:00:00Z"
    assert failed["updatedAt"] == created["updatedAt"]  # by nobody
    assert "s3cret" not in str((ended, failed))

    host.pages["/feed.xml"] = healthy
    assert run(api)["status"] == "completed"
    recovered = source(api, created["id"])
    assert (recovered["health"], recovered["failCount"], recovered["lastError"]) == ("healthy", 0, None)


def test_five_failures_in_a_row_are_failing(api: Api, host: FeedHost) -> None:
    created = add_source(api, host.url())
    del host.pages["/feed.xml"]
    health = []
    for _ in range(6):
        run(api)
        health.append(source(api, created["id"])["health"])
    assert health == ["degraded"] * 4 + ["failing"] * 2


def test_one_that_fails_takes_no_other_along(api: Api, host: FeedHost) -> None:
    host.pages |= {"/b.xml": feed(entry(5)), "/c.xml": feed(entry(6))}
    add_source(api, host.url(), name="A")
    add_source(api, host.url("/b.xml"), name="B")
    add_source(api, host.url("/c.xml"), name="C")
    host.pages["/b.xml"] = http("500 Broken")
    del host.pages["/c.xml"]
    ended = run(api)
    assert (ended["status"], ended["itemsFetched"]) == ("completed", 2)
    assert ended["error"] == "The feed answered 500 (2 of 3 sources failed, first B)"
    assert {row["name"]: row["failCount"] for row in api.send("GET", SOURCES).json()} == {
        "A": 0,
        "B": 1,
        "C": 1,
    }


def move(api: Api, source_id: str, url: str) -> None:
    """Let a source have a URL that nothing was fetched from."""
    assert api.send("PATCH", f"{SOURCES}/{source_id}", json={"url": url}).is_success


def test_a_feed_that_hangs_fails_by_itself(api: Api, host: FeedHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_feeds, "DEADLINE_SECONDS", 0.4)
    add_source(api, host.url(), name="good")
    hangs = add_source(api, host.url(), name="hangs")
    move(api, hangs["id"], host.url("/hang"))
    host.pages["/hang"] = lambda conversation: conversation.hang()
    ended = run(api)
    assert (ended["status"], ended["itemsFetched"]) == ("completed", 2)
    late = "The feed cannot be fetched: no complete answer within 0.4 seconds"
    assert source(api, hangs["id"])["lastError"] == late


def test_a_fault_of_ours_is_one_sources_failure(
    api: Api, host: FeedHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_source(api, host.url(), name="good")
    broken = add_source(api, host.url(), name="broken", type="substack")

    async def fetch_or_break(source_type: str, url: str, *, private_targets: bool) -> Any:
        if source_type == "substack":
            raise LookupError("s3cret")
        return await fetch_entries(source_type, url, private_targets=private_targets)

    monkeypatch.setattr(pipeline_run, "fetch_entries", fetch_or_break)
    assert run(api)["itemsFetched"] == 2
    assert source(api, broken["id"])["lastError"] == "Something unforeseen happened"


def test_eight_sources_are_fetched_at_the_same_time(api: Api, host: FeedHost) -> None:
    for number in range(8):
        add_source(api, host.url(), name=str(number))
    together = threading.Barrier(8)

    def wait_for_all(conversation: Conversation) -> None:
        together.wait(10)
        conversation.send(feed(entry(1)))

    host.pages["/feed.xml"] = wait_for_all
    ended = run(api)
    assert (ended["status"], ended["itemsFetched"], ended["error"]) == ("completed", 8, None)


@define
class Choosy(Generator):
    """Writes as the other does, but not about everything."""

    other: Generator
    refused: set[str] = field(factory=set[str])

    def analyze(self, text: str, title: str) -> Analysis:
        if title in self.refused:
            raise RuntimeError("nothing comes to mind")
        return self.other.analyze(text, title)

    def write(
        self, analysis: Analysis, title: str, platform: Platform, voice: VoiceProfile, notes: str | None
    ) -> str:
        return self.other.write(analysis, title, platform, voice, notes)


def test_a_source_that_nothing_can_be_said_about_holds_up_no_others(api: Api, host: FeedHost) -> None:
    host.pages["/other.xml"] = feed(entry(7))
    choosy = Choosy(api.runtime.generator, {"Entry 1"})
    api.runtime.generator = choosy
    add_source(api, host.url(), name="A")
    add_source(api, host.url("/other.xml"), name="B")
    ended = run(api)
    assert (ended["status"], ended["itemsFetched"], ended["draftsGenerated"]) == ("completed", 1, 1)
    assert ended["error"] == "Something unforeseen happened (1 of 2 sources failed, first A)"
    assert titles(api) == ["Entry 7"]

    choosy.refused = set()  # and nothing is lost
    assert run(api)["itemsFetched"] == 2
    assert titles(api) == ["Entry 1", "Entry 2", "Entry 7"]


# ---- what happens meanwhile


def meanwhile(api: Api, host: FeedHost, method: str, path: str, body: object = None) -> None:
    """Have a request made while the feed is being fetched."""
    page = host.pages["/feed.xml"]
    assert isinstance(page, bytes)
    whole = page

    def act(conversation: Conversation) -> None:
        answer = api.send(method, path, json=body)
        assert answer.status_code < 300, answer.text
        conversation.send(whole)

    host.pages["/feed.xml"] = act


@pytest.mark.parametrize(
    "change",
    [{"enabled": False}, {"url": "https://elsewhere.example/"}, {"type": "substack"}, None],
    ids=["disabled", "other url", "other type", "deleted"],
)
def test_a_source_that_is_no_longer_the_same_gets_nothing(
    api: Api, host: FeedHost, change: dict[str, object] | None
) -> None:
    host.pages["/other.xml"] = feed(entry(7))
    created = add_source(api, host.url())
    add_source(api, host.url("/other.xml"))
    api.clock.move(hours=1)
    meanwhile(api, host, "DELETE" if change is None else "PATCH", f"{SOURCES}/{created['id']}", change)
    ended = run(api)
    assert (ended["status"], ended["itemsFetched"], ended["draftsGenerated"]) == ("completed", 1, 1)
    assert titles(api) == ["Entry 7"]
    if change is not None:
        left = source(api, created["id"])
        assert (left["itemCount"], left["lastFetch"]) == (0, created["lastFetch"])


def test_a_failure_of_a_source_that_is_gone_is_nobodys(api: Api, host: FeedHost) -> None:
    created = add_source(api, host.url())
    host.pages["/feed.xml"] = http("500 Broken")
    meanwhile(api, host, "DELETE", f"{SOURCES}/{created['id']}")
    ended = run(api)
    assert (ended["status"], ended["error"]) == ("completed", None)


def test_a_new_name_changes_nothing_about_a_run(api: Api, host: FeedHost) -> None:
    created = add_source(api, host.url())
    meanwhile(api, host, "PATCH", f"{SOURCES}/{created['id']}", {"name": "New"})
    assert run(api)["itemsFetched"] == 2


def test_a_trigger_while_one_is_running_queues_the_next(api: Api, host: FeedHost) -> None:
    add_source(api, host.url())
    seen: list[list[str]] = []

    def act(conversation: Conversation) -> None:
        if not seen:
            seen.append([row["status"] for row in api.send("GET", RUNS).json()["runs"]])
            trigger(api)
            trigger(api)
            seen.append([row["status"] for row in api.send("GET", RUNS).json()["runs"]])
        conversation.send(feed(entry(1)))

    host.pages["/feed.xml"] = act
    trigger(api)
    api.run_jobs()
    assert seen == [["running"], ["queued", "running"]]
    ended = api.send("GET", RUNS).json()["runs"]
    assert [(row["status"], row["itemsFetched"]) for row in ended] == [("completed", 0), ("completed", 1)]


# ---- runs that break off


def test_a_run_whose_process_died_is_run_again_and_doubles_nothing(api: Api, host: FeedHost) -> None:
    created = add_source(api, host.url())
    trigger(api)
    with api.runtime.database.write() as connection:
        (job,) = queue.claim(connection, [PIPELINE], now=api.clock.now(), limit=1)
    unwritten = run_pipeline(api.runtime, job)  # and with it, the process is gone
    (begun,) = api.send("GET", RUNS).json()["runs"]
    assert (begun["status"], begun["itemsFetched"], drafts(api)) == ("running", 0, [])
    with api.runtime.database.write() as connection:
        assert queue.give_back(connection, job, failures=0)

    api.clock.move(seconds=90)
    api.run_jobs()
    (ended,) = api.send("GET", RUNS).json()["runs"]
    assert (ended["status"], ended["itemsFetched"], ended["draftsGenerated"]) == ("completed", 2, 2)
    assert (ended["startedAt"], ended["duration"]) == ("2026-03-28T10:00:00Z", 90)
    assert (source(api, created["id"])["itemCount"], len(drafts(api))) == (2, 2)
    with api.runtime.database.write() as connection:
        assert not queue.end(connection, job)  # so that what it found is never written
    assert unwritten.again_at is None


def test_a_run_that_comes_to_no_end_is_failed_and_the_next_one_is_not_held_up(
    api: Api, host: FeedHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_source(api, host.url())

    def break_down(*_: object, **__: object) -> object:
        raise RuntimeError("s3cret")

    with monkeypatch.context() as broken:
        broken.setattr(pipeline_run, "read_voice", break_down)
        ended = run(api)
    assert (ended["status"], ended["error"]) == ("failed", "The run could not be brought to an end")
    assert ended["duration"] == 0
    assert (run(api)["status"], len(drafts(api))) == ("completed", 2)


def test_all_of_a_run_is_kept_or_nothing(api: Api, host: FeedHost, monkeypatch: pytest.MonkeyPatch) -> None:
    created = add_source(api, host.url())
    calls: list[object] = []

    def add_and_break(*given: Any, **named: Any) -> list[str]:
        calls.append(given)
        added = add_drafts(*given, **named)
        if len(calls) == 1:
            raise RuntimeError("the first attempt breaks when all is written")
        return added

    monkeypatch.setattr(pipeline_run, "add_drafts", add_and_break)
    ended = run(api)
    assert (ended["status"], ended["itemsFetched"], ended["draftsGenerated"]) == ("completed", 2, 2)
    assert (source(api, created["id"])["itemCount"], len(drafts(api)), len(calls)) == (2, 2, 2)
