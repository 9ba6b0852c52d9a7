"""What `demo --passband --json` prints: everything that the second act has shown, and the drafts in full."""

from collections.abc import Iterable

from pandocast_sdk.models.base import PassbandModel
from pandocast_server.cli.demo_passband_run import PassbandDemonstration
from pandocast_server.cli.demo_review import Review
from pandocast_server.cli.demo_schedule import Reactions, Schedule
from pandocast_server.timestamps import wire_text


def document(shown: PassbandDemonstration) -> dict[str, object]:
    """Give a value of JSON; fields of the API keep their names, as they are on the wire."""
    return {
        "source": _wire(shown.source),
        "test": _wire(shown.test),
        "voiceProfile": _wire(shown.voice_profile),
        "run": _wire(shown.run),
        "drafts": _all(shown.drafts),
        "review": _review(shown.review),
        "schedule": _schedule(shown.schedule),
        "calendar": {"path": str(shown.calendar.path.absolute()), "events": shown.calendar.events},
        "posts": _all(shown.posts),
        "engagement": _engagement(shown.reactions),
        "seconds": round(shown.seconds, 3),
    }


def _review(review: Review) -> dict[str, object]:
    return {
        "rejected": {
            "id": review.rejected.id,
            "feedback": review.rejected.rejection_feedback,
            "confidence": review.rejected.confidence,
        },
        "rewritten": {"id": review.rewritten.id, "confidence": review.rewritten.confidence},
        "edited": {"id": review.edited.id, "before": review.before.text, "after": review.edited.text},
        "approved": [draft.id for draft in review.approved],
        "archived": review.archived,
    }


def _schedule(schedule: Schedule) -> dict[str, object]:
    conflicts = schedule.conflicts
    return {
        "slots": _all(schedule.slots),
        "scheduled": [
            {"id": draft.id, "scheduledAt": draft.scheduled_at and wire_text(draft.scheduled_at)}
            for draft in schedule.drafts
        ],
        "conflicts": {
            "scheduledAt": wire_text(schedule.asked),
            "ids": [one.id for one in conflicts.conflicts],
        },
    }


def _engagement(reactions: Reactions) -> dict[str, object]:
    return {
        "records": _all(reactions.records),
        "summary": _wire(reactions.summary),
        "bestTimes": _all(reactions.best_times),
    }


def _all(models: Iterable[PassbandModel]) -> list[dict[str, object]]:
    return [_wire(model) for model in models]


def _wire(model: PassbandModel) -> dict[str, object]:
    return model.model_dump(mode="json", by_alias=True)
