# Generated from pandocast_sdk/_async/content.py by tests/support/unasync.py; edit that file.
"""Uploads, and the posts generated from them.

Reference: "Endpoints".
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pandocast_sdk import models
from pandocast_sdk._annotations import resolve_annotations_late
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.lookups.known_steps import KnownSteps
from pandocast_sdk._core.operations import content as operations
from pandocast_sdk._drivers.sync_session import Session
from pandocast_sdk._imports import importing
from pandocast_sdk.errors import PandocastError

if TYPE_CHECKING:
    from pandocast_sdk._drivers.sync_lists import Page
    from pandocast_sdk._drivers.upload_journal import UploadJournal


class ContentResource:
    """The operations on content; reached as `client.content`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known_steps = KnownSteps()
        self._open_list: Callable[..., Page[models.Content]] | None = None

    def list(
        self,
        *,
        limit: int | None = None,
        offset: int | None = None,
        position: str | None = None,
        prefetch: int = 0,
    ) -> Page[models.Content]:
        """List the uploads of the workspace, newest first.

        Iterating yields every upload of every page, lazily. Uploads added meanwhile cause no duplicates and
        no gaps. When a page fails, the next step tries that page again.

        Args:
            limit: Uploads per page, 1 or more; the service's upper bound is 100. By default 100, or with a
                `position` the limit used before.
            offset: How many of the newest uploads to skip, 0 or more; by default none.
            position: Where to continue: the `position` of an earlier page or iterator.
            prefetch: How many pages an iterator fetches ahead, concurrently, 0 to 32. Each takes a slot of
                the rate limit.

        Raises:
            ValueError: An argument is out of range, or `position` belongs to another list, or is combined
                with `offset`; nothing was sent.
            PandocastError: A page could not be fetched.

        Reference: "/api/v1/content".
        """
        open_list = self._open_list or self._load_list()
        return open_list(limit=limit, offset=offset, position=position, prefetch=prefetch)

    def upload(self, *, title: str, content_type: str, raw_content: str | Path | TextIO) -> models.Content:
        """Upload a text; its analysis starts automatically.

        Args:
            title: 1 to 300 characters.
            content_type: The kind of text, for example `blog_post`; 1 to 50 characters.
            raw_content: The text, the path of a UTF-8 text file, or an open text file; 1 to 1 000 000
                characters.

        Returns:
            The upload, in status `analyzing`.

        Raises:
            ValueError: The text cannot be sent: a binary file, not UTF-8, or a lone surrogate.
            OSError: The file cannot be read.
            BadRequestError: A field is too short or too long.
            PandocastError: The request failed; if `outcome_unknown` is set, the text may have been uploaded
                anyway.

        Reference: "/api/v1/content/upload".
        """
        content = self._session.run(
            call,
            operations.upload_content(title=title, content_type=content_type, raw_content=raw_content),
        )
        self._known_steps.saw(content.id, content.status)
        return content

    def upload_once(
        self,
        journal: UploadJournal,
        *,
        title: str,
        content_type: str,
        raw_content: str | Path | TextIO,
    ) -> models.Content:
        """Upload a text unless the journal knows that it was uploaded, however often the program is killed.

        The journal is written before each request. If it is then unknown whether a request was carried out,
        in this call or because the program was killed, the list is searched for the title as `find_upload`
        does: at once, and again when the request's `timeout` has passed. Only what is not there by then is
        sent again, at most `max_retries` times in one call. After any error, call it again.

        Args:
            journal: What the program has uploaded, and the programs before it that had the same file.
            title: 1 to 300 characters; no other text of the workspace may have this title.
            content_type: The kind of text, for example `blog_post`; 1 to 50 characters.
            raw_content: The text, the path of a UTF-8 text file, or an open text file; 1 to 1 000 000
                characters. It is not read if the title was uploaded before, whatever its text was.

        Returns:
            The upload, with the status that it had when it was uploaded or found. If the journal has it,
            nothing is sent.

        Raises:
            ValueError: The title is empty, the text cannot be sent (see `upload`), or `journal` is none.
            OSError: The file cannot be read, or the journal cannot be written; nothing was sent.
            BadRequestError: A field is too short or too long.
            UploadJournalError: Another call is uploading the title, the journal is closed, or it has the
                title as an upload to another address.
            PandocastError: The request failed; if `outcome_unknown` is set, the text may have been uploaded
                anyway, and the next call with this journal settles that.

        Reference: "/api/v1/content/upload".
        """
        with importing():
            from pandocast_sdk._core.lookups.upload_once import records_of, upload_once

        return self._session.run(
            upload_once,
            records_of(journal),
            title=title,
            content_type=content_type,
            raw_content=raw_content,
            known=self._known_steps,
        )

    def generate(
        self,
        content_id: str,
        *,
        selected_platforms: Sequence[models.PlatformId] | None = None,
        voice_profile_id: str | None = None,
        emphasis_notes: str | None = None,
    ) -> models.Generation:
        """Start generating posts from an analysed upload.

        Args:
            content_id: The upload, in status `analyzed`.
            selected_platforms: The platforms to write for; None for all that the content suits.
            voice_profile_id: The voice profile to write in; None for the workspace's own.
            emphasis_notes: What to emphasize.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            BadRequestError: The upload is not in status `analyzed`, or a platform or the voice profile is
                unknown.
            NotFoundError: There is no such upload.
            PandocastError: The request failed; if `outcome_unknown` is set, generation may have started
                anyway.

        Reference: "/api/v1/content/:id/generate".
        """
        generation = self._session.run(
            call,
            operations.generate_content(
                content_id,
                selected_platforms=selected_platforms,
                voice_profile_id=voice_profile_id,
                emphasis_notes=emphasis_notes,
            ),
        )
        self._known_steps.saw(content_id, "generating")
        return generation

    def outputs(self, content_id: str) -> models.Outputs:
        """Return all outputs of an upload.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such upload.
            PandocastError: The request failed.

        Reference: "/api/v1/content/:id/outputs".
        """
        return self._session.run(call, operations.list_outputs(content_id))

    def schedule(self, content_id: str, *, output_id: str, scheduled_at: datetime) -> models.ScheduledPost:
        """Schedule an output for publishing.

        Args:
            content_id: The upload.
            output_id: One of its outputs, in status `draft` or `approved`.
            scheduled_at: When to publish it, in the future, with a UTC offset.

        Raises:
            ValueError: The time has no UTC offset, or the id would change the path; nothing was sent.
            BadRequestError: The time has passed, the output is in another status, or its platform is not
                connected.
            NotFoundError: There is no such upload or output.
            PandocastError: The request failed; if `outcome_unknown` is set, the output may have been
                scheduled anyway.

        Reference: "/api/v1/content/:id/schedule".
        """
        return self._session.run(
            call,
            operations.schedule_output(content_id, output_id=output_id, scheduled_at=scheduled_at),
        )

    def get(self, content_id: str) -> models.Content:
        """Return one upload.

        The API has no operation for this, so the list is read, newest first, until the upload is found: one
        request for every 100 newer uploads. Calls in progress at the same time share the reading; each
        returns only what was requested after it was made.

        Raises:
            NotFoundError: The upload is not in the list.
            PandocastError: The list could not be read.
        """
        with importing():
            from pandocast_sdk._core.lookups.content import find_content

        return self._session.run(find_content, content_id)

    def find_upload(self, *, title: str, since: datetime) -> models.Content | None:
        """Find the newest upload with a title, to settle an upload whose outcome is unknown.

        Reads the list, newest first, until the uploads are older than `since`: usually one request. Calls in
        progress at the same time share the reading. `upload_once` does all of this by itself.

        Args:
            title: The whole title, as it was sent.
            since: The earliest time of the upload, with a UTC offset. It is compared with the service's
                clock, which may be behind yours and may omit fractions of a second: pass a time that is
                earlier than the request by more than that.

        Returns:
            The upload; None if there is none. It may still appear later, while the service is working on it:
            see the page on errors.

        Raises:
            ValueError: `since` has no UTC offset, or `title` is empty; nothing was sent.
            PandocastError: The list could not be read.
        """
        with importing():
            from pandocast_sdk._core.lookups.upload_search import find_upload

        return self._session.run(find_upload, title, since)

    def wait_until_analyzed(self, content_id: str, *, timeout: float = 60.0) -> models.Content:
        """Wait until an upload is analysed, and return it.

        Polls the list every tenth of a second at first, or every second if ten or more wait, and every five
        seconds later, within the rate limit. All waits of a client and its copies share one poll: a hundred
        cost the requests of one. Connection errors, 408, 429 and 5xx are retried, beyond `max_retries`, until
        the wait times out.

        Args:
            content_id: The upload.
            timeout: The longest wait, in seconds. The time for which the rate limit holds the poll back does
                not count; the client's `deadline`, if it has one, counts from the start of the wait.

        Raises:
            ContentFailedError: The upload failed; `.step` is the step, where known.
            WaitTimeoutError: The analysis did not end in time.
            NotFoundError: The upload is not in the list.
            PandocastError: The list could not be read.
        """
        with importing():
            from pandocast_sdk._core.lookups.content import wait_until_analyzed

        return self._session.run(wait_until_analyzed, content_id, timeout, self._known_steps)

    def wait_until_generated(self, content_id: str, *, timeout: float = 60.0) -> models.Outputs:
        """Wait until the outputs of an upload are generated, and return them.

        Generation is over when the status is no longer `generating` and there are outputs. Polls as
        `wait_until_analyzed` does. Once the status is final, the outputs are read even after the timeout.

        Args:
            content_id: The upload.
            timeout: The longest wait, in seconds; see `wait_until_analyzed`.

        Raises:
            ContentFailedError: The upload failed; `.step` is the step, where known.
            WaitTimeoutError: The generation did not end in time.
            NotFoundError: The upload is not in the list.
            PandocastError: The list or the outputs could not be read.
        """
        with importing():
            from pandocast_sdk._core.lookups.content import wait_until_generated

        return self._session.run(wait_until_generated, content_id, timeout, self._known_steps)

    def wait_many_until_analyzed(
        self,
        ids: Iterable[str],
        *,
        timeout: float = 60.0,
        on_update: Callable[[models.Content], object] | None = None,
    ) -> builtins.list[models.Content | PandocastError]:
        """Wait until many uploads are analysed.

        Each upload has its own result or error: one that failed does not lose the others.

        Args:
            ids: The uploads.
            timeout: The longest wait, in seconds, for all together; see `wait_until_analyzed`.
            on_update: Called in this thread with each upload whose status has changed, and when it is first
                seen. What it raises ends this call.

        Returns:
            In the order of the ids, each upload, or the error that `wait_until_analyzed` would raise.

        Raises:
            ValueError: An id is empty, or `timeout` is not above zero; nothing was sent.
        """
        with importing():
            from pandocast_sdk._core.lookups.content import wait_many_until_analyzed

        return self._session.run(wait_many_until_analyzed, ids, timeout, on_update, self._known_steps)

    def wait_many_until_generated(
        self,
        ids: Iterable[str],
        *,
        timeout: float = 60.0,
        on_update: Callable[[models.Content], object] | None = None,
    ) -> builtins.list[models.Outputs | PandocastError]:
        """Wait until the outputs of many uploads are generated.

        Each upload has its own result or error: one that failed does not lose the others. The outputs of an
        upload are read as soon as its status is final, one upload after the other.

        Args:
            ids: The uploads.
            timeout: The longest wait, in seconds, for all together; see `wait_until_analyzed`.
            on_update: Called in this thread with each upload whose status has changed, and when it is first
                seen. What it raises ends this call.

        Returns:
            In the order of the ids, the outputs of each, or the error that `wait_until_generated` would
            raise.

        Raises:
            ValueError: An id is empty, or `timeout` is not above zero; nothing was sent.
        """
        with importing():
            from pandocast_sdk._core.lookups.content import wait_many_until_generated

        return self._session.run(wait_many_until_generated, ids, timeout, on_update, self._known_steps)

    def _load_list(self) -> Callable[..., Page[models.Content]]:
        """Import what lists need, with the first of them."""
        with importing():
            from pandocast_sdk._core.lookups.content import CONTENT
            from pandocast_sdk._drivers.sync_lists import open_list

        self._open_list = partial(open_list, self._session, CONTENT)
        return self._open_list


resolve_annotations_late(ContentResource)
