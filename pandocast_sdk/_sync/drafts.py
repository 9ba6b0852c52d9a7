# Generated from pandocast_sdk/_async/drafts.py by tests/support/unasync.py; edit that file.
"""Drafts: creating, generating, listing and bulk actions.

Reference: "List drafts" to "Get draft by ID" and "Bulk draft action".
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
from pandocast_sdk._sync.draft_actions import DraftActions
from pandocast_sdk.errors import PandocastError


class DraftsResource(DraftActions):
    """The operations on drafts; reached as `client.drafts`.

    Every action raises `ConflictError` when the draft's status does not allow it.
    """

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
        """List the drafts that match all filters, newest first.

        Iterating yields every draft of every page, lazily. When a page fails, the next step tries that page
        again.

        Args:
            status: Only drafts in this status.
            format: Only drafts of this format.
            limit: Drafts per page, 1 or more; the service's upper bound is 100, its default 25.
            cursor: Where to start: the `next_cursor` of an earlier page.
            source_id: Only drafts from this source.
            source_type: Only drafts from sources of this type, for example `rss`.
            tags: Only drafts with any of these tags; at least one, none of them empty or with a comma.
            scheduled_after: Only drafts scheduled at this time or later, with a UTC offset.
            scheduled_before: Only drafts scheduled at this time or earlier, with a UTC offset.
            position: Where to continue: the `position` of an earlier page or iterator with the same filters.
            prefetch: How many pages an iterator fetches ahead, one after the other, 0 to 32.

        Raises:
            ValueError: An argument is out of range, or `position` belongs to another list or other filters,
                or is combined with `cursor`; nothing was sent.
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
        """Create a draft from your own text.

        Args:
            text: 1 to 50 000 characters.
            format: The format; None for `SHORT`.
            images: At most 10, each with a `url` and optionally an `alt`; members unknown here are sent, too.
            tags: At most 20, each of at most 50 characters.
            target_platforms: The platforms that it is meant for.

        Returns:
            `.drafts` with this one draft, in status `pending_review`.

        Raises:
            ValueError: An argument is out of range; nothing was sent.
            BadRequestError: The service rejects an argument, for example an unknown platform.
            PandocastError: The request failed; if `outcome_unknown` is set, the draft may have been created
                anyway.

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
        """Generate drafts in the workspace's voice, from a page or a prompt.

        Args:
            url: The address of a page to write about.
            prompt: What to write, 1 to 5000 characters. At least one of `url` and `prompt` is required.
            formats: 1 to 3 formats, one draft for each; None for one `SHORT` draft.
            images: At most 10, each with a `url` and optionally an `alt`; they go to the first draft.
            tags: At most 20, each of at most 50 characters.
            target_platforms: The platforms that the drafts are meant for.

        Returns:
            The drafts, in status `pending_generation`: their text comes later, or `feedback` says why it
            does not.

        Raises:
            ValueError: An argument is out of range; nothing was sent.
            BadRequestError: The service rejects an argument, for example an unknown platform.
            PandocastError: The request failed; if `outcome_unknown` is set, generation may have started
                anyway.

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
            PandocastError: The request failed.

        Reference: "Get draft by ID".
        """
        return self._session.run(call, operations.get_draft(id))

    def wait_until_generated(self, id: str, *, timeout: float = 60.0) -> models.Draft:
        """Wait until a draft is generated: until its status is no longer `pending_generation`.

        Polls every tenth of a second at first, or every second if ten or more wait, and every five seconds
        later. All waits of a client and its copies share one poll, which reads the list: a hundred cost the
        requests of one. Connection errors, 408, 429 and 5xx are retried, beyond `max_retries`, until the wait
        times out.

        Args:
            id: The draft.
            timeout: The longest wait, in seconds. The time for which a rate limit holds the poll back does
                not count; the client's `deadline`, if it has one, counts from the start of the wait.

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
            timeout: The longest wait, in seconds, for all together; see `wait_until_generated`.
            on_update: Called in this thread with each draft whose status has changed, and when it is first
                seen. What it raises ends this call.

        Returns:
            In the order of the ids, each draft, or the error that `wait_until_generated` would raise.

        Raises:
            ValueError: An id is empty, `.` or `..`, or `timeout` is not above zero; nothing was sent.
        """
        return self._session.run(lookups.wait_many_until_generated, ids, timeout, on_update)

    def bulk(
        self,
        action: models.BulkAction,
        *,
        ids: Iterable[str],
        feedback: str | None = None,
        scheduled_at: datetime | None = None,
        smart_schedule: bool | None = None,
    ) -> models.BulkResult:
        """Apply one action to many drafts, each independently of the others.

        Args:
            action: The action.
            ids: The drafts, 1 to 100.
            feedback: The reason for rejecting them.
            scheduled_at: When to post them, in the future, with a UTC offset; required to reschedule.
            smart_schedule: Whether the service chooses slots, in place of `scheduled_at`.

        Returns:
            The outcome for each draft; one that fails raises nothing and does not affect the others.

        Raises:
            ValueError: An argument is out of range; nothing was sent.
            BadRequestError: The service rejects an argument, for example a time that has passed.
            PandocastError: The request failed; if `outcome_unknown` is set, the action may have been applied
                anyway.

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
