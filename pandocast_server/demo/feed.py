"""The second act: a feed, from a source to reviewed, scheduled and posted drafts and a calendar file."""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from attrs import frozen
from rich.console import RenderableType

from pandocast_sdk import Passband
from pandocast_sdk.models.base import PassbandModel
from pandocast_sdk.models.drafts import Draft
from pandocast_sdk.models.pipeline import PipelineRun
from pandocast_sdk.models.sources import Source, SourceTest
from pandocast_server.demo.article import database_url
from pandocast_server.demo.calendar_file import write_calendar
from pandocast_server.demo.files import Feed, shown
from pandocast_server.demo.inbox import serving
from pandocast_server.demo.review import review
from pandocast_server.demo.screen import MASK, DemoError, Screen, confidence, counted, day_and_time
from pandocast_server.testing import ReferenceServer
from pandocast_server.timestamps import wire_text

_SECONDS_FOR_A_RUN = 60.0
_SECONDS_FOR_A_POST = 10.0
_FORMATS = ("SHORT", "THREAD")
_MOST_ITEMS = 6
_VOICE = {
    "style": "Direct and friendly, never formal.",
    "avoid": ["game-changer", "synergy", "leverage"],
    "examples": [
        "Cut the sentence you like best, then read the page again. Nobody else will miss it.",
        "Say what happened, say why it matters, and let people get back to their day.",
    ],
}
_SLOTS = [(1, 9, 0), (2, 12, 30), (3, 9, 0), (4, 12, 30), (5, 16, 0)]
_CLOSE = timedelta(minutes=20)
_EVENT = b"\r\nBEGIN:VEVENT\r\n"
_REACTIONS = (  # place among the posts, platform, impressions, likes, replies, reposts, clicks
    (0, "twitter", 1250, 48, 6, 9, 31),
    (0, "linkedin", 640, 37, 5, 2, 20),
    (1, "twitter", 980, 22, 3, 4, 15),
)
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_MOST_TIMES = 3

_NEXT = (
    ("{program} demo --passband FILE", "draft from a feed of yours"),
    ("{program} demo --passband --full", "see every draft to its last word"),
    ("{program} demo", "the first act: an article, to webhook"),
    ("{program} serve", "a server to develop against"),
    ("docs/passband.md", "the same from Python: Passband"),
)


def run(feed: Feed, calendar: Path, screen: Screen) -> dict[str, object]:
    """Draft from a feed with a server and a client of its own, post the best, and show what happens.

    Returns:
        Everything that was shown, and the drafts in full, for JSON; fields of the API keep their names.

    Raises:
        DemoError: Something did not come about.
        UnusableFileError: The calendar cannot be written.
        PandocastError: A call of the SDK failed.
        OSError: There is no disk space for a temporary database, or no free port.
    """
    started = time.monotonic()
    screen.step("Source", f"{feed.name}, served on this machine")
    with (
        TemporaryDirectory(prefix="pandocast-demo-", ignore_cleanup_errors=True) as directory,
        serving("GET", "/feed.xml", lambda _body, _headers: (200, feed.body)) as url,
        ReferenceServer(database_url=database_url(directory)) as server,
        httpx.Client(trust_env=False) as direct,  # a proxy could not reach this machine's loopback
        Passband(api_key=server.api_key, base_url=server.passband_url, http_client=direct) as client,
    ):
        screen.fact("API", f"{server.passband_url} with a key (pk_test_{MASK})")
        act = _Act(screen, server, client)
        source, test = act.add_source(feed, url)
        told: dict[str, object] = {"test": _wire(test), "voiceProfile": act.set_voice()}
        finished, drafts = act.generate(source)
        screen.step("Review", "the weakest is written anew, one is edited, the best are approved")
        approved, told["review"] = review(drafts, client, screen)
        planned, told["schedule"] = act.schedule(approved)
        told["calendar"] = act.save_calendar(calendar, direct)
        posts = act.post(planned)
        told["engagement"] = act.react(posts)
        drafts = act.drafts_of(source)
        source = next(one for one in client.sources.list() if one.id == source.id)
    seconds = time.monotonic() - started
    items, generated = finished.items_fetched or 0, finished.drafts_generated or 0
    became = f"{counted(items, 'entry', 'entries')} became {counted(generated, 'draft')}"
    screen.done(f"{became}; {counted(len(posts), 'post')} went out on time.", seconds, _NEXT)
    return {
        **told,
        "source": _wire(source),
        "run": _wire(finished),
        "drafts": _all(drafts),
        "posts": _all(posts),
        "seconds": round(seconds, 3),
    }


