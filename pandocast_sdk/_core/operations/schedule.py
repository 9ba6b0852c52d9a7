"""The operations on scheduling.

Reference: "Get schedule slots" to "Get historical best posting times".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pandocast_sdk import models
from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_sdk._core.requests.operation import Operation, operation, timestamp
from pandocast_sdk._core.requests.reading import done, reads
from pandocast_sdk._core.requests.validation import (
    bounded_list,
    comma_separated,
    field_values,
    in_range,
    optional_texts,
    text,
)

_DRAFT = reads(lambda: models.Draft)
_CONFLICTS = reads(lambda: models.Conflicts)
_BULK_SCHEDULE = reads(lambda: models.BulkSchedule)
_SLOTS = reads(lambda: models.SlotList).then(lambda found: found.slots)
_UNSCHEDULED = reads(lambda: models.UnscheduledDrafts).then(lambda found: found.drafts)
_TIMES = reads(lambda: models.PostingTimes).then(lambda found: found.times)
_PAUSED = reads(lambda: models.SchedulePause).then(lambda found: found.paused)


def get_slots() -> Operation[list[models.Slot]]:
    """All slots."""
    return operation(ROUTES["get_slots"], _SLOTS)


def replace_slots(slots: Iterable[models.Slot | models.SlotDict]) -> Operation[list[models.Slot]]:
    """These slots and no others."""
    body = [_slot(f"slots[{place}]", slot) for place, slot in enumerate(bounded_list("slots", slots))]
    return operation(ROUTES["replace_slots"], _SLOTS, body=body)


def enqueue_draft(draft_id: str) -> Operation[models.Draft]:
    """The next free slot for an approved draft."""
    return operation(ROUTES["enqueue_draft"], _DRAFT, body={"draftId": text("draft_id", draft_id)})


def list_unscheduled() -> Operation[list[models.Draft]]:
    """Approved drafts without a time."""
    return operation(ROUTES["list_unscheduled"], _UNSCHEDULED)


def check_conflicts(scheduled_at: datetime, exclude_draft_id: str | None) -> Operation[models.Conflicts]:
    """The drafts around a time."""
    query = {"scheduledAt": timestamp("scheduled_at", scheduled_at), "excludeDraftId": exclude_draft_id}
    return operation(ROUTES["check_conflicts"], _CONFLICTS, query=query)


def get_recommended_times(platforms: Iterable[str]) -> Operation[list[models.PostingTime]]:
    """What suits these platforms."""
    query = {"platforms": comma_separated("platforms", platforms)}
    return operation(ROUTES["get_recommended_times"], _TIMES, query=query)


def get_best_times(platform: str | None) -> Operation[list[models.PostingTime]]:
    """What has suited."""
    return operation(ROUTES["get_best_times"], _TIMES, query={"platform": platform})


def schedule_drafts(draft_ids: Iterable[str] | None) -> Operation[models.BulkSchedule]:
    """Free slots for these drafts; None for all that are approved."""
    # An empty list may be taken for none given, which would schedule everything.
    body = {"draftIds": optional_texts("draft_ids", draft_ids, 1)}
    return operation(ROUTES["bulk_schedule"], _BULK_SCHEDULE, body=body)


def get_pause() -> Operation[bool]:
    """Whether posting is paused."""
    return operation(ROUTES["get_pause"], _PAUSED)


def set_pause(*, paused: bool) -> Operation[None]:
    """Stop posting, or go on."""
    return operation(ROUTES["set_pause"], done, body={"paused": paused})


def _slot(name: str, slot: object) -> dict[str, object]:
    given = field_values(name, slot, ("day_of_week", "hour", "minute"))
    return {
        "dayOfWeek": in_range(f"{name}.day_of_week", given["day_of_week"], 0, 6),
        "hour": in_range(f"{name}.hour", given["hour"], 0, 23),
        "minute": in_range(f"{name}.minute", given["minute"], 0, 59),
    }
