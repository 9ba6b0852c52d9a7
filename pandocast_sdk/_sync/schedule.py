# Generated from pandocast_sdk/_async/schedule.py by tests/support/unasync.py; edit that file.
"""When drafts are posted.

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
    """The operations on scheduling; reached as `client.schedule`. All slots are in UTC."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def slots(self) -> list[models.Slot]:
        """Return the times of the week at which drafts are posted.

        Raises:
            PandocastError: They could not be read.

        Reference: "Get schedule slots".
        """
        return self._session.run(call, operations.get_slots())

    def replace_slots(self, slots: Iterable[models.Slot | models.SlotDict]) -> list[models.Slot]:
        """Put these slots in the place of all there are.

        Args:
            slots: Each with `day_of_week` 0 to 6 (0 is Sunday), `hour` 0 to 23 and `minute` 0 to 59, in UTC;
                none for no slots at all.

        Returns:
            The slots as they are now.

        Raises:
            ValueError: A slot is out of its bounds; nothing was sent.
            BadRequestError: A slot stands twice, or there are too many.
            PandocastError: With `outcome_unknown` set when they may have been replaced all the same.

        Reference: "Update schedule slots".
        """
        return self._session.run(call, operations.replace_slots(slots))

    def enqueue(self, draft_id: str) -> models.Draft:
        """Give an approved draft the next free slot.

        Raises:
            ValueError: The id is empty; nothing was sent.
            NotFoundError: There is no such draft.
            ConflictError: It is not approved, or there is no free slot.
            PandocastError: With `outcome_unknown` set when it may have been scheduled all the same.

        Reference: "Add draft to schedule queue".
        """
        return self._session.run(call, operations.enqueue_draft(draft_id))

    def unscheduled(self) -> list[models.Draft]:
        """Return the approved drafts that have no time.

        Raises:
            PandocastError: They could not be read.

        Reference: "List unscheduled drafts".
        """
        return self._session.run(call, operations.list_unscheduled())

    def conflicts(self, scheduled_at: datetime, *, exclude_draft_id: str | None = None) -> models.Conflicts:
        """Return the drafts within 30 minutes of a time.

        Args:
            scheduled_at: The time, with a UTC offset.
            exclude_draft_id: A draft that does not count, such as the one to be scheduled.

        Raises:
            ValueError: The time has no UTC offset; nothing was sent.
            PandocastError: They could not be read.

        Reference: "Check scheduling conflicts".
        """
        return self._session.run(call, operations.check_conflicts(scheduled_at, exclude_draft_id))

    def recommended_times(
        self, *, platforms: Iterable[models.PassbandPlatform | str]
    ) -> list[models.PostingTime]:
        """Return good times to post, best first.

        Args:
            platforms: For which platforms, at least one; none with a comma or blank.

        Raises:
            ValueError: There is no platform, or one holds a comma; nothing was sent.
            BadRequestError: A platform is unknown.
            PandocastError: They could not be read.

        Reference: "Get AI-recommended posting times".
        """
        return self._session.run(call, operations.get_recommended_times(platforms))

    def best_times(
        self, *, platform: models.PassbandPlatform | str | None = None
    ) -> list[models.PostingTime]:
        """Return the times at which posts did best.

        Args:
            platform: On which platform; None for all.

        Returns:
            The times, best first; none when nothing was posted yet.

        Raises:
            BadRequestError: The platform is unknown.
            PandocastError: They could not be read.

        Reference: "Get historical best posting times".
        """
        return self._session.run(call, operations.get_best_times(platform))

    def bulk(self, *, draft_ids: Iterable[str] | None = None) -> models.BulkSchedule:
        """Give many approved drafts a slot each.

        Args:
            draft_ids: Which drafts, at least one; None for all that are approved.

        Returns:
            Which drafts have which times, how many were skipped, and why the first was.

        Raises:
            ValueError: The list is empty, or has something else than ids; nothing was sent.
            BadRequestError: There are too many.
            PandocastError: With `outcome_unknown` set when they may have been scheduled all the same.

        Reference: "Bulk schedule drafts".
        """
        return self._session.run(call, operations.schedule_drafts(draft_ids))

    def is_paused(self) -> bool:
        """Return whether posting is paused.

        Raises:
            PandocastError: It could not be read.

        Reference: "Get scheduling pause status".
        """
        return self._session.run(call, operations.get_pause())

    def pause(self) -> None:
        """Hold back all scheduled posts until `resume`.

        Raises:
            PandocastError: With `outcome_unknown` set when they may be held back all the same.

        Reference: "Toggle scheduling pause".
        """
        self._session.run(call, operations.set_pause(paused=True))

    def resume(self) -> None:
        """Go on posting, first what is overdue.

        Raises:
            PandocastError: With `outcome_unknown` set when it may go on all the same.

        Reference: "Toggle scheduling pause".
        """
        self._session.run(call, operations.set_pause(paused=False))
