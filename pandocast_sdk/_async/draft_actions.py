"""What is done to a single draft: its text, its review, its time and its posting.

Reference: "Update draft".
"""

# ruff: noqa: A002 - the parameters have the reference's names

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pandocast_sdk import models
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.operations import drafts as operations
from pandocast_sdk._drivers.async_session import AsyncSession


class AsyncDraftActions:
    """The actions on a single draft; part of `client.drafts`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def edit(self, id: str, *, text: str) -> models.Draft:
        """Replace the text of a draft; its status stays the same.

        Args:
            id: The draft; pending review, approved, rejected or scheduled.
            text: The new text; its bounds are the service's.

        Raises:
            ValueError: The id would change the path; nothing was sent.
            BadRequestError: The service rejects the text.
            NotFoundError: There is no such draft.
            ConflictError: The draft's status does not allow it.
            PandocastError: The request failed; if `outcome_unknown` is set, the draft may have changed
                anyway.

        Reference: "Update draft".
        """
        return await self._session.run(call, operations.edit_draft(id, text))

    async def approve(self, id: str) -> models.Draft:
        """Approve a draft that is pending review or rejected.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such draft.
            ConflictError: The draft's status does not allow it.
            PandocastError: The request failed; if `outcome_unknown` is set, the draft may have been approved
                anyway.

        Reference: "Update draft".
        """
        return await self._session.run(call, operations.act_on_draft(id, "approve"))

    async def reject(self, id: str, *, feedback: str | None = None) -> models.Draft:
        """Reject a draft that is pending review or approved.

        Args:
            id: The draft.
            feedback: The reason; stored as the draft's `rejection_feedback`.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such draft.
            ConflictError: The draft's status does not allow it.
            PandocastError: The request failed; if `outcome_unknown` is set, the draft may have been rejected
                anyway.

        Reference: "Update draft".
        """
        return await self._session.run(call, operations.act_on_draft(id, "reject", feedback=feedback))

    async def unapprove(self, id: str, *, feedback: str | None = None) -> models.Draft:
        """Send an approved draft back to review.

        Args:
            id: The draft.
            feedback: The reason; stored as the draft's `feedback`.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such draft.
            ConflictError: The draft is not approved.
            PandocastError: The request failed; if `outcome_unknown` is set, the draft may be back in review
                anyway.

        Reference: "Update draft".
        """
        return await self._session.run(call, operations.act_on_draft(id, "unapprove", feedback=feedback))

    async def regenerate(self, id: str) -> models.Draft:
        """Generate a new draft in place of one that is pending review or rejected.

        Returns:
            The new draft, in status `pending_generation`. Its `regenerated_from_id` names the old one, which
            is archived.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such draft.
            ConflictError: The draft's status does not allow it.
            PandocastError: The request failed; if `outcome_unknown` is set, generation may have started
                anyway.

        Reference: "Update draft".
        """
        return await self._session.run(call, operations.act_on_draft(id, "regenerate"))

    async def schedule(
        self, id: str, *, scheduled_at: datetime | None = None, smart: bool = False
    ) -> models.Draft:
        """Schedule an approved draft.

        Args:
            id: The draft.
            scheduled_at: When to post it, in the future, with a UTC offset; None for the next free slot.
            smart: Whether the service chooses the next available slot, in place of `scheduled_at`.

        Raises:
            ValueError: The time has no UTC offset, or the id would change the path; nothing was sent.
            BadRequestError: The time has passed, or is combined with `smart`.
            NotFoundError: There is no such draft.
            ConflictError: The draft is not approved, or there is no free slot.
            PandocastError: The request failed; if `outcome_unknown` is set, the draft may have been scheduled
                anyway.

        Reference: "Update draft".
        """
        return await self._session.run(
            call, operations.schedule_draft(id, scheduled_at=scheduled_at, smart=smart)
        )

    async def reschedule(self, id: str, *, scheduled_at: datetime) -> models.Draft:
        """Move a scheduled draft to another time.

        Args:
            id: The draft.
            scheduled_at: When to post it, in the future, with a UTC offset.

        Raises:
            ValueError: The time has no UTC offset, or the id would change the path; nothing was sent.
            BadRequestError: The time has passed.
            NotFoundError: There is no such draft.
            ConflictError: The draft is not scheduled.
            PandocastError: The request failed; if `outcome_unknown` is set, the draft may have been moved
                anyway.

        Reference: "Update draft".
        """
        return await self._session.run(call, operations.reschedule_draft(id, scheduled_at))

    async def cancel_schedule(self, id: str) -> models.Draft:
        """Take a draft off the schedule; it stays approved.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such draft.
            ConflictError: The draft is not scheduled.
            PandocastError: The request failed; if `outcome_unknown` is set, the draft may be off the schedule
                anyway.

        Reference: "Update draft".
        """
        return await self._session.run(call, operations.act_on_draft(id, "cancel_schedule"))

    async def archive(self, id: str) -> models.Draft:
        """Archive a draft that has not been posted.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such draft.
            ConflictError: The draft is posted or archived already.
            PandocastError: The request failed; if `outcome_unknown` is set, the draft may have been archived
                anyway.

        Reference: "Update draft".
        """
        return await self._session.run(call, operations.act_on_draft(id, "archive"))

    async def post(
        self, id: str, *, platforms: Iterable[models.PassbandPlatform | str] | None = None
    ) -> models.Draft:
        """Post an approved or scheduled draft now.

        Args:
            id: The draft.
            platforms: Where to post it, at least one platform; None for all that are connected.

        Returns:
            The draft, in status `posted`, or `failed` with the reason in `feedback`.

        Raises:
            ValueError: `platforms` is empty, or the id would change the path; nothing was sent.
            BadRequestError: A platform is unknown.
            NotFoundError: There is no such draft.
            ConflictError: The draft's status does not allow it, or a platform is not connected.
            PandocastError: The request failed; if `outcome_unknown` is set, the draft may have been posted
                anyway.

        Reference: "Update draft".
        """
        return await self._session.run(call, operations.post_draft(id, platforms))
