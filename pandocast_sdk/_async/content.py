"""Uploads and what becomes of them.

Reference: "Endpoints".
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from pandocast_sdk import models
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.lookups import content as lookups
from pandocast_sdk._core.lookups.upload_search import find_upload
from pandocast_sdk._core.operations import content as operations
from pandocast_sdk._drivers.async_lists import AsyncPages, open_list
from pandocast_sdk._drivers.async_session import AsyncSession
from pandocast_sdk.errors import PandocastError


class AsyncContentResource:
    """The operations on content; reached as `client.content`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def list(
        self,
        *,
        limit: int | None = None,
        offset: int | None = None,
        position: str | None = None,
        prefetch: int = 0,
    ) -> AsyncPages[models.Content]:
        """List the uploads of the workspace, newest first.

        Iterating gives every upload of every page, lazily. Uploads that are added meanwhile do not make
        others come twice or be left out. When a page fails, the following step tries that page again.

        Args:
            limit: Uploads a page, 1 or more; the service's own upper bound is 100. By default 100, or as many
                as before a `position`.
            offset: How many of the newest to leave out, 0 or more; by default none.
            position: Where to go on: the `position` of an earlier page or iterator.
            prefetch: How many pages an iterator fetches ahead, at the same time, 0 to 32. Each is a request
                like any other to the rate limit.

        Raises:
            ValueError: An argument is out of its bounds, or `position` is none of this list, or is given
                beside an `offset`; nothing was sent.
            PandocastError: A page could not be fetched.

        Reference: "/api/v1/content".
        """
        return open_list(
            self._session,
            lookups.CONTENT,
            limit=limit,
            offset=offset,
            position=position,
            prefetch=prefetch,
        )

    async def upload(
        self, *, title: str, content_type: str, raw_content: str | Path | TextIO
    ) -> models.Content:
        """Upload a text; its analysis begins by itself.

        Args:
            title: 1 to 300 characters.
            content_type: What it is, such as `blog_post`; 1 to 50 characters.
            raw_content: The text, or a path to a file of UTF-8 text, or an open text file; 1 to 1 000 000
                characters.

        Returns:
            The upload, in status `analyzing`.

        Raises:
            ValueError: The text cannot be sent: a file of bytes, not UTF-8, or a lone surrogate.
            OSError: The file cannot be read.
            BadRequestError: A field breaks one of its bounds.
            PandocastError: With `outcome_unknown` set when the text may have been uploaded all the same.

        Reference: "/api/v1/content/upload".
        """
        return await self._session.run(
            call,
            operations.upload_content(title=title, content_type=content_type, raw_content=raw_content),
        )

    async def generate(
        self,
        content_id: str,
        *,
        selected_platforms: Sequence[models.PlatformId] | None = None,
        voice_profile_id: str | None = None,
        emphasis_notes: str | None = None,
    ) -> models.Generation:
        """Begin to generate posts from an analysed upload.

        Args:
            content_id: The upload, in status `analyzed`.
            selected_platforms: For which platforms; None for all that the content suits.
            voice_profile_id: In which voice; None for the workspace's own.
            emphasis_notes: What to stress, in words.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            BadRequestError: The upload is not in status `analyzed`, a platform is unknown, or the voice is.
            NotFoundError: There is no such upload.
            PandocastError: With `outcome_unknown` set when it may have begun all the same.

        Reference: "/api/v1/content/:id/generate".
        """
        return await self._session.run(
            call,
            operations.generate_content(
                content_id,
                selected_platforms=selected_platforms,
                voice_profile_id=voice_profile_id,
                emphasis_notes=emphasis_notes,
            ),
        )

    async def outputs(self, content_id: str) -> models.Outputs:
        """Return all outputs of an upload.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such upload.
            PandocastError: It could not be read.

        Reference: "/api/v1/content/:id/outputs".
        """
        return await self._session.run(call, operations.list_outputs(content_id))

    async def schedule(
        self, content_id: str, *, output_id: str, scheduled_at: datetime
    ) -> models.ScheduledPost:
        """Schedule an output for publishing.

        Args:
            content_id: The upload.
            output_id: One of its outputs, in status `draft` or `approved`.
            scheduled_at: When, in the future, with a UTC offset.

        Raises:
            ValueError: The time has no UTC offset, or the id would change the path; nothing was sent.
            BadRequestError: The time has passed, the output is in another status, or its platform is not
                connected.
            NotFoundError: There is no such upload or output.
            PandocastError: With `outcome_unknown` set when it may have been scheduled all the same.

        Reference: "/api/v1/content/:id/schedule".
        """
        return await self._session.run(
            call,
            operations.schedule_output(content_id, output_id=output_id, scheduled_at=scheduled_at),
        )

    async def get(self, content_id: str) -> models.Content:
        """Find one upload.

        The API has no call for this, so the list is read, newest first, until the upload turns up: one
        request for each 100 uploads that are newer. Calls under way at the same time share the reading; each
        is given only what was requested after it was made.

        Raises:
            NotFoundError: The whole list does not hold it.
            PandocastError: The list could not be read.
        """
        return await self._session.run(lookups.find_content, content_id)

    async def find_upload(self, *, title: str, since: datetime) -> models.Content | None:
        """Find the newest upload with a title, to settle one whose outcome nobody knows.

        It reads the list, newest first, and stops where the uploads are older than `since`: as a rule, one
        request.

        Args:
            title: The whole title, as it was sent.
            since: How old the upload may be, with a UTC offset. It is compared with times of the service's
                clock, which may be behind yours and may leave out fractions of a second: take a time before
                the upload was sent, by more than that.

        Returns:
            The upload; None where there is none. It may have been carried out all the same and be under way
            still: see the page on errors.

        Raises:
            ValueError: `since` has no UTC offset, or `title` is empty; nothing was sent.
            PandocastError: The list could not be read.
        """
        return await self._session.run(find_upload, title, since)

    async def wait_until_analyzed(self, content_id: str, *, timeout: float = 60.0) -> models.Content:
        """Wait until the analysis of an upload has ended.

        It polls the list, at first every tenth of a second, later every five seconds, and within the rate
        limit. All waits of a client and its copies share one poll: a hundred cost the requests of one.
        Connection errors, 408, 429 and 5xx are retried, beyond `max_retries`, until the time is over.

        Args:
            content_id: The upload.
            timeout: Seconds to wait at most. Time for which the rate limit holds the poll back does not
                count; the client's `deadline`, if it has one, counts from the start of the wait.

        Raises:
            ContentFailedError: The analysis has failed.
            WaitTimeoutError: It has not ended in time.
            NotFoundError: The whole list does not hold it.
            PandocastError: The list could not be read.
        """
        return await self._session.run(lookups.wait_until_analyzed, content_id, timeout)

    async def wait_until_generated(self, content_id: str, *, timeout: float = 60.0) -> models.Outputs:
        """Wait until the generation for an upload has ended, and return its outputs.

        It ends when the status is no longer `generating` and there are outputs, and polls as
        `wait_until_analyzed` does. Once the status is final, the outputs are read even if the time is over.

        Args:
            content_id: The upload.
            timeout: Seconds to wait at most; see `wait_until_analyzed`.

        Raises:
            ContentFailedError: The generation has failed.
            WaitTimeoutError: It has not ended in time.
            NotFoundError: The whole list does not hold it.
            PandocastError: The list or the outputs could not be read.
        """
        return await self._session.run(lookups.wait_until_generated, content_id, timeout)

    async def wait_many_until_analyzed(
        self,
        ids: Iterable[str],
        *,
        timeout: float = 60.0,
        on_update: Callable[[models.Content], object] | None = None,
    ) -> builtins.list[models.Content | PandocastError]:
        """Wait until the analysis of many uploads has ended.

        Each upload has its own result or error: one that failed does not lose the others.

        Args:
            ids: The uploads.
            timeout: Seconds to wait at most, for all together; see `wait_until_analyzed`.
            on_update: Called in this task with each upload whose status has changed, and when it is first
                seen. What it raises ends this call.

        Returns:
            In the order of the ids, each upload, or the error that `wait_until_analyzed` would raise.

        Raises:
            ValueError: An id is empty, or `timeout` is not above zero; nothing was sent.
        """
        return await self._session.run(lookups.wait_many_until_analyzed, ids, timeout, on_update)

    async def wait_many_until_generated(
        self,
        ids: Iterable[str],
        *,
        timeout: float = 60.0,
        on_update: Callable[[models.Content], object] | None = None,
    ) -> builtins.list[models.Outputs | PandocastError]:
        """Wait until the generation for many uploads has ended.

        Each upload has its own result or error: one that failed does not lose the others. Outputs are read
        as soon as the status of their upload is final, one upload after the other.

        Args:
            ids: The uploads.
            timeout: Seconds to wait at most, for all together; see `wait_until_analyzed`.
            on_update: Called in this task with each upload whose status has changed, and when it is first
                seen. What it raises ends this call.

        Returns:
            In the order of the ids, the outputs of each, or the error that `wait_until_generated` would
            raise.

        Raises:
            ValueError: An id is empty, or `timeout` is not above zero; nothing was sent.
        """
        return await self._session.run(lookups.wait_many_until_generated, ids, timeout, on_update)
