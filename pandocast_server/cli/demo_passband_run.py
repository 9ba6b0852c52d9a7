"""What the second act of the demo does: a feed, from a source to posted drafts and a calendar file."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from attrs import frozen

from pandocast_sdk import Passband
from pandocast_sdk.models.drafts import Draft
from pandocast_sdk.models.pipeline import PipelineRun
from pandocast_sdk.models.sources import Source, SourceTest
from pandocast_sdk.models.voice_profile import VoiceProfile
from pandocast_server.cli.demo_feed import Feed, served
from pandocast_server.cli.demo_passband_screen import PassbandScreen
from pandocast_server.cli.demo_review import Review, review
from pandocast_server.cli.demo_run import DemoError, database_url
from pandocast_server.cli.demo_schedule import (
    CalendarFile,
    Reactions,
    Schedule,
    post,
    react,
    save_calendar,
    schedule,
)
from pandocast_server.cli.demo_stage import MASK, counted
from pandocast_server.testing import ReferenceServer

_SECONDS_FOR_A_RUN = 60.0
_FORMATS = ("SHORT", "THREAD")
_MOST_ITEMS = 6
_TAG = "demo"
_STYLE = "Direct and friendly, never formal."
_AVOID = ("game-changer", "synergy", "leverage")
_EXAMPLES = (
    "Cut the sentence you like best, then read the page again. Nobody else will miss it.",
    "Say what happened, say why it matters, and let people get back to their day.",
)
_NO_HASHTAGS = {name: {"hashtags": 0} for name in _FORMATS}


@frozen
class PassbandDemonstration:
    """Everything that the second act has shown."""

    source: Source
    test: SourceTest
    voice_profile: VoiceProfile
    run: PipelineRun
    drafts: list[Draft]
    review: Review
    schedule: Schedule
    calendar: CalendarFile
    posts: list[Draft]
    reactions: Reactions
    seconds: float


def run(feed: Feed, calendar: Path, screen: PassbandScreen) -> PassbandDemonstration:
    """Draft from a feed with a server and a client of its own, post the best, and show what happens.

    Raises:
        DemoError: Something did not come about.
        UnusableFileError: The calendar cannot be written.
        PandocastError: A call of the SDK failed.
        OSError: There is no room for a temporary database, or no free port.
    """
    started = time.monotonic()
    screen.step("Source", f"{feed.name}, served on this machine")
    with (
        TemporaryDirectory(prefix="pandocast-demo-", ignore_cleanup_errors=True) as directory,
        served(feed) as url,
        ReferenceServer(database_url=database_url(directory)) as server,
        httpx.Client(trust_env=False) as direct,  # a proxy could not reach this machine's loopback
        Passband(api_key=server.api_key, base_url=server.passband_url, http_client=direct) as client,
    ):
        screen.fact("API", f"{server.passband_url} with a key (pk_test_{MASK})")
        source, test = _add_source(feed, url, client, screen)
        voice_profile = _set_voice(client, screen)
        finished, drafts = _generate(client, source, screen)
        screen.step("Review", "the weakest is written anew, one is edited, the best are approved")
        reviewed = review(drafts, client, screen)
        screen.step("Schedule", "each approved draft takes the next free slot")
        planned = schedule(reviewed.approved, client, screen)
        screen.step("Calendar", "what is scheduled, for any calendar program")
        written = save_calendar(calendar, client, direct, screen)
        screen.step("Clock", "the server's time jumps from slot to slot")
        posts = post(planned, client, server.clock, screen)
        screen.step("Engagement", "made-up numbers, as platforms would report them")
        reactions = react(posts, client, screen)
        drafts = _in_order(client, source)
        source = next(one for one in client.sources.list() if one.id == source.id)
    return PassbandDemonstration(
        source=source,
        test=test,
        voice_profile=voice_profile,
        run=finished,
        drafts=drafts,
        review=reviewed,
        schedule=planned,
        calendar=written,
        posts=posts,
        reactions=reactions,
        seconds=time.monotonic() - started,
    )


def _add_source(feed: Feed, url: str, client: Passband, screen: PassbandScreen) -> tuple[Source, SourceTest]:
    config = {"formats": list(_FORMATS), "tags": [_TAG], "maxItems": _MOST_ITEMS}
    source = client.sources.create(name=feed.name, type="rss", url=url, config=config)
    screen.fact("Feed", f"{source.url}, {source.health}")
    test = client.sources.test(source.id)
    if not test.ok:
        raise DemoError(f"the feed cannot be read: {test.error}")
    screen.found(test.items or [], entries=feed.entries)
    return source, test


def _set_voice(client: Passband, screen: PassbandScreen) -> VoiceProfile:
    screen.step("Voice", "how the drafts shall sound")
    profile = client.voice_profile.update(
        style=_STYLE, avoid=_AVOID, examples=_EXAMPLES, formats=_NO_HASHTAGS
    )
    screen.fact("Style", profile.style or "")
    screen.fact("Avoid", ", ".join(profile.avoid))
    screen.fact("Examples", counted(len(profile.examples), "text"))
    return profile


def _generate(client: Passband, source: Source, screen: PassbandScreen) -> tuple[PipelineRun, list[Draft]]:
    screen.step("Pipeline", "the source is fetched, and every new item gets drafts")
    client.pipeline.trigger()
    finished = client.pipeline.wait(timeout=_SECONDS_FOR_A_RUN)
    if finished.status != "completed" or finished.error:
        raise DemoError(f"the pipeline failed: {finished.error or finished.status}")
    items, drafts = finished.items_fetched or 0, finished.drafts_generated or 0
    told = f"{counted(items, 'item')} fetched, {counted(drafts, 'draft')} generated"
    screen.fact("Run", f"{told} in {finished.duration or 0:.1f} s")
    generated = [draft for draft in _in_order(client, source) if draft.status == "pending_review"]
    screen.drafts(generated)
    return finished, generated


def _in_order(client: Passband, source: Source) -> list[Draft]:
    """Give the drafts of a source item by item, the newest item first, and of each first the short ones."""
    drafts = list(client.drafts.list(source_id=source.id))
    # One that was written anew stands where its item's first draft does.
    place = {draft.item_id: number for number, draft in enumerate(drafts)}
    return sorted(drafts, key=lambda draft: (place[draft.item_id], draft.format))
