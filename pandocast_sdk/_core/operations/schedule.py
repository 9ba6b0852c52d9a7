"""The operations on the schedule.

Reference: "Get schedule slots" to "Get historical best posting times".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pandocast_sdk import models
from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_sdk._core.requests.argument_types import optional_string, string
from pandocast_sdk._core.requests.operation import Operation, operation
from pandocast_sdk._core.requests.reading import confirms, reads, reads_result_list
from pandocast_sdk._core.requests.validation import (
    bounded_list,
    comma_separated,
    field_values,
    in_range,
    optional_texts,
)
from pandocast_sdk._core.requests.values import timestamp

_DRAFT = reads(lambda: models.Draft)
_CONFLICTS = reads(lambda: models.Conflicts)
_BULK_SCHEDULE = reads(lambda: models.BulkSchedule)
_SLOTS = reads(lambda: models.SlotList).then(
    lambda result: models.ResultList(result.slots, result.model_extra, result.unreadable)
)
# Of these the reference publishes no response.
_REPLACED_SLOTS = reads_result_list(lambda: models.SlotList, lambda result: result.slots, lambda: models.Slot)
_UNSCHEDULED = reads_result_list(
    lambda: models.UnscheduledDrafts, lambda result: result.drafts, lambda: models.Draft
)
_TIMES = reads_result_list(
    lambda: models.PostingTimes, lambda result: result.times, lambda: models.PostingTime
)
_PAUSED = reads(lambda: models.SchedulePause).then(lambda result: result.paused)


def get_slots() -> Operation[models.ResultList[models.Slot]]:
    """List all slots."""
    return operation(ROUTES["get_slots"], _SLOTS)


def replace_slots(
    slots: Iterable[models.Slot | models.SlotDict],
) -> Operation[models.ResultList[models.Slot]]:
    """Replace all slots."""
    body = [_slot(f"slots[{index}]", slot) for index, slot in enumerate(bounded_list("slots", slots))]
    return operation(ROUTES["replace_slots"], _REPLACED_SLOTS, body=body)


def enqueue_draft(draft_id: str) -> Operation[models.Draft]:
    """Schedule an approved draft at the next free slot."""
    return operation(ROUTES["enqueue_draft"], _DRAFT, body={"draftId": string("draft_id", draft_id)})


def list_unscheduled() -> Operation[models.ResultList[models.Draft]]:
    """List the approved drafts that are not scheduled."""
    return operation(ROUTES["list_unscheduled"], _UNSCHEDULED)


def check_conflicts(scheduled_at: datetime, exclude_draft_id: str | None) -> Operation[models.Conflicts]:
    """List the drafts scheduled around a time."""
    query = {
        "scheduledAt": timestamp("scheduled_at", scheduled_at),
        "excludeDraftId": optional_string("exclude_draft_id", exclude_draft_id),
    }
    return operation(ROUTES["check_conflicts"], _CONFLICTS, query=query)


def get_recommended_times(platforms: Iterable[str]) -> Operation[models.ResultList[models.PostingTime]]:
    """List recommended times for some platforms."""
    query = {"platforms": comma_separated("platforms", platforms)}
    return operation(ROUTES["get_recommended_times"], _TIMES, query=query)


def get_best_times(platform: str | None) -> Operation[models.ResultList[models.PostingTime]]:
    """List the times with the most engagement, on one platform or all."""
    return operation(
        ROUTES["get_best_times"], _TIMES, query={"platform": optional_string("platform", platform)}
    )


def schedule_drafts(draft_ids: Iterable[str] | None) -> Operation[models.BulkSchedule]:
    """Schedule drafts at free slots; None for all that are approved."""
    # A service may take an empty list for no list, which would schedule everything.
    body = {"draftIds": optional_texts("draft_ids", draft_ids, 1)}
    return operation(ROUTES["bulk_schedule"], _BULK_SCHEDULE, body=body)


def get_pause() -> Operation[bool]:
    """Get whether posting is paused."""
    return operation(ROUTES["get_pause"], _PAUSED)


def set_pause(*, paused: bool) -> Operation[None]:
    """Pause or resume posting."""
    return operation(ROUTES["set_pause"], confirms("paused", paused), body={"paused": paused})


def _slot(name: str, slot: object) -> dict[str, object]:
    fields = field_values(name, slot, ("day_of_week", "hour", "minute"))
    return {
        "dayOfWeek": in_range(f"{name}.day_of_week", fields["day_of_week"], 0, 6),
        "hour": in_range(f"{name}.hour", fields["hour"], 0, 23),
        "minute": in_range(f"{name}.minute", fields["minute"], 0, 59),
    }
