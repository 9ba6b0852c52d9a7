# Generated from pandocast_sdk/_async/schedule.py by tests/support/unasync.py; edit that file.
"""The posting schedule.

Reference: "Get schedule slots" to "Get historical best posting times".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pandocast_sdk import models
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.operations import schedule as operations
from pandocast_sdk._drivers.sync_session import Session


class ScheduleResource:
    """The operations on the schedule; reached as `client.schedule`. All slots are in UTC."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def slots(self) -> models.ResultList[models.Slot]:
        """Return the slots: the times of the week at which drafts are posted.

        Raises:
            PandocastError: The request failed.

        Reference: "Get schedule slots".
        """
        return self._session.run(call, operations.get_slots())

    def replace_slots(self, slots: Iterable[models.Slot | models.SlotDict]) -> models.ResultList[models.Slot]:
        """Replace all slots.

        Args:
            slots: Each with `day_of_week` 0 to 6 (0 is Sunday), `hour` 0 to 23 and `minute` 0 to 59, in UTC;
                an empty list removes all slots.

        Returns:
            The new slots; empty if the service returns none. What it returns instead is in `unreadable`.

        Raises:
            ValueError: A slot is out of range; nothing was sent.
            BadRequestError: A slot occurs twice, or there are too many.
            PandocastError: The request failed; if `outcome_unknown` is set, the slots may have been replaced
                anyway.

        Reference: "Update schedule slots".
        """
        return self._session.run(call, operations.replace_slots(slots))

    def enqueue(self, draft_id: str) -> models.Draft:
        """Schedule an approved draft at the next free slot.

        Raises:
            ValueError: The id is not text; nothing was sent.
            NotFoundError: There is no such draft.
            ConflictError: The draft is not approved, or there is no free slot.
            PandocastError: The request failed; if `outcome_unknown` is set, the draft may have been scheduled
                anyway.

        Reference: "Add draft to schedule queue".
        """
        return self._session.run(call, operations.enqueue_draft(draft_id))

    def unscheduled(self) -> models.ResultList[models.Draft]:
        """Return the approved drafts that are not scheduled.

        Returns:
            The drafts. The reference publishes no response: one that is no list of drafts is in `unreadable`.

        Raises:
            PandocastError: The request failed.

        Reference: "List unscheduled drafts".
        """
        return self._session.run(call, operations.list_unscheduled())

    def conflicts(self, scheduled_at: datetime, *, exclude_draft_id: str | None = None) -> models.Conflicts:
        """Return the drafts scheduled within 30 minutes of a time.

        Args:
            scheduled_at: The time, with a UTC offset.
            exclude_draft_id: A draft to leave out, for example the one to be scheduled.

        Raises:
            ValueError: The time has no UTC offset; nothing was sent.
            PandocastError: The request failed.

        Reference: "Check scheduling conflicts".
        """
        return self._session.run(call, operations.check_conflicts(scheduled_at, exclude_draft_id))

    def recommended_times(
        self, *, platforms: Iterable[models.PassbandPlatform | str]
    ) -> models.ResultList[models.PostingTime]:
        """Return recommended times to post, best first.

        Args:
            platforms: At least one platform; none of them empty or with a comma.

        Returns:
            The times. The reference publishes no response: one that is no list of times is in `unreadable`.

        Raises:
            ValueError: `platforms` is empty, or one is empty or has a comma; nothing was sent.
            BadRequestError: A platform is unknown.
            PandocastError: The request failed.

        Reference: "Get AI-recommended posting times".
        """
        return self._session.run(call, operations.get_recommended_times(platforms))

    def best_times(
        self, *, platform: models.PassbandPlatform | str | None = None
    ) -> models.ResultList[models.PostingTime]:
        """Return the times at which posts had the most engagement.

        Args:
            platform: The platform; None for all.

        Returns:
            The times, best first; empty without any engagement. The reference publishes no response: one that
            is no list of times is in `unreadable`.

        Raises:
            BadRequestError: The platform is unknown.
            PandocastError: The request failed.

        Reference: "Get historical best posting times".
        """
        return self._session.run(call, operations.get_best_times(platform))

    def bulk(self, *, draft_ids: Iterable[str] | None = None) -> models.BulkSchedule:
        """Schedule many approved drafts, each at a free slot of its own.

        Args:
            draft_ids: The drafts, at least one; None for all that are approved.

        Returns:
            The scheduled drafts with their times, how many were skipped, and why the first was skipped.

        Raises:
            ValueError: The list is empty, or an entry is not an id; nothing was sent.
            BadRequestError: There are too many drafts.
            PandocastError: The request failed; if `outcome_unknown` is set, the drafts may have been
                scheduled anyway.

        Reference: "Bulk schedule drafts".
        """
        return self._session.run(call, operations.schedule_drafts(draft_ids))

    def is_paused(self) -> bool:
        """Return whether posting is paused.

        Raises:
            PandocastError: The request failed.

        Reference: "Get scheduling pause status".
        """
        return self._session.run(call, operations.get_pause())

    def pause(self) -> None:
        """Pause posting: scheduled drafts are held back until `resume`.

        Raises:
            PandocastError: The request failed; if `outcome_unknown` is set, posting may be paused anyway.

        Reference: "Toggle scheduling pause".
        """
        self._session.run(call, operations.set_pause(paused=True))

    def resume(self) -> None:
        """Resume posting, starting with overdue drafts.

        Raises:
            PandocastError: The request failed; if `outcome_unknown` is set, posting may have resumed anyway.

        Reference: "Toggle scheduling pause".
        """
        self._session.run(call, operations.set_pause(paused=False))
