"""What requests on the schedule hold (reference, "Schedule")."""

from typing import Annotated

from pydantic import AfterValidator, Field, RootModel

from pandocast_server.passband.drafts.models import Platform, each_once
from pandocast_server.validation import CamelModel, CommaSeparated, Text, Time, Whole

MOST_SLOTS = 500


class SlotBody(CamelModel):
    """A time of every week, in UTC; 0 is Sunday."""

    day_of_week: Annotated[int, Whole(0, 6)]
    hour: Annotated[int, Whole(0, 23)]
    minute: Annotated[int, Whole(0, 59)]


def _distinct(slots: list[SlotBody]) -> list[SlotBody]:
    if len(set(slots)) < len(slots):
        raise ValueError("No two slots can be the same")
    return slots


class SlotsBody(
    RootModel[Annotated[list[SlotBody], Field(max_length=MOST_SLOTS), AfterValidator(_distinct)]]
):
    """All slots of a schedule."""


class QueueBody(CamelModel):
    """Which draft takes the next free slot."""

    draft_id: Annotated[Text, Field(max_length=1000)]


class BulkScheduleBody(CamelModel):
    """Which drafts take the next free slots; None is all that are approved."""

    draft_ids: Annotated[list[str], Field(max_length=100), AfterValidator(each_once)] | None = None


class ConflictsQuery(CamelModel):
    """Around which time, and which draft does not count."""

    scheduled_at: Time
    exclude_draft_id: Text | None = None


class RecommendedTimesQuery(CamelModel):
    """For which platforms."""

    platforms: Annotated[list[Platform], CommaSeparated()]


class BestTimesQuery(CamelModel):
    """Of which platform, called as it was when metrics were recorded; None is all."""

    platform: Text | None = None


class PauseBody(CamelModel):
    """Whether the schedule is paused."""

    paused: bool
