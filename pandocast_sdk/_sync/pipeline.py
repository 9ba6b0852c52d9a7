# Generated from pandocast_sdk/_async/pipeline.py by tests/support/unasync.py; edit that file.
"""The pipeline from sources to drafts.

Reference: "Trigger pipeline run" to "Pipeline statistics".
"""

from __future__ import annotations

from pandocast_sdk import models
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.lookups import pipeline as lookups
from pandocast_sdk._core.operations import pipeline as operations
from pandocast_sdk._drivers.sync_lists import CursorPage, open_cursor_list
from pandocast_sdk._drivers.sync_session import Session


class PipelineResource:
    """The operations on the pipeline; reached as `client.pipeline`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def trigger(self) -> models.PipelineTrigger:
        """Queue a run of the pipeline over all sources.

        The run starts later; `wait` returns it once it has ended. While a run is queued, no other is added.

        Raises:
            PandocastError: The request failed; if `outcome_unknown` is set, the run may have been queued
                anyway.

        Reference: "Trigger pipeline run".
        """
        return self._session.run(call, operations.trigger_pipeline())

    def runs(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        position: str | None = None,
        prefetch: int = 0,
    ) -> CursorPage[models.PipelineRun]:
        """List the pipeline runs, newest first.

        Iterating yields every run of every page, lazily. When a page fails, the next step tries that page
        again.

        Args:
            limit: Runs per page, 1 or more; the service's upper bound is 100, its default 10.
            cursor: Where to start: the `next_cursor` of an earlier page.
            position: Where to continue: the `position` of an earlier page or iterator.
            prefetch: How many pages an iterator fetches ahead, one after the other, 0 to 32.

        Raises:
            ValueError: An argument is out of range, or `position` belongs to another list, or is combined
                with `cursor`; nothing was sent.
            BadRequestError: The service does not know the cursor.
            PandocastError: A page could not be fetched.

        Reference: "List pipeline runs".
        """
        listing = operations.all_runs(limit)
        return open_cursor_list(self._session, listing, cursor=cursor, position=position, prefetch=prefetch)

    def stats(self) -> models.PipelineStats:
        """Return statistics over all runs.

        Rates are from 0 to 1, durations in seconds.

        Raises:
            PandocastError: The request failed.

        Reference: "Pipeline statistics".
        """
        return self._session.run(call, operations.get_stats())

    def wait(self, *, timeout: float = 60.0) -> models.PipelineRun:
        """Wait until no run is queued or running, and return the newest.

        Polls every tenth of a second at first and every five seconds later. Connection errors, 408, 429 and
        5xx are retried, beyond `max_retries`, until the wait times out.

        Args:
            timeout: The longest wait, in seconds. The time for which a rate limit holds the poll back does
                not count; the client's `deadline`, if it has one, counts from the start of the wait.

        Returns:
            The newest run, completed or failed.

        Raises:
            ValueError: `timeout` is not a number above zero.
            WaitTimeoutError: A run was still queued or running when the time was up, or there was no run.
            PandocastError: The runs could not be read.
        """
        return self._session.run(lookups.wait_for_run, timeout)