@frozen
class _Act:
    """The steps of the act, each with what it shows."""

    screen: Screen
    server: ReferenceServer
    client: Passband

    def add_source(self, feed: Feed, url: str) -> tuple[Source, SourceTest]:
        config = {"formats": list(_FORMATS), "tags": ["demo"], "maxItems": _MOST_ITEMS}
        source = self.client.sources.create(name=feed.name, type="rss", url=url, config=config)
        self.screen.fact("Feed", f"{source.url}, {source.health}")
        test = self.client.sources.test(source.id)
        if not test.ok:
            raise DemoError(f"the feed cannot be read: {test.error}")
        self.screen.fact("Found", counted(feed.entries, "entry", "entries"))
        for item in (test.items or [])[:_MOST_ITEMS]:
            day = f"{item.published_at:%d %b %Y}" if item.published_at else ""
            self.screen.excerpt("", item.title or "", day)
        return source, test

    def set_voice(self) -> dict[str, object]:
        self.screen.step("Voice", "how the drafts shall sound")
        formats = {name: {"hashtags": 0} for name in _FORMATS}
        profile = self.client.voice_profile.update(
            style=str(_VOICE["style"]), avoid=_VOICE["avoid"], examples=_VOICE["examples"], formats=formats
        )
        self.screen.fact("Style", profile.style or "")
        self.screen.fact("Avoid", ", ".join(profile.avoid))
        self.screen.fact("Examples", counted(len(profile.examples), "text"))
        return _wire(profile)

    def generate(self, source: Source) -> tuple[PipelineRun, list[Draft]]:
        self.screen.step("Pipeline", "the source is fetched, and every new item gets drafts")
        self.client.pipeline.trigger()
        finished = self.client.pipeline.wait(timeout=_SECONDS_FOR_A_RUN)
        if finished.status != "completed" or finished.error:
            raise DemoError(f"the pipeline failed: {finished.error or finished.status}")
        items, drafts = finished.items_fetched or 0, finished.drafts_generated or 0
        told = f"{counted(items, 'item')} fetched, {counted(drafts, 'draft')} generated"
        self.screen.fact("Run", f"{told} in {finished.duration or 0:.1f} s")
        generated = [draft for draft in self.drafts_of(source) if draft.status == "pending_review"]
        _show_drafts(generated, self.screen)
        return finished, generated

    def schedule(self, approved: Sequence[Draft]) -> tuple[list[Draft], dict[str, object]]:
        """Put every approved draft in a slot, and hold all of them back until `post`."""
        self.screen.step("Schedule", "each approved draft takes the next free slot")
        slots = self.client.schedule.replace_slots(
            {"day_of_week": day, "hour": hour, "minute": minute} for day, hour, minute in _SLOTS
        )
        times = ", ".join(_week_time(slot.day_of_week, slot.hour, slot.minute) for slot in slots)
        self.screen.fact("Slots", f"{times} UTC")
        # Else what comes next would have to be done before the first slot, however close that is.
        self.client.schedule.pause()
        self.screen.fact("Paused", "nothing goes out before the schedule is resumed")
        result = self.client.schedule.bulk()
        if result.skipped or len(result.scheduled) != len(approved):
            raise DemoError(f"not every draft got a slot: {result.reason or 'some were not approved'}")
        drafts = sorted(self.client.drafts.list(status="scheduled"), key=_time)
        for draft in drafts:
            self.screen.excerpt(day_and_time(_time(draft)), draft.text, draft.format)
        asked = _time(drafts[0]) + _CLOSE
        conflicts = self.client.schedule.conflicts(asked)
        close = f"{counted(conflicts.count, 'post')} within 30 minutes" if conflicts.has_conflict else "free"
        self.screen.fact("Conflict", f"one more post on {day_and_time(asked)}? {close}")
        return drafts, {
            "slots": _all(slots),
            "scheduled": [{"id": one.id, "scheduledAt": wire_text(_time(one))} for one in drafts],
            "conflicts": {"scheduledAt": wire_text(asked), "ids": [one.id for one in conflicts.conflicts]},
        }

    def save_calendar(self, path: Path, direct: httpx.Client) -> dict[str, object]:
        """Read the calendar feed as a calendar program does, and write it to a file."""
        self.screen.step("Calendar", "what is scheduled, for any calendar program")
        url = self.client.calendar.feed().url
        if url is None:
            raise DemoError("the calendar feed is turned off")
        response = direct.get(url)
        if response.status_code != HTTPStatus.OK:
            raise DemoError(f"the calendar feed was answered with {response.status_code}")
        events = response.content.count(_EVENT)
        write_calendar(path, response.content)
        self.screen.fact("Feed", f"{url.rsplit('/', 2)[0]}/{MASK}/{MASK}.ics")
        self.screen.fact(
            "Written", f"{shown(path)}, {counted(events, 'event')}: any calendar program opens it"
        )
        self.screen.fact("Live", "while a server runs, calendars can subscribe to that address")
        return {"path": str(path.absolute()), "events": events}

    def post(self, planned: Sequence[Draft]) -> list[Draft]:
        """Move the clock from time to time, and return the drafts once they are posted."""
        self.screen.step("Clock", "the server's time jumps from slot to slot")
        self.client.schedule.resume()
        self.screen.fact("Resumed", "from now on each post goes out at its time")
        posted: list[Draft] = []
        for draft in planned:
            self.server.clock.advance(max(timedelta(), _time(draft) - self.server.clock.now()))
            self.server.drain(timeout=_SECONDS_FOR_A_POST)
            posted.append(self.client.drafts.get(draft.id))
            if posted[-1].status != "posted":
                reason = posted[-1].feedback or posted[-1].status
                raise DemoError(f"a draft could not be posted: {reason}")
            self.screen.excerpt(day_and_time(_time(draft)), draft.text, "posted")
        return posted

    def react(self, posted: Sequence[Draft]) -> dict[str, object]:
        """Record how some posts did, and look at all of them."""
        self.screen.step("Engagement", "made-up numbers, as platforms would report them")
        records: list[PassbandModel] = []
        for place, platform, impressions, likes, replies, reposts, clicks in _REACTIONS:
            if place < len(posted):
                record = self.client.engagement.record(
                    draft_id=posted[place].id,
                    platform=platform,
                    impressions=impressions,
                    likes=likes,
                    replies=replies,
                    reposts=reposts,
                    clicks=clicks,
                )
                records.append(record)
                seen = f"{impressions:,} saw it, {_percent(record.engagement_rate)}"
                self.screen.excerpt(platform, posted[place].text, seen)
        summary = self.client.engagement.summary()
        self.screen.fact(
            "Summary",
            f"{counted(summary.total_likes, 'like')}, {counted(summary.total_replies, 'reply', 'replies')}, "
            f"{counted(summary.total_reposts, 'repost')}; "
            f"{_percent(summary.avg_engagement_rate)} engagement on average",
        )
        best = self.client.schedule.best_times()
        times = (
            f"{one.platform} {_week_time(one.day_of_week or 0, one.hour or 0, one.minute or 0)}"
            for one in best[:_MOST_TIMES]
        )
        self.screen.fact("Best", f"{', '.join(times)} UTC")
        return {"records": _all(records), "summary": _wire(summary), "bestTimes": _all(best)}

    def drafts_of(self, source: Source) -> list[Draft]:
        """Return the drafts of a source item by item, the newest first, and of each first the short ones."""
        drafts = list(self.client.drafts.list(source_id=source.id))
        # One that was written anew stands where its item's first draft does.
        place = {draft.item_id: number for number, draft in enumerate(drafts)}
        return sorted(drafts, key=lambda draft: (place[draft.item_id], draft.format))


