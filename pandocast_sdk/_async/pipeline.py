"""The pipeline from sources to drafts (reference, "Trigger pipeline run" to "Pipeline statistics")."""

from __future__ import annotations

from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.lookups import pipeline as pipeline_waiting
from pandocast_sdk._core.operations import pipeline as pipeline_operations
from pandocast_sdk._drivers.async_cursor_pages import AsyncCursorPages, open_async_cursor_list
from pandocast_sdk._drivers.async_session import AsyncSession
from pandocast_sdk.models.pipeline import PipelineRun, PipelineStats, PipelineTrigger


class AsyncPipelineResource:
    """The operations on the pipeline; reached as `client.pipeline`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def trigger(self) -> PipelineTrigger:
        """Ask for a run over all sources (reference, "Trigger pipeline run").

        It begins later; `wait` gives it once it has ended. While a run is queued, asking again adds none.

        Raises:
            PandocastError: With `outcome_unknown` set when it may have been queued all the same.
        """
        return await self._session.run(call, pipeline_operations.trigger_pipeline())

    def runs(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        position: str | None = None,
        prefetch: int = 0,
    ) -> AsyncCursorPages[PipelineRun]:
        """List the runs, newest first (reference, "List pipeline runs").

        Iterating gives every run of every page, lazily. When a page fails, the following step tries that
        page again.

        Args:
            limit: Runs a page, 1 or more; the service's own upper bound is 100, its default 10.
            cursor: Where to begin: the `next_cursor` of an earlier page.
            position: Where to go on: the `position` of an earlier page or iterator.
            prefetch: How many pages an iterator fetches ahead, one after the other, 0 to 32.

        Raises:
            ValueError: An argument is out of its bounds, or `position` is none of this list, or is given
                beside a `cursor`; nothing was sent.
            BadRequestError: The service does not know the cursor.
            PandocastError: A page could not be fetched.
        """
        listing = pipeline_operations.all_runs(limit)
        return open_async_cursor_list(self._session, listing, cursor, position=position, prefetch=prefetch)

    async def stats(self) -> PipelineStats:
        """Give all runs in numbers (reference, "Pipeline statistics").

        Rates are from 0 to 1, durations in seconds.

        Raises:
            PandocastError: They could not be read.
        """
        return await self._session.run(call, pipeline_operations.get_stats())

    async def wait(self, *, timeout: float = 60.0) -> PipelineRun:
        """Wait until no run is queued or running, and give the newest.

        It reads the runs again and again, at first every tenth of a second, later every five seconds.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            The newest run, whether it completed or failed.

        Raises:
            ValueError: `timeout` is not a number above zero.
            WaitTimeoutError: A run was still queued or running in the end, or there was none.
            PandocastError: The runs could not be read.
        """
        return await self._session.run(pipeline_waiting.wait_for_run, timeout)
