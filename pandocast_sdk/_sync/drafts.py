# Generated from pandocast_sdk/_async/drafts.py by tests/support/unasync.py; edit that file.
"""Drafts and what is done to them.

Reference: "List drafts" to "Update draft" and "Bulk draft action".
"""

# ruff: noqa: A002 - the parameters have the reference's names

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from datetime import datetime

from pandocast_sdk import models
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.lookups import drafts as lookups
from pandocast_sdk._core.operations import drafts as operations
from pandocast_sdk._drivers.sync_lists import CursorPage, open_cursor_list
from pandocast_sdk._drivers.sync_session import Session
from pandocast_sdk.errors import PandocastError


class DraftsResource:
    """The operations on drafts; reached as `client.drafts`.

    Every action raises `ConflictError` when the draft's status does not allow it.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(
        self,
        *,
        status: models.DraftStatus | str | None = None,
        format: models.DraftFormat | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        source_id: str | None = None,
        source_type: str | None = None,
        tags: Iterable[str] | None = None,
        scheduled_after: datetime | None = None,
        scheduled_before: datetime | None = None,
        position: str | None = None,
        prefetch: int = 0,
    ) -> CursorPage[models.Draft]:
        """List the drafts that pass every filter given, newest first.

        Iterating gives every draft of every page, lazily. When a page fails, the following step tries that
        page again.

        Args:
            status: Those in this status.
            format: Those of this format.
            limit: Drafts a page, 1 or more; the service's own upper bound is 100, its default 25.
            cursor: Where to begin: the `next_cursor` of an earlier page.
            source_id: Those from this source.
            source_type: Those from sources of this type, such as `rss`.
            tags: Those with any of these tags; at least one, none with a comma or blank.
            scheduled_after: Those scheduled at this time or later, with a UTC offset.
            scheduled_before: Those scheduled at this time or earlier, with a UTC offset.
            position: Where to go on: the `position` of an earlier page or iterator with the same filters.
            prefetch: How many pages an iterator fetches ahead, one after the other, 0 to 32.

        Raises:
            ValueError: An argument is out of its bounds, or `position` is none of this list with these
                filters, or is given beside a `cursor`; nothing was sent.
            BadRequestError: The service does not know the status, the format or the cursor.
            PandocastError: A page could not be fetched.

        Reference: "List drafts".
        """
        listing = operations.list_drafts(
            status=status,
            format=format,
            limit=limit,
            source_id=source_id,
            source_type=source_type,
            tags=tags,
            scheduled_after=scheduled_after,
            scheduled_before=scheduled_before,
        )
        return open_cursor_list(self._session, listing, cursor=cursor, position=position, prefetch=prefetch)

    def create(
        self,
        *,
        text: str,
        format: models.DraftFormat | None = None,
        images: Iterable[models.DraftImage | models.DraftImageDict] | None = None,
        tags: Iterable[str] | None = None,
        target_platforms: Iterable[models.PassbandPlatform | str] | None = None,
    ) -> models.CreatedDrafts:
        """Create one draft from a text of your own.

        Args:
            text: 1 to 50 000 characters.
            format: How long it is; None for `SHORT`.
            images: At most 10, each with a `url` and perhaps an `alt`.
            tags: At most 20, each of 1 to 50 characters without a comma.
            target_platforms: Where it is meant for.

        Returns:
            The draft as the only one of `.drafts`, in status `pending_review`.

        Raises:
            ValueError: An argument is out of its bounds; nothing was sent.
            BadRequestError: The service refuses an argument, such as an unknown platform.
            PandocastError: With `outcome_unknown` set when it may have been created all the same.

        Reference: "Create draft", direct mode.
        """
        return self._session.run(
            call,
            operations.create_draft(
                text=text, format=format, images=images, tags=tags, target_platforms=target_platforms
            ),
        )

    def generate(
        self,
        *,
        url: str | None = None,
        prompt: str | None = None,
        formats: Iterable[models.DraftFormat] | None = None,
        images: Iterable[models.DraftImage | models.DraftImageDict] | None = None,
        tags: Iterable[str] | None = None,
        target_platforms: Iterable[models.PassbandPlatform | str] | None = None,
    ) -> models.CreatedDrafts:
        """Have drafts generated in the workspace's voice.

        Args:
            url: What to write about: the address of a page.
            prompt: What to write, in 1 to 5000 characters. At least one of `url` and `prompt` is needed.
            formats: 1 to 3 different formats, one draft for each; None for one `SHORT` draft.
            images: At most 10, each with a `url` and perhaps an `alt`; they go to the first draft.
            tags: At most 20, each of 1 to 50 characters without a comma.
            target_platforms: Where the drafts are meant for.

        Returns:
            The drafts, in status `pending_generation`: their text comes later, or `feedback` says why not.

        Raises:
            ValueError: An argument is out of its bounds; nothing was sent.
            BadRequestError: The service refuses an argument, such as an unknown platform.
            PandocastError: With `outcome_unknown` set when it may have begun all the same.

        Reference: "Create draft", generate mode.
        """
        return self._session.run(
            call,
            operations.generate_drafts(
                url=url,
                prompt=prompt,
                formats=formats,
                images=images,
                tags=tags,
                target_platforms=target_platforms,
            ),
        )

    def get(self, id: str) -> models.Draft:
        """Return one draft.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such draft.
            PandocastError: It could not be read.

        Reference: "Get draft by ID".
        """
        return self._session.run(call, operations.get_draft(id))

    def wait_until_generated(self, id: str, *, timeout: float = 60.0) -> models.Draft:
        """Wait until a draft is generated: until its status is no longer `pending_generation`.

        It polls, at first every tenth of a second, later every five seconds. All waits of a client and its
        copies share one poll, which reads the list: a hundred cost the requests of one. Connection errors,
        408, 429 and 5xx are retried, beyond `max_retries`, until the time is over.

        Args:
            id: The draft.
            timeout: Seconds to wait at most. Time for which a rate limit holds the poll back does not count;
                the client's `deadline`, if it has one, counts from the start of the wait.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            DraftFailedError: The draft could not be generated; its `feedback` says why.
            WaitTimeoutError: It was not generated in time.
            NotFoundError: There is no such draft.
            PandocastError: It could not be read.
        """
        return self._session.run(lookups.wait_until_generated, id, timeout)

    def wait_many_until_generated(
        self,
        ids: Iterable[str],
        *,
        timeout: float = 60.0,
        on_update: Callable[[models.Draft], object] | None = None,
    ) -> builtins.list[models.Draft | PandocastError]:
        """Wait until many drafts are generated.

        Each draft has its own result or error: one that failed does not lose the others.

        Args:
            ids: The drafts.
            timeout: Seconds to wait at most, for all together; see `wait_until_generated`.
            on_update: Called in this thread with each draft whose status has changed, and when it is first
                seen. What it raises ends this call.

        Returns:
            In the order of the ids, each draft, or the error that `wait_until_generated` would raise.

        Raises:
            ValueError: An id is empty, `.` or `..`, or `timeout` is not above zero; nothing was sent.
        """
        return self._session.run(lookups.wait_many_until_generated, ids, timeout, on_update)

    def edit(self, id: str, *, text: str) -> models.Draft:
        """Give a draft another text; its status stays.

        Args:
            id: The draft; pending review, approved, rejected or scheduled.
            text: 1 to 50 000 characters.

        Raises:
            ValueError: An argument is out of its bounds; nothing was sent.
            NotFoundError: There is no such draft.
            ConflictError: Its status does not allow it.
            PandocastError: With `outcome_unknown` set when it may have been changed all the same.

        Reference: "Update draft".
        """
        return self._session.run(call, operations.edit_draft(id, text))

    def approve(self, id: str) -> models.Draft:
        """Approve a draft that is pending review or rejected.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such draft.
            ConflictError: Its status does not allow it.
            PandocastError: With `outcome_unknown` set when it may have been approved all the same.

        Reference: "Update draft".
        """
        return self._session.run(call, operations.act_on_draft(id, "approve"))

    def reject(self, id: str, *, feedback: str | None = None) -> models.Draft:
        """Reject a draft that is pending review or approved.

        Args:
            id: The draft.
            feedback: Why, in words; kept as the draft's `rejection_feedback`.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such draft.
            ConflictError: Its status does not allow it.
            PandocastError: With `outcome_unknown` set when it may have been rejected all the same.

        Reference: "Update draft".
        """
        return self._session.run(call, operations.act_on_draft(id, "reject", feedback=feedback))

    def unapprove(self, id: str, *, feedback: str | None = None) -> models.Draft:
        """Send an approved draft back to review.

        Args:
            id: The draft.
            feedback: Why, in words; kept as the draft's `feedback`.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such draft.
            ConflictError: It is not approved.
            PandocastError: With `outcome_unknown` set when it may have been sent back all the same.

        Reference: "Update draft".
        """
        return self._session.run(call, operations.act_on_draft(id, "unapprove", feedback=feedback))

    def regenerate(self, id: str) -> models.Draft:
        """Have a draft that is pending review or rejected written anew.

        Returns:
            The new draft, in status `pending_generation`; the old one, which its `regenerated_from_id`
            names, is archived.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such draft.
            ConflictError: Its status does not allow it.
            PandocastError: With `outcome_unknown` set when it may have begun all the same.

        Reference: "Update draft".
        """
        return self._session.run(call, operations.act_on_draft(id, "regenerate"))

    def schedule(self, id: str, *, scheduled_at: datetime | None = None, smart: bool = False) -> models.Draft:
        """Give an approved draft a time.

        Args:
            id: The draft.
            scheduled_at: When, in the future, with a UTC offset; None for the next free slot.
            smart: Whether the service shall find the next available slot; not together with `scheduled_at`.

        Raises:
            ValueError: The time has no UTC offset, or comes with `smart`; nothing was sent.
            BadRequestError: The time has passed.
            NotFoundError: There is no such draft.
            ConflictError: It is not approved, or there is no free slot.
            PandocastError: With `outcome_unknown` set when it may have been scheduled all the same.

        Reference: "Update draft".
        """
        return self._session.run(call, operations.schedule_draft(id, scheduled_at=scheduled_at, smart=smart))

    def reschedule(self, id: str, *, scheduled_at: datetime) -> models.Draft:
        """Give a scheduled draft another time.

        Args:
            id: The draft.
            scheduled_at: When, in the future, with a UTC offset.

        Raises:
            ValueError: The time has no UTC offset, or the id would change the path; nothing was sent.
            BadRequestError: The time has passed.
            NotFoundError: There is no such draft.
            ConflictError: It is not scheduled.
            PandocastError: With `outcome_unknown` set when it may have been rescheduled all the same.

        Reference: "Update draft".
        """
        return self._session.run(call, operations.reschedule_draft(id, scheduled_at))

    def cancel_schedule(self, id: str) -> models.Draft:
        """Take its time from a scheduled draft, which stays approved.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such draft.
            ConflictError: It is not scheduled.
            PandocastError: With `outcome_unknown` set when it may have been cancelled all the same.

        Reference: "Update draft".
        """
        return self._session.run(call, operations.act_on_draft(id, "cancel_schedule"))

    def archive(self, id: str) -> models.Draft:
        """Put a draft away, unless it was posted.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such draft.
            ConflictError: It was posted, or archived before.
            PandocastError: With `outcome_unknown` set when it may have been archived all the same.

        Reference: "Update draft".
        """
        return self._session.run(call, operations.act_on_draft(id, "archive"))

    def post(
        self, id: str, *, platforms: Iterable[models.PassbandPlatform | str] | None = None
    ) -> models.Draft:
        """Post an approved or scheduled draft at once.

        Args:
            id: The draft.
            platforms: Where, at least one; None for all that are connected.

        Returns:
            The draft, in status `posted`, or `failed` with the reason in `feedback`.

        Raises:
            ValueError: There are no platforms in the list, or the id would change the path; nothing was sent.
            BadRequestError: A platform is unknown.
            NotFoundError: There is no such draft.
            ConflictError: Its status does not allow it, or a platform is not connected.
            PandocastError: With `outcome_unknown` set when it may have been posted all the same.

        Reference: "Update draft".
        """
        return self._session.run(call, operations.post_draft(id, platforms))

    def bulk(
        self,
        action: models.BulkAction,
        *,
        ids: Iterable[str],
        feedback: str | None = None,
        scheduled_at: datetime | None = None,
        smart_schedule: bool | None = None,
    ) -> models.BulkResult:
        """Do one action to many drafts, each in its own right.

        Args:
            action: What to do.
            ids: The drafts, 1 to 100.
            feedback: Why they are rejected.
            scheduled_at: When, in the future, with a UTC offset; needed to reschedule.
            smart_schedule: Whether the service shall find slots; not together with `scheduled_at`.

        Returns:
            What became of each draft: one that cannot be acted on fails alone, and raises nothing.

        Raises:
            ValueError: An argument is out of its bounds; nothing was sent.
            BadRequestError: The service refuses an argument, such as a time that has passed.
            PandocastError: With `outcome_unknown` set when it may have been done all the same.

        Reference: "Bulk draft action".
        """
        return self._session.run(
            call,
            operations.act_on_drafts(
                action,
                ids=ids,
                feedback=feedback,
                scheduled_at=scheduled_at,
                smart_schedule=smart_schedule,
            ),
        )
