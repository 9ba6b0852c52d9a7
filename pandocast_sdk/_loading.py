"""What a client is made of, loaded when it is first needed: importing a client class stays cheap.

The imports stand inside the functions on purpose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandocast_sdk._async.calendar import AsyncCalendarResource
    from pandocast_sdk._async.content import AsyncContentResource
    from pandocast_sdk._async.drafts import AsyncDraftsResource
    from pandocast_sdk._async.engagement import AsyncEngagementResource
    from pandocast_sdk._async.experiments import AsyncExperimentsResource
    from pandocast_sdk._async.pipeline import AsyncPipelineResource
    from pandocast_sdk._async.schedule import AsyncScheduleResource
    from pandocast_sdk._async.sources import AsyncSourcesResource
    from pandocast_sdk._async.voice_profile import AsyncVoiceProfileResource
    from pandocast_sdk._drivers.async_session import AsyncSession
    from pandocast_sdk._drivers.http.libraries import AsyncHTTPClient, HTTPClient
    from pandocast_sdk._drivers.sync_session import SyncSession
    from pandocast_sdk._sync.calendar import CalendarResource
    from pandocast_sdk._sync.content import ContentResource
    from pandocast_sdk._sync.drafts import DraftsResource
    from pandocast_sdk._sync.engagement import EngagementResource
    from pandocast_sdk._sync.experiments import ExperimentsResource
    from pandocast_sdk._sync.pipeline import PipelineResource
    from pandocast_sdk._sync.schedule import ScheduleResource
    from pandocast_sdk._sync.sources import SourcesResource
    from pandocast_sdk._sync.voice_profile import VoiceProfileResource
    from pandocast_sdk.options import ClientOptions


def open_session(options: ClientOptions, http_client: HTTPClient | None) -> SyncSession:
    """Give a blocking client its driver and its own pool."""
    from pandocast_sdk._drivers.http.sync_pool import SyncPool
    from pandocast_sdk._drivers.sync_session import SyncSession

    return SyncSession(options, SyncPool(http_client), owns_pool=True)


def open_async_session(options: ClientOptions, http_client: AsyncHTTPClient | None) -> AsyncSession:
    """Give an async client its driver and its own pool."""
    from pandocast_sdk._drivers.async_session import AsyncSession
    from pandocast_sdk._drivers.http.async_pool import AsyncPool

    return AsyncSession(options, AsyncPool(http_client), owns_pool=True)


def content_resource(session: SyncSession) -> ContentResource:
    """Give the operations on content."""
    from pandocast_sdk._sync.content import ContentResource

    return ContentResource(session)


def async_content_resource(session: AsyncSession) -> AsyncContentResource:
    """Give the operations on content, async."""
    from pandocast_sdk._async.content import AsyncContentResource

    return AsyncContentResource(session)


def drafts_resource(session: SyncSession) -> DraftsResource:
    """Give the operations on drafts."""
    from pandocast_sdk._sync.drafts import DraftsResource

    return DraftsResource(session)


def async_drafts_resource(session: AsyncSession) -> AsyncDraftsResource:
    """Give the operations on drafts, async."""
    from pandocast_sdk._async.drafts import AsyncDraftsResource

    return AsyncDraftsResource(session)


def pipeline_resource(session: SyncSession) -> PipelineResource:
    """Give the operations on the pipeline."""
    from pandocast_sdk._sync.pipeline import PipelineResource

    return PipelineResource(session)


def async_pipeline_resource(session: AsyncSession) -> AsyncPipelineResource:
    """Give the operations on the pipeline, async."""
    from pandocast_sdk._async.pipeline import AsyncPipelineResource

    return AsyncPipelineResource(session)


def voice_profile_resource(session: SyncSession) -> VoiceProfileResource:
    """Give the operations on the voice profile."""
    from pandocast_sdk._sync.voice_profile import VoiceProfileResource

    return VoiceProfileResource(session)


def async_voice_profile_resource(session: AsyncSession) -> AsyncVoiceProfileResource:
    """Give the operations on the voice profile, async."""
    from pandocast_sdk._async.voice_profile import AsyncVoiceProfileResource

    return AsyncVoiceProfileResource(session)


def engagement_resource(session: SyncSession) -> EngagementResource:
    """Give the operations on engagement."""
    from pandocast_sdk._sync.engagement import EngagementResource

    return EngagementResource(session)


def async_engagement_resource(session: AsyncSession) -> AsyncEngagementResource:
    """Give the operations on engagement, async."""
    from pandocast_sdk._async.engagement import AsyncEngagementResource

    return AsyncEngagementResource(session)


def experiments_resource(session: SyncSession) -> ExperimentsResource:
    """Give the operations on experiments."""
    from pandocast_sdk._sync.experiments import ExperimentsResource

    return ExperimentsResource(session)


def async_experiments_resource(session: AsyncSession) -> AsyncExperimentsResource:
    """Give the operations on experiments, async."""
    from pandocast_sdk._async.experiments import AsyncExperimentsResource

    return AsyncExperimentsResource(session)


def sources_resource(session: SyncSession) -> SourcesResource:
    """Give the operations on sources."""
    from pandocast_sdk._sync.sources import SourcesResource

    return SourcesResource(session)


def async_sources_resource(session: AsyncSession) -> AsyncSourcesResource:
    """Give the operations on sources, async."""
    from pandocast_sdk._async.sources import AsyncSourcesResource

    return AsyncSourcesResource(session)


def schedule_resource(session: SyncSession) -> ScheduleResource:
    """Give the operations on scheduling."""
    from pandocast_sdk._sync.schedule import ScheduleResource

    return ScheduleResource(session)


def async_schedule_resource(session: AsyncSession) -> AsyncScheduleResource:
    """Give the operations on scheduling, async."""
    from pandocast_sdk._async.schedule import AsyncScheduleResource

    return AsyncScheduleResource(session)


def calendar_resource(session: SyncSession) -> CalendarResource:
    """Give the operations on the calendar feed."""
    from pandocast_sdk._sync.calendar import CalendarResource

    return CalendarResource(session)


def async_calendar_resource(session: AsyncSession) -> AsyncCalendarResource:
    """Give the operations on the calendar feed, async."""
    from pandocast_sdk._async.calendar import AsyncCalendarResource

    return AsyncCalendarResource(session)
