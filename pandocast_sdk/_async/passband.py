"""The client of the Passband API."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pandocast_sdk._async.api_client import AsyncApiClient
from pandocast_sdk._loading import (
    async_calendar_resource,
    async_drafts_resource,
    async_engagement_resource,
    async_experiments_resource,
    async_pipeline_resource,
    async_schedule_resource,
    async_sources_resource,
    async_voice_profile_resource,
)

if TYPE_CHECKING:
    from pandocast_sdk._async.calendar import AsyncCalendarResource
    from pandocast_sdk._async.drafts import AsyncDraftsResource
    from pandocast_sdk._async.engagement import AsyncEngagementResource
    from pandocast_sdk._async.experiments import AsyncExperimentsResource
    from pandocast_sdk._async.pipeline import AsyncPipelineResource
    from pandocast_sdk._async.schedule import AsyncScheduleResource
    from pandocast_sdk._async.sources import AsyncSourcesResource
    from pandocast_sdk._async.voice_profile import AsyncVoiceProfileResource
    from pandocast_sdk._core.client import Service

__all__ = ["AsyncPassband"]


class AsyncPassband(AsyncApiClient):
    """A client of the Passband API.

    Use it in `async with`, or call `close` when done. One client serves many tasks at once.

    No address of the service is published: pass `base_url`, or set PASSBAND_BASE_URL.
    """

    @cached_property
    def drafts(self) -> AsyncDraftsResource:
        """Drafts: written or generated, reviewed, scheduled, posted (reference, from "List drafts" on)."""
        return async_drafts_resource(self._session)

    @cached_property
    def pipeline(self) -> AsyncPipelineResource:
        """The pipeline that turns sources into drafts (reference, from "Trigger pipeline run" on)."""
        return async_pipeline_resource(self._session)

    @cached_property
    def voice_profile(self) -> AsyncVoiceProfileResource:
        """The voice in which drafts are written (reference, from "Get voice profile" on)."""
        return async_voice_profile_resource(self._session)

    @cached_property
    def engagement(self) -> AsyncEngagementResource:
        """How posted drafts are received (reference, from "Engagement summary" on)."""
        return async_engagement_resource(self._session)

    @cached_property
    def experiments(self) -> AsyncExperimentsResource:
        """A/B experiments (reference, from "List experiments" on)."""
        return async_experiments_resource(self._session)

    @cached_property
    def sources(self) -> AsyncSourcesResource:
        """Where the pipeline reads (reference, from "List sources" on)."""
        return async_sources_resource(self._session)

    @cached_property
    def schedule(self) -> AsyncScheduleResource:
        """When drafts are posted: slots, conflicts, pause (reference, from "Get schedule slots" on)."""
        return async_schedule_resource(self._session)

    @cached_property
    def calendar(self) -> AsyncCalendarResource:
        """The calendar feed of scheduled posts (reference, "Get calendar feed URL")."""
        return async_calendar_resource(self._session)

    @staticmethod
    def _service() -> Service:
        from pandocast_sdk._core.client import PASSBAND

        return PASSBAND
