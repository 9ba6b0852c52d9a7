"""The second act: a feed, from a source to reviewed, scheduled and posted drafts and a calendar file."""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import groupby
from pathlib import Path

import httpx
from attrs import frozen
from rich.text import Text
from starlette.responses import Response

from pandocast_sdk import Passband
from pandocast_sdk.models.base import PassbandModel
from pandocast_sdk.models.drafts import Draft
from pandocast_sdk.models.sources import Source
from pandocast_server.demo.review import review
from pandocast_server.demo.screen import MASK, DemoError, Screen, confidence, counted, day_and_time
from pandocast_server.demo.surroundings import serving
from pandocast_server.testing import ReferenceServer
from pandocast_server.timestamps import wire_text

_SECONDS_FOR_A_RUN = 60.0
_FORMATS = ("SHORT", "THREAD")
_MOST_ITEMS = 6
_EXAMPLES = (
    "Cut the sentence you like best, then read the page again. Nobody else will miss it.",
    "Say what happened, say why it matters, and let people get back to their day.",
)
_SLOTS = [(1, 9, 0), (2, 12, 30), (3, 9, 0), (4, 12, 30), (5, 16, 0)]
_REACTIONS = (  # number of the post, platform, impressions, likes, replies, reposts
    (0, "twitter", 1250, 48, 6, 9),
    (0, "linkedin", 640, 37, 5, 2),
    (1, "twitter", 980, 22, 3, 4),
)
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")

_NEXT = (
    ("{program} demo --passband FILE", "draft from a feed of yours"),
    ("{program} demo --passband --full", "see drafts to their end"),
    ("{program} demo", "the first act: an article"),
    ("{program} serve", "a server to develop against"),
    ("docs/passband.md", "the same from Python"),
)


def run(name: str, body: bytes, calendar: Path, screen: Screen) -> dict[str, object]:
    """Draft from a feed, post the best and show it all; return it for JSON, in the API's names."""
    started = time.monotonic()
    screen.step("Source", f"{name}, served on this machine")
    with (
        serving(Response(body), "/feed.xml") as url,
        ReferenceServer() as server,
        httpx.Client(trust_env=False) as direct,  # a proxy could not reach this machine's loopback
        Passband(api_key=server.api_key, base_url=server.passband_url, http_client=direct) as client,
    ):
        screen.fact("API", f"{server.passband_url} with a key (pk_test_{MASK})")
        act = _Act(screen, server, client, document={})
        source = act.add_source(name, url)
        act.set_voice()
        drafts = act.generate(source)
        screen.step("Review", "the weakest is written anew, one is edited, the best are approved")
        approved, act.document["review"] = review(drafts, client, screen)
        planned = act.schedule(approved)
        act.save_calendar(calendar, direct)
        posts = act.post(planned)
        act.react(posts)
        source = next(one for one in client.sources.list() if one.id == source.id)
        act.document.update(source=_wire(source), drafts=_all(act.drafts_of(source)), posts=_all(posts))
    seconds = time.monotonic() - started
    became = f"{counted(source.item_count or 0, 'entry', 'entries')} became {counted(len(drafts), 'draft')}"
    screen.done(f"{became}; {counted(len(posts), 'post')} went out on time.", seconds, _NEXT)
    return {**act.document, "seconds": round(seconds, 3)}