def _show_drafts(drafts: Sequence[Draft], screen: Screen) -> None:
    """Show of each item its title, then the formats, their texts and their confidence."""
    rows: list[list[RenderableType]] = []
    for _, group in groupby(drafts, key=lambda draft: draft.item_id):
        of_item = list(group)
        title = (of_item[0].item and of_item[0].item.title) or "Untitled"
        rows.append(["", screen.preview(title, whole=1, lines=1, style="bold"), ""])
        rows += [[one.format, screen.text(one.text, whole=3, lines=2), confidence(one)] for one in of_item]
        rows.append([])
    screen.table(["Format", "Draft", "Confidence"], rows, wide=1)


def _time(draft: Draft) -> datetime:
    if draft.scheduled_at is None:
        raise DemoError("a scheduled draft has no time")
    return draft.scheduled_at


def _week_time(day: int, hour: int, minute: int) -> str:
    return f"{_DAYS[day]} {hour:02}:{minute:02}"


def _percent(rate: float | None) -> str:
    return f"{100 * (rate or 0):.1f} %"


def _all(models: Iterable[PassbandModel]) -> list[dict[str, object]]:
    return [_wire(model) for model in models]


def _wire(model: PassbandModel) -> dict[str, object]:
    return model.model_dump(mode="json", by_alias=True)
