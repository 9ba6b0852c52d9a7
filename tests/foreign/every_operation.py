"""Call every published operation with both flavours of the SDK, at addresses from the environment.

What stands between the SDK and the server, or in its place, judges requests and responses.
"""

import asyncio
import inspect
import os
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from pandocast_sdk import AsyncPandocast, AsyncPassband, Pandocast, Passband
from pandocast_sdk._core.operations import pandocast_routes, passband_routes

WHEN = datetime(2199, 3, 30, 14, tzinfo=UTC)
Known = dict[str, Any]
"""What earlier calls have returned, by their operation."""

PANDOCAST: Mapping[str, Callable[[Any, Known], object]] = {
    "upload_content": lambda c, _: c.content.upload(
        title="Memory", content_type="blog_post", raw_content="Agents forget. Memory helps them plan. " * 20
    ),
    "list_content": lambda c, seen: c.content.wait_until_analyzed(seen["upload_content"].id),
    "generate_content": lambda c, seen: c.content.generate(
        seen["upload_content"].id, selected_platforms=["twitter_single", "linkedin_post"]
    ),
    "list_outputs": lambda c, seen: c.content.wait_until_generated(seen["upload_content"].id),
    "schedule_output": lambda c, seen: c.content.schedule(
        seen["upload_content"].id, output_id=seen["list_outputs"].items[0].id, scheduled_at=WHEN
    ),
}
PASSBAND: Mapping[str, Callable[[Any, Known], object]] = {
    "update_voice_profile": lambda c, _: c.voice_profile.update(style="plain", avoid=["synergy"]),
    "get_voice_profile": lambda c, _: c.voice_profile.get(),
    "create_source": lambda c, _: c.sources.create(
        name="Blog", type="rss", url=os.environ["FEED_URL"], config={"formats": ["SHORT"]}
    ),
    "test_source": lambda c, seen: c.sources.test(seen["create_source"].id),
    "update_source": lambda c, seen: c.sources.update(seen["create_source"].id, name="The blog"),
    "list_sources": lambda c, _: c.sources.list(),
    "trigger_pipeline": lambda c, _: c.pipeline.trigger(),
    "list_pipeline_runs": lambda c, _: c.pipeline.wait(timeout=60),
    "get_pipeline_stats": lambda c, _: c.pipeline.stats(),
    "create_drafts": lambda c, _: c.drafts.create(text="Check out our launch!", tags=["launch"]),
    "get_draft": lambda c, seen: c.drafts.get(seen["create_drafts"].drafts[0].id),
    "update_draft": lambda c, seen: c.drafts.approve(seen["create_drafts"].drafts[0].id),
    "list_drafts": lambda c, _: c.drafts.list(status="approved", tags=["launch"], limit=10),
    "list_unscheduled": lambda c, _: c.schedule.unscheduled(),
    "replace_slots": lambda c, _: c.schedule.replace_slots([{"day_of_week": 2, "hour": 9, "minute": 0}]),
    "get_slots": lambda c, _: c.schedule.slots(),
    "enqueue_draft": lambda c, seen: c.schedule.enqueue(seen["create_drafts"].drafts[0].id),
    "check_conflicts": lambda c, _: c.schedule.conflicts(WHEN),
    "bulk_schedule": lambda c, seen: c.schedule.bulk(draft_ids=[seen["create_drafts"].drafts[0].id]),
    "bulk_draft_action": lambda c, seen: c.drafts.bulk("archive", ids=[seen["create_drafts"].drafts[0].id]),
    "get_recommended_times": lambda c, _: c.schedule.recommended_times(platforms=["twitter"]),
    "get_best_times": lambda c, _: c.schedule.best_times(platform="twitter"),
    "set_pause": lambda c, _: c.schedule.pause(),
    "get_pause": lambda c, _: c.schedule.is_paused(),
    "record_engagement": lambda c, seen: c.engagement.record(
        draft_id=seen["create_drafts"].drafts[0].id, platform="twitter", likes=8, impressions=100
    ),
    "get_engagement": lambda c, _: c.engagement.summary(top=3),
    "create_experiment": lambda c, _: c.experiments.create(
        name="Tone",
        parameter="tone",
        variants=[{"name": "A", "value": "calm"}, {"name": "B", "value": {"words": ["loud"]}}],
    ),
    "list_experiments": lambda c, _: c.experiments.list(status="active"),
    "get_calendar_feed": lambda c, _: c.calendar.feed(),
    "delete_source": lambda c, seen: c.sources.delete(seen["create_source"].id),
}
APIS = {
    "pandocast": (PANDOCAST, pandocast_routes.ROUTES, Pandocast, AsyncPandocast),
    "passband": (PASSBAND, passband_routes.ROUTES, Passband, AsyncPassband),
}


async def call_all(calls: Mapping[str, Callable[[Any, Known], object]], client: object) -> None:
    """Make the calls in order, of either flavour."""
    seen: Known = {}
    for name, make in calls.items():
        result = make(client, seen)
        seen[name] = await result if inspect.isawaitable(result) else result


def main(api: str) -> None:
    """Call every operation of one API, blocking and awaiting."""
    calls, routes, blocking, awaiting = APIS[api]
    assert calls.keys() == routes.keys(), calls.keys() ^ routes.keys()
    with blocking() as client:
        asyncio.run(call_all(calls, client))

    async def await_all() -> None:
        async with awaiting() as client:
            await call_all(calls, client)

    asyncio.run(await_all())
    print(f"All {len(calls)} operations of {api} work in both flavours.")  # noqa: T201 - a program


if __name__ == "__main__":
    main(sys.argv[1])
