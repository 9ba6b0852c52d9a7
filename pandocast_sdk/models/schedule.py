"""The models of Passband's scheduling.

Reference: "Get schedule slots" to "Get historical best ...".
"""

from typing import TypedDict

from pandocast_sdk.models.base import Open, PassbandModel, Timestamp
from pandocast_sdk.models.drafts import Draft, PassbandPlatform

__all__ = ["BulkSchedule", "Conflicts", "PostingTime", "ScheduledDraft", "Slot", "SlotDict"]
_UNEXPORTED = ["PostingTimes", "SchedulePause", "SlotList", "UnscheduledDrafts"]


class SlotDict(TypedDict):
    """A slot as a dictionary; the same as `Slot`."""

    day_of_week: int
    hour: int
    minute: int


class Slot(PassbandModel):
    """A time of the week at which drafts are posted, in UTC.

    Attributes:
        day_of_week: 0 to 6, 0 is Sunday.
        hour: 0 to 23.
        minute: 0 to 59.
    """

    day_of_week: int
    hour: int
    minute: int


class SlotList(PassbandModel):
    """All slots as the service sends them.

    Attributes:
        slots: The slots.
    """

    slots: list[Slot]


class UnscheduledDrafts(PassbandModel):
    """Approved drafts without a time as the service sends them.

    Attributes:
        drafts: The drafts.
    """

    drafts: list[Draft]


class Conflicts(PassbandModel):
    """The drafts that are scheduled close to a time.

    Attributes:
        has_conflict: Whether there are any.
        count: The number of them.
        conflicts: The drafts.
    """

    has_conflict: bool
    count: int
    conflicts: list[Draft]


class PostingTime(PassbandModel):
    """A time of the week that suits a platform, in UTC.

    Attributes:
        platform: The platform.
        day_of_week: 0 to 6, 0 is Sunday.
        hour: 0 to 23.
        minute: 0 to 59.
        score: How well it suits, 0 to 1.
    """

    platform: Open[PassbandPlatform] | None = None
    day_of_week: int | None = None
    hour: int | None = None
    minute: int | None = None
    score: float | None = None


class PostingTimes(PassbandModel):
    """Times of the week as the service sends them.

    Attributes:
        times: The times, best first.
    """

    times: list[PostingTime]


class ScheduledDraft(PassbandModel):
    """A draft that was scheduled.

    Attributes:
        id: The id of the draft.
        scheduled_at: When it will be posted.
    """

    id: str | None = None
    scheduled_at: Timestamp | None = None


class BulkSchedule(PassbandModel):
    """The outcome of scheduling many drafts.

    Attributes:
        scheduled: The drafts that were scheduled.
        skipped: The number that were not.
        reason: Why the first of them was not.
    """

    scheduled: list[ScheduledDraft]
    skipped: int
    reason: str | None = None


class SchedulePause(PassbandModel):
    """Whether posting is paused, as the service sends it.

    Attributes:
        paused: Whether it is.
    """

    paused: bool
