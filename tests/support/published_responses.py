"""What the references publish of the response of each operation; the rest of it may be anything.

Reference: "Endpoints" of Pandocast, and the response samples of Passband.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any, NamedTuple, TypeAlias

TIME = "2019-08-24T14:15:22Z"
_NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)


class Unpublished(Enum):
    """A part of a response that the reference does not publish."""

    ENTRIES = auto()
    """What is in an array."""
    MEMBERS = auto()
    """What is in an object."""
    ALL = auto()
    """The whole response, which may have no body either."""


ENTRIES, MEMBERS, ALL = Unpublished.ENTRIES, Unpublished.MEMBERS, Unpublished.ALL

Template: TypeAlias = "Mapping[str, Template] | list[Template] | str | float | Unpublished | None"
"""A response sample with its unpublished parts; each of its objects may have more members than these."""


class PublishedResponse(NamedTuple):
    """An operation, and what is published of its response.

    Attributes:
        call: Makes the call through a client of its service.
        body: The published response.
        confirms: Whether the status alone is a response, too: it says that something was done.
    """

    call: Callable[[Any], Any]
    body: Template
    confirms: bool = False


_CONTENT: Mapping[str, Template] = {
    "id": "abc123",
    "title": "Why AI Agents Need Memory",
    "content_type": "blog_post",
    "status": "analyzed",
    "created_at": TIME,
}
_OUTPUT: Mapping[str, Template] = {
    "id": "out_abc123",
    "platform_id": "twitter_single",
    "format_name": "Twitter / X Post",
    "content": "AI agents without memory are just expensive autocomplete...",
    "voice_match_score": 87,
    "status": "draft",
    "created_at": TIME,
}

PANDOCAST: Mapping[str, PublishedResponse] = {
    "list_content": PublishedResponse(
        lambda c: c.content.list(), {"items": [_CONTENT], "total": 1, "has_more": False}
    ),
    "upload_content": PublishedResponse(
        lambda c: c.content.upload(title="t", content_type="note", raw_content="text"), _CONTENT
    ),
    "generate_content": PublishedResponse(
        lambda c: c.content.generate("abc123"),
        {"success": True, "content_id": "abc123", "status": "generating", "message": "Generation started"},
    ),
    "list_outputs": PublishedResponse(
        lambda c: c.content.outputs("abc123"), {"items": [_OUTPUT, _OUTPUT], "total": 2}
    ),
    "schedule_output": PublishedResponse(
        lambda c: c.content.schedule("abc123", output_id="out_abc123", scheduled_at=_NOON),
        {
            "success": True,
            "event_id": "evt_abc123",
            "output_id": "out_abc123",
            "scheduled_at": TIME,
            "status": "scheduled",
        },
    ),
}

_DRAFT: Mapping[str, Template] = {
    "id": "string",
    "text": "string",
    "format": "SHORT",
    "status": "pending_generation",
    "confidence": 0,
    "feedback": "string",
    "rejectionFeedback": "string",
    "scheduledAt": TIME,
    "postedAt": TIME,
    "postId": "string",
    "itemId": "string",
    "regeneratedFromId": "string",
    "createdAt": TIME,
    "updatedAt": TIME,
}
_VOICE_PROFILE: Mapping[str, Template] = {
    "id": "string",
    "style": "string",
    "avoid": ENTRIES,
    "examples": ENTRIES,
    "formats": MEMBERS,
    "createdAt": TIME,
    "updatedAt": TIME,
}
_SOURCE: Mapping[str, Template] = {
    "id": "string",
    "type": "rss",
    "name": "string",
    "url": "string",
    "config": MEMBERS,
    "enabled": True,
    "lastFetch": TIME,
    "health": "healthy",
    "failCount": 0,
    "lastError": "string",
    "createdAt": TIME,
    "updatedAt": TIME,
    "itemCount": 0,
}
_EXPERIMENT: Mapping[str, Template] = {
    "id": "string",
    "name": "string",
    "parameter": "string",
    "status": "active",
    "variants": ENTRIES,
    "results": MEMBERS,
    "startedAt": TIME,
    "endedAt": TIME,
    "createdAt": TIME,
}
_ENGAGEMENT: Mapping[str, Template] = {
    "id": "string",
    "draftId": "string",
    "platform": "string",
    "postId": "string",
    "status": "pending",
    "retryCount": 0,
    "retryAfter": TIME,
    "errorMessage": "string",
    "failedAt": TIME,
    "likes": 0,
    "replies": 0,
    "reposts": 0,
    "impressions": 0,
    "clicks": 0,
    "engagementRate": 0,
    "measuredAt": TIME,
    "createdAt": TIME,
}
_SUMMARY: Mapping[str, Template] = {
    "totalPosted": 0,
    "totalWithMetrics": 0,
    "avgEngagementRate": 0,
    "totalLikes": 0,
    "totalReplies": 0,
    "totalReposts": 0,
    "totalImpressions": 0,
    "topPosts": ENTRIES,
    "byFormat": ENTRIES,
    "byPlatform": ENTRIES,
}
_STATS: Mapping[str, Template] = {
    "totalRuns": 0,
    "successRate": 0,
    "averageDuration": 0,
    "averageItemsPerRun": 0,
    "averageDraftsPerRun": 0,
    "topErrors": ENTRIES,
    "last30Days": MEMBERS,
}
_VARIANTS = [{"name": "A", "value": 1}, {"name": "B", "value": 2}]
_SLOT = {"day_of_week": 1, "hour": 9, "minute": 0}

PASSBAND: Mapping[str, PublishedResponse] = {
    "list_drafts": PublishedResponse(lambda c: c.drafts.list(), {"drafts": ENTRIES, "nextCursor": "string"}),
    "create_drafts": PublishedResponse(
        lambda c: c.drafts.create(text="t"), {"mode": "direct", "itemId": "string", "drafts": ENTRIES}
    ),
    "get_draft": PublishedResponse(lambda c: c.drafts.get("d"), {**_DRAFT, "item": MEMBERS}),
    "update_draft": PublishedResponse(lambda c: c.drafts.approve("d"), _DRAFT),
    "bulk_draft_action": PublishedResponse(
        lambda c: c.drafts.bulk("approve", ids=["d"]),
        {"action": "string", "total": 0, "succeeded": 0, "failed": 0, "results": MEMBERS},
    ),
    "trigger_pipeline": PublishedResponse(
        lambda c: c.pipeline.trigger(), {"status": "queued", "message": "string"}
    ),
    "list_pipeline_runs": PublishedResponse(
        lambda c: c.pipeline.runs(), {"runs": ENTRIES, "nextCursor": "string"}
    ),
    "get_pipeline_stats": PublishedResponse(lambda c: c.pipeline.stats(), _STATS),
    "get_voice_profile": PublishedResponse(lambda c: c.voice_profile.get(), _VOICE_PROFILE),
    "update_voice_profile": PublishedResponse(lambda c: c.voice_profile.update(style="s"), _VOICE_PROFILE),
    "get_engagement": PublishedResponse(lambda c: c.engagement.summary(), _SUMMARY),
    "record_engagement": PublishedResponse(
        lambda c: c.engagement.record(draft_id="d", platform="twitter"), _ENGAGEMENT
    ),
    "list_experiments": PublishedResponse(lambda c: c.experiments.list(), ENTRIES),
    "create_experiment": PublishedResponse(
        lambda c: c.experiments.create(name="n", parameter="p", variants=_VARIANTS), _EXPERIMENT
    ),
    "list_sources": PublishedResponse(lambda c: c.sources.list(), ENTRIES),
    "create_source": PublishedResponse(
        lambda c: c.sources.create(name="n", type="rss", url="https://a.example/feed"), _SOURCE
    ),
    "update_source": PublishedResponse(lambda c: c.sources.update("s", name="n"), _SOURCE),
    "delete_source": PublishedResponse(lambda c: c.sources.delete("s"), {"ok": True}, confirms=True),
    "test_source": PublishedResponse(
        lambda c: c.sources.test("s"), {"ok": True, "items": ENTRIES, "error": "string"}
    ),
    "get_slots": PublishedResponse(lambda c: c.schedule.slots(), {"slots": ENTRIES}),
    "replace_slots": PublishedResponse(lambda c: c.schedule.replace_slots([_SLOT]), ALL),
    "enqueue_draft": PublishedResponse(lambda c: c.schedule.enqueue("d"), _DRAFT),
    "list_unscheduled": PublishedResponse(lambda c: c.schedule.unscheduled(), ALL),
    "check_conflicts": PublishedResponse(
        lambda c: c.schedule.conflicts(_NOON), {"hasConflict": True, "count": 0, "conflicts": ENTRIES}
    ),
    "get_recommended_times": PublishedResponse(
        lambda c: c.schedule.recommended_times(platforms=["twitter"]), ALL
    ),
    "get_best_times": PublishedResponse(lambda c: c.schedule.best_times(), ALL),
    "bulk_schedule": PublishedResponse(
        lambda c: c.schedule.bulk(), {"scheduled": ENTRIES, "skipped": 0, "reason": "string"}
    ),
    "get_pause": PublishedResponse(lambda c: c.schedule.is_paused(), {"paused": True}),
    "set_pause": PublishedResponse(lambda c: c.schedule.pause(), {"paused": True}, confirms=True),
    "get_calendar_feed": PublishedResponse(lambda c: c.calendar.feed(), {"enabled": True, "url": "string"}),
}

OPERATIONS: Mapping[str, PublishedResponse] = {**PANDOCAST, **PASSBAND}
DECIDED = {
    "replace_slots": "slots",
    "list_unscheduled": "drafts",
    "get_recommended_times": "times",
    "get_best_times": "times",
}
"""Where the list is in the responses that were decided, because none is published."""