@frozen
class _Act:
    """The steps of the act: each shows what it does, and adds it to `document`, for JSON."""

    screen: Screen
    server: ReferenceServer
    client: Passband
    document: dict[str, object]

    def add_source(self, name: str, url: str) -> Source:
        config = {"formats": list(_FORMATS), "tags": ["demo"], "maxItems": _MOST_ITEMS}
        source = self.client.sources.create(name=name, type="rss", url=url, config=config)
        self.screen.fact("Feed", f"{source.url}, {source.health}")
        test = self.client.sources.test(source.id)
        if not test.ok:
            raise DemoError(f"the feed cannot be read: {test.error}")
        for item in (test.items or [])[:_MOST_ITEMS]:
            day = f"{item.published_at:%d %b %Y}" if item.published_at else ""
            self.screen.excerpt("Entry", item.title or "", day)
        self.document["test"] = _wire(test)
        return source

    def set_voice(self) -> None:
        self.screen.step("Voice", "how the drafts shall sound")
        profile = self.client.voice_profile.update(
            style="Direct and friendly, never formal.",
            avoid=["game-changer", "synergy", "leverage"],
            examples=_EXAMPLES,
            formats={name: {"hashtags": 0} for name in _FORMATS},
        )
        self.screen.fact("Style", profile.style or "")
        self.screen.fact("Avoid", ", ".join(profile.avoid))
        self.screen.fact("Examples", counted(len(profile.examples), "text"))
        self.document["voiceProfile"] = _wire(profile)

    def generate(self, source: Source) -> list[Draft]:
        self.screen.step("Pipeline", "the source is fetched, and every new item gets drafts")
        self.client.pipeline.trigger()
        finished = self.client.pipeline.wait(timeout=_SECONDS_FOR_A_RUN)
        if finished.status != "completed" or finished.error:
            raise DemoError(f"the pipeline failed: {finished.error or finished.status}")
        items, drafts = finished.items_fetched or 0, finished.drafts_generated or 0
        fetched = f"{counted(items, 'item')} fetched, {counted(drafts, 'draft')} generated"
        self.screen.fact("Run", f"{fetched} in {finished.duration or 0:.1f} s")
        self.document["run"] = _wire(finished)
        generated = [draft for draft in self.drafts_of(source) if draft.status == "pending_review"]
        _show_drafts(generated, self.screen)
        return generated

    def schedule(self, approved: Sequence[Draft]) -> list[Draft]:
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
        scheduled = [{"id": one.id, "scheduledAt": wire_text(_time(one))} for one in drafts]
        self.document["schedule"] = {"slots": _all(slots), "scheduled": scheduled}
        return drafts

    def save_calendar(self, path: Path, direct: httpx.Client) -> None:
        """Read the calendar feed as a calendar program does, and write it to a file."""
        self.screen.step("Calendar", "what is scheduled, for any calendar program")
        url = self.client.calendar.feed().url
        if url is None:
            raise DemoError("the calendar feed is turned off")
        response = direct.get(url)
        if response.status_code != HTTPStatus.OK:
            raise DemoError(f"the calendar feed was answered with {response.status_code}")
        path.write_bytes(response.content)
        events = response.content.count(b"\r\nBEGIN:VEVENT\r\n")
        written = f"{str(path)!r}, {counted(events, 'event')}: any calendar program opens it"
        self.screen.fact("Feed", f"{url.rsplit('/', 2)[0]}/{MASK}/{MASK}.ics")
        self.screen.fact("Written", written)
        self.screen.fact("Live", "while a server runs, calendars can subscribe to that address")
        self.document["calendar"] = {"path": str(path.absolute()), "events": events}

    def post(self, planned: Sequence[Draft]) -> list[Draft]:
        """Move the clock from time to time, and return the drafts once they are posted."""
        self.screen.step("Clock", "the server's time jumps from slot to slot")
        self.client.schedule.resume()
        self.screen.fact("Resumed", "from now on each post goes out at its time")
        posted: list[Draft] = []
        for draft in planned:
            self.server.clock.advance(max(timedelta(), _time(draft) - self.server.clock.now()))
            self.server.drain()
            posted.append(post := self.client.drafts.get(draft.id))
            if post.status != "posted":
                raise DemoError(f"a draft could not be posted: {post.feedback or post.status}")
            self.screen.excerpt(day_and_time(_time(draft)), draft.text, "posted")
        return posted

    def react(self, posted: Sequence[Draft]) -> None:
        """Record how some posts did, and look at all of them."""
        self.screen.step("Engagement", "made-up numbers, as platforms would report them")
        records: list[PassbandModel] = []
        for number, platform, impressions, likes, replies, reposts in _REACTIONS:
            if number < len(posted):
                record = self.client.engagement.record(
                    draft_id=posted[number].id,
                    platform=platform,
                    impressions=impressions,
                    likes=likes,
                    replies=replies,
                    reposts=reposts,
                )
                records.append(record)
                seen = f"{impressions:,} saw it, {record.engagement_rate or 0:.1%}"
                self.screen.excerpt(platform, posted[number].text, seen)
        summary = self.client.engagement.summary()
        reactions = (
            counted(summary.total_likes, "like"),
            counted(summary.total_replies, "reply", "replies"),
            counted(summary.total_reposts, "repost"),
        )
        average = f"{summary.avg_engagement_rate or 0:.1%} engagement on average"
        self.screen.fact("Summary", f"{', '.join(reactions)}; {average}")
        best = self.client.schedule.best_times()
        times = (
            f"{one.platform} {_week_time(one.day_of_week or 0, one.hour or 0, one.minute or 0)}"
            for one in best[:3]
        )
        self.screen.fact("Best", f"{', '.join(times)} UTC")
        engagement = {"records": _all(records), "summary": _wire(summary), "bestTimes": _all(best)}
        self.document["engagement"] = engagement

    def drafts_of(self, source: Source) -> list[Draft]:
        """Return the drafts of a source item by item, the newest first, and of each first the short ones."""
        drafts = list(self.client.drafts.list(source_id=source.id))
        # One that was written anew stands where its item's first draft does.
        place = {draft.item_id: number for number, draft in enumerate(drafts)}
        return sorted(drafts, key=lambda draft: (place[draft.item_id], draft.format))


def _show_drafts(drafts: Sequence[Draft], screen: Screen) -> None:
    """Show of each item its title, then the formats, their texts and their confidence."""
    for _, group in groupby(drafts, key=lambda draft: draft.item_id):
        of_item = list(group)
        title = (of_item[0].item and of_item[0].item.title) or "Untitled"
        screen.show(Text(), Text(f"    {title}", style="bold", no_wrap=True, overflow="ellipsis"))
        for draft in of_item:
            screen.text(draft.format, draft.text, confidence(draft))


def _time(draft: Draft) -> datetime:
    if draft.scheduled_at is None:
        raise DemoError("a scheduled draft has no time")
    return draft.scheduled_at


def _week_time(day: int, hour: int, minute: int) -> str:
    return f"{_DAYS[day]} {hour:02}:{minute:02}"


def _all(models: Iterable[PassbandModel]) -> list[dict[str, object]]:
    return [_wire(model) for model in models]


def _wire(model: PassbandModel) -> dict[str, object]:
    return model.model_dump(mode="json", by_alias=True)
