"""Passband from a feed to posts and figures, through both clients."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from attrs import define
from icalendar import Calendar
from support.passband_flavours import FLAVOURS, Client, Connect

from pandocast_sdk import (
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    Slot,
    SlotDict,
    WaitTimeoutError,
)
from pandocast_server.testing import ReferenceServer

ENTRY = """<item>
<title>Note {number}</title><link>/notes/{number}</link><guid isPermaLink="false">note-{number}</guid>
<description>&lt;p&gt;Note {number} says that writing is thinking. It takes a day.&lt;/p&gt;
</description></item>"""


@define
class Feed:
    """A feed on this machine: its entries by number, or the status of its response instead."""

    url: str
    numbers: list[int]
    status: int = 200

    def document(self) -> bytes:
        entries = "".join(ENTRY.format(number=number) for number in self.numbers)
        return f"<rss version='2.0'><channel><title>Notes</title>{entries}</channel></rss>".encode()


@pytest.fixture
def feed() -> Iterator[Feed]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = served.document() if served.status == 200 else b""
            self.send_response(served.status)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Feed(f"http://127.0.0.1:{server.server_port}/feed.xml", [1, 2, 3])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=FLAVOURS)
def connect(request: pytest.FixtureRequest) -> Connect:
    return FLAVOURS[request.param]


@pytest.fixture
def client(connect: Connect, pandocast_server: ReferenceServer) -> Iterator[Client]:
    with connect(pandocast_server) as client:
        yield client


def test_the_entries_of_a_feed_become_scheduled_and_posted_drafts(
    client: Client, feed: Feed, pandocast_server: ReferenceServer
) -> None:
    clock = pandocast_server.clock
    source = client.call(
        lambda c: c.sources.create(name="Notes", type="rss", url=feed.url, config={"tags": ["notes"]})
    )
    assert (source.health, source.fail_count, source.item_count, source.enabled) == ("healthy", 0, 0, True)
    tested = client.call(lambda c: c.sources.test(source.id))
    assert tested.ok
    assert [item.title for item in tested.items or []] == ["Note 1", "Note 2", "Note 3"]

    assert client.call(lambda c: c.pipeline.trigger()).status == "queued"
    run = client.call(lambda c: c.pipeline.wait(timeout=30))
    assert (run.status, run.items_fetched, run.drafts_generated, run.error) == ("completed", 3, 3, None)
    drafts = client.read_all(
        lambda c: c.drafts.list(status="pending_review", source_id=source.id, tags=["notes"])
    )
    assert {draft.item.title for draft in drafts if draft.item} == {"Note 1", "Note 2", "Note 3"}
    assert all(draft.text and draft.confidence is not None for draft in drafts)

    first, second, third = drafts
    client.call(lambda c: c.drafts.edit(first.id, text="Writing is thinking."))
    bulk = client.call(lambda c: c.drafts.bulk("approve", ids=[first.id, second.id, "drf_nobody"]))
    assert (bulk.total, bulk.succeeded, bulk.failed) == (3, 2, 1)
    assert (
        client.call(lambda c: c.drafts.reject(third.id, feedback="too flat")).rejection_feedback == "too flat"
    )
    again = client.call(lambda c: c.drafts.regenerate(third.id))
    assert again.regenerated_from_id == third.id
    pandocast_server.drain()
    assert client.call(lambda c: c.drafts.get(again.id)).status == "pending_review"
    assert client.call(lambda c: c.drafts.get(third.id)).status == "archived"

    slots: list[Slot | SlotDict] = [Slot(day_of_week=day, hour=9, minute=0) for day in range(6)]
    slots.append({"day_of_week": 6, "hour": 9, "minute": 0})
    assert len(client.call(lambda c: c.schedule.replace_slots(slots))) == 7
    assert {draft.id for draft in client.call(lambda c: c.schedule.unscheduled())} == {first.id, second.id}
    scheduled = client.call(lambda c: c.schedule.bulk())
    assert (len(scheduled.scheduled), scheduled.skipped, scheduled.reason) == (2, 0, None)
    times = [one.scheduled_at for one in scheduled.scheduled if one.scheduled_at is not None]
    assert times[1] - times[0] == timedelta(days=1)
    assert [draft.id for draft in client.call(lambda c: c.schedule.conflicts(times[0])).conflicts] == [
        scheduled.scheduled[0].id
    ]

    feed_address = client.call(lambda c: c.calendar.feed())
    assert feed_address.enabled
    document = Calendar.from_ical(httpx.get(feed_address.url or "").content)
    assert [event.start for event in document.events] == times

    clock.advance(days=3)
    pandocast_server.drain()
    posted = {draft.id: draft for draft in client.read_all(lambda c: c.drafts.list(status="posted"))}
    assert set(posted) == {first.id, second.id}
    assert posted[first.id].text == "Writing is thinking."

    row = client.call(
        lambda c: c.engagement.record(draft_id=first.id, platform="twitter", likes=8, impressions=100)
    )
    assert (row.engagement_rate, row.status, row.replies) == (0.08, "posted", 0)
    summary = client.call(lambda c: c.engagement.summary(top=1))
    assert (summary.total_posted, summary.total_with_metrics, summary.total_likes) == (2, 1, 8)
    assert summary.top_posts[0].draft_id == first.id
    best = client.call(lambda c: c.schedule.best_times(platform="twitter"))
    posted_at = posted[first.id].posted_at
    assert posted_at is not None
    assert [(time.platform, time.hour) for time in best] == [("twitter", posted_at.hour)]
    assert client.call(lambda c: c.schedule.recommended_times(platforms=["twitter", "linkedin"]))

    stats = client.call(lambda c: c.pipeline.stats())
    assert (stats.total_runs, stats.success_rate, stats.average_drafts_per_run) == (1, 1, 3)


def test_a_source_degrades_recovers_and_is_deleted_with_its_drafts(
    client: Client, feed: Feed, pandocast_server: ReferenceServer
) -> None:
    source = client.call(lambda c: c.sources.create(name="Notes", type="rss", url=feed.url))

    def run() -> None:
        client.call(lambda c: c.pipeline.trigger())
        pandocast_server.drain()

    for count, health in [(1, "degraded"), (2, "degraded"), (3, "degraded"), (4, "degraded"), (5, "failing")]:
        feed.status = 503
        run()
        (found,) = client.call(lambda c: c.sources.list())
        assert (found.fail_count, found.health) == (count, health)
        assert "503" in (found.last_error or "")
    feed.status = 200
    run()
    run()  # what was seen is not taken again
    (found,) = client.call(lambda c: c.sources.list())
    assert (found.fail_count, found.health, found.last_error, found.item_count) == (0, "healthy", None, 3)
    runs = client.read_all(lambda c: c.pipeline.runs(limit=2))
    assert [run.status for run in runs] == ["completed", "completed", *["failed"] * 5]
    assert [run.drafts_generated for run in runs] == [0, 3, 0, 0, 0, 0, 0]
    assert len(client.read_all(lambda c: c.drafts.list(limit=1))) == 3

    client.call(lambda c: c.sources.delete(source.id))
    assert client.call(lambda c: c.sources.list()) == []
    assert client.read_all(lambda c: c.drafts.list()) == []


def test_drafts_are_generated_from_a_page_or_a_prompt(
    client: Client, feed: Feed, pandocast_server: ReferenceServer
) -> None:
    created = client.call(
        lambda c: c.drafts.generate(prompt="Why calm teams ship more", formats=["SHORT", "BLOG"])
    )
    assert (created.mode, [draft.status for draft in created.drafts]) == (
        "generate",
        ["pending_generation"] * 2,
    )
    feed.status = 500
    lost = client.call(lambda c: c.drafts.generate(url=feed.url))
    pandocast_server.drain()
    written = [
        draft for draft in client.read_all(lambda c: c.drafts.list()) if draft.item_id == created.item_id
    ][::-1]
    assert [(draft.status, draft.format) for draft in written] == [
        ("pending_review", "SHORT"),
        ("pending_review", "BLOG"),
    ]
    assert all(draft.text.strip() for draft in written)
    failed = client.call(lambda c: c.drafts.get(lost.drafts[0].id))
    assert failed.status == "failed"
    assert "500" in (failed.feedback or "")


def test_resuming_posts_overdue_drafts_in_order(client: Client, pandocast_server: ReferenceServer) -> None:
    now = pandocast_server.clock.now()
    drafts = [client.call(lambda c: c.drafts.create(text="Later")).drafts[0] for _ in range(3)]
    hours = dict(zip([draft.id for draft in drafts], (3, 1, 2), strict=True))

    def schedule(id_: str, hour: int) -> None:
        client.call(lambda c: c.drafts.approve(id_))
        client.call(lambda c: c.drafts.schedule(id_, scheduled_at=now + timedelta(hours=hour)))

    for id_, hour in hours.items():
        schedule(id_, hour)
    client.call(lambda c: c.schedule.pause())
    pandocast_server.clock.advance(hours=5)
    pandocast_server.drain()
    assert client.call(lambda c: c.schedule.is_paused())
    assert client.read_all(lambda c: c.drafts.list(status="posted")) == []
    client.call(lambda c: c.schedule.resume())
    pandocast_server.drain()
    posted = client.read_all(lambda c: c.drafts.list(status="posted"))
    in_order = sorted(posted, key=lambda draft: draft.posted_at or now)
    assert [hours[draft.id] for draft in in_order] == [1, 2, 3]


def test_a_voice_profile_is_not_found_until_it_is_updated(client: Client) -> None:
    with pytest.raises(NotFoundError):
        client.call(lambda c: c.voice_profile.get())
    client.call(lambda c: c.voice_profile.update(style="Warm and brief", avoid=["synergy"]))
    changed = client.call(lambda c: c.voice_profile.update(examples=["We ship on Tuesdays."]))
    assert changed == client.call(lambda c: c.voice_profile.get())
    assert (changed.style, changed.avoid, changed.examples) == (
        "Warm and brief",
        ["synergy"],
        ["We ship on Tuesdays."],
    )


def test_a_concluded_experiment_has_a_winner(client: Client, pandocast_server: ReferenceServer) -> None:
    made = client.call(
        lambda c: c.experiments.create(
            name="Hook",
            parameter="opening",
            variants=[{"name": "A", "value": "question"}, {"name": "B", "value": "fact"}],
        )
    )
    assert (made.status, made.ended_at) == ("active", None)
    pandocast_server.experiments.conclude(made.id, winner="A")
    (concluded,) = client.call(lambda c: c.experiments.list(status="concluded"))
    assert concluded.results is not None
    assert (concluded.id, concluded.results.winner) == (made.id, "A")
    assert client.call(lambda c: c.experiments.list(status="active")) == []


def test_the_wait_for_a_pipeline_without_runs_times_out(client: Client) -> None:
    with pytest.raises(WaitTimeoutError):
        client.call(lambda c: c.pipeline.wait(timeout=0.3))


def test_each_error_status_raises_its_error(
    connect: Connect, client: Client, pandocast_server: ReferenceServer
) -> None:
    draft = client.call(lambda c: c.drafts.create(text="Hello")).drafts[0]
    with pytest.raises(ConflictError):
        client.call(lambda c: c.drafts.cancel_schedule(draft.id))
    with pytest.raises(NotFoundError):
        client.call(lambda c: c.drafts.get("drf_nobody"))
    with pytest.raises(BadRequestError, match="cursor"):
        client.read_all(lambda c: c.drafts.list(cursor="never-issued"))
    with pytest.raises(BadRequestError, match="twitter"):
        client.call(lambda c: c.sources.create(name="X", type="twitter", url="https://x.example/feed"))
    with connect(pandocast_server, api_key=pandocast_server.create_workspace(name="other")) as stranger:
        with pytest.raises(NotFoundError):
            stranger.call(lambda c: c.drafts.get(draft.id))
        assert stranger.read_all(lambda c: c.drafts.list()) == []
    with connect(pandocast_server, api_key=pandocast_server.create_key(read_only=True)) as reader:
        assert reader.call(lambda c: c.drafts.get(draft.id)).id == draft.id
        with pytest.raises(PermissionDeniedError):
            reader.call(lambda c: c.drafts.approve(draft.id))
    with connect(pandocast_server, api_key="pk_test_wrong") as nobody, pytest.raises(AuthenticationError):
        nobody.call(lambda c: c.schedule.slots())


def test_an_iterator_continues_after_a_page_that_failed(pandocast_server: ReferenceServer) -> None:
    with pandocast_server.passband_client() as client:
        ids = [client.drafts.create(text=f"Draft {number}").drafts[0].id for number in range(5)]
        reader = iter(client.with_options(max_retries=0).drafts.list(limit=2))
        found = [next(reader).id for _ in range(2)]
        pandocast_server.faults.add("GET", "/drafts", status=503)
        with pytest.raises(Exception, match="503"):
            next(reader)
        client.drafts.create(text="Added meanwhile")
        found += [draft.id for draft in reader]
        assert found == ids[::-1]
