"""The operations on scheduling (reference, "Get schedule slots" to "Get historical best posting times")."""

from collections.abc import Iterable
from datetime import datetime

from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_sdk._core.protocol import WireResponse
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
from pandocast_sdk.models.base import read_model
from pandocast_sdk.models.drafts import Draft
from pandocast_sdk.models.schedule import (
    BulkSchedule,
    Conflicts,
    PostingTime,
    PostingTimes,
    SchedulePause,
    Slot,
    SlotDict,
    SlotList,
    UnscheduledDrafts,
)


def get_slots() -> Operation[list[Slot]]:
    """All slots."""
    return operation(ROUTES["get_slots"], _slots)


def replace_slots(slots: Iterable[Slot | SlotDict]) -> Operation[list[Slot]]:
    """These slots and no others."""
    body = [_slot(f"slots[{place}]", slot) for place, slot in enumerate(bounded_list("slots", slots))]
    return operation(ROUTES["replace_slots"], _slots, body=body)


def enqueue_draft(draft_id: str) -> Operation[Draft]:
    """The next free slot for an approved draft."""
    return operation(ROUTES["enqueue_draft"], reads(Draft), body={"draftId": text("draft_id", draft_id)})


def list_unscheduled() -> Operation[list[Draft]]:
    """Approved drafts without a time."""
    return operation(ROUTES["list_unscheduled"], _unscheduled)


def check_conflicts(scheduled_at: datetime, exclude_draft_id: str | None) -> Operation[Conflicts]:
    """The drafts around a time."""
    query = {"scheduledAt": timestamp("scheduled_at", scheduled_at), "excludeDraftId": exclude_draft_id}
    return operation(ROUTES["check_conflicts"], reads(Conflicts), query=query)


def get_recommended_times(platforms: Iterable[str]) -> Operation[list[PostingTime]]:
    """What suits these platforms."""
    query = {"platforms": comma_separated("platforms", platforms)}
    return operation(ROUTES["get_recommended_times"], _times, query=query)


def get_best_times(platform: str | None) -> Operation[list[PostingTime]]:
    """What has suited."""
    return operation(ROUTES["get_best_times"], _times, query={"platform": platform})


def schedule_drafts(draft_ids: Iterable[str] | None) -> Operation[BulkSchedule]:
    """Free slots for these drafts; None for all that are approved."""
    # An empty list may be taken for none given, which would schedule everything.
    body = {"draftIds": optional_texts("draft_ids", draft_ids, 1)}
    return operation(ROUTES["bulk_schedule"], reads(BulkSchedule), body=body)


def get_pause() -> Operation[bool]:
    """Whether posting is paused."""
    return operation(ROUTES["get_pause"], _paused)


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


def _slots(answer: WireResponse) -> list[Slot]:
    return read_model(SlotList, answer.body).slots


def _unscheduled(answer: WireResponse) -> list[Draft]:
    return read_model(UnscheduledDrafts, answer.body).drafts


def _times(answer: WireResponse) -> list[PostingTime]:
    return read_model(PostingTimes, answer.body).times


def _paused(answer: WireResponse) -> bool:
    return read_model(SchedulePause, answer.body).paused
