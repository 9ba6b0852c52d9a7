"""The client of the Passband API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pandocast_sdk._async.api_client import AsyncApiClient

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

    Use it in `async with`, or call `close` when done. Many tasks can share one client.

    The service publishes no address: pass `base_url`, or set PASSBAND_BASE_URL.
    """

    @property
    def drafts(self) -> AsyncDraftsResource:
        """Drafts: written or generated, reviewed, scheduled, posted.

        Reference: from "List drafts" on.
        """

        def load() -> type[AsyncDraftsResource]:
            from pandocast_sdk._async.drafts import AsyncDraftsResource

            return AsyncDraftsResource

        return self._resource("drafts", load)

    @property
    def pipeline(self) -> AsyncPipelineResource:
        """The pipeline that turns sources into drafts.

        Reference: from "Trigger pipeline run" on.
        """

        def load() -> type[AsyncPipelineResource]:
            from pandocast_sdk._async.pipeline import AsyncPipelineResource

            return AsyncPipelineResource

        return self._resource("pipeline", load)

    @property
    def voice_profile(self) -> AsyncVoiceProfileResource:
        """The voice profile in which drafts are written.

        Reference: from "Get voice profile" on.
        """

        def load() -> type[AsyncVoiceProfileResource]:
            from pandocast_sdk._async.voice_profile import AsyncVoiceProfileResource

            return AsyncVoiceProfileResource

        return self._resource("voice_profile", load)

    @property
    def engagement(self) -> AsyncEngagementResource:
        """The engagement with posted drafts.

        Reference: from "Engagement summary" on.
        """

        def load() -> type[AsyncEngagementResource]:
            from pandocast_sdk._async.engagement import AsyncEngagementResource

            return AsyncEngagementResource

        return self._resource("engagement", load)

    @property
    def experiments(self) -> AsyncExperimentsResource:
        """A/B experiments.

        Reference: from "List experiments" on.
        """

        def load() -> type[AsyncExperimentsResource]:
            from pandocast_sdk._async.experiments import AsyncExperimentsResource

            return AsyncExperimentsResource

        return self._resource("experiments", load)

    @property
    def sources(self) -> AsyncSourcesResource:
        """The feeds that the pipeline reads.

        Reference: from "List sources" on.
        """

        def load() -> type[AsyncSourcesResource]:
            from pandocast_sdk._async.sources import AsyncSourcesResource

            return AsyncSourcesResource

        return self._resource("sources", load)

    @property
    def schedule(self) -> AsyncScheduleResource:
        """The posting schedule: slots, conflicts, pause.

        Reference: from "Get schedule slots" on.
        """

        def load() -> type[AsyncScheduleResource]:
            from pandocast_sdk._async.schedule import AsyncScheduleResource

            return AsyncScheduleResource

        return self._resource("schedule", load)

    @property
    def calendar(self) -> AsyncCalendarResource:
        """The calendar feed of scheduled posts.

        Reference: "Get calendar feed URL".
        """

        def load() -> type[AsyncCalendarResource]:
            from pandocast_sdk._async.calendar import AsyncCalendarResource

            return AsyncCalendarResource

        return self._resource("calendar", load)

    @staticmethod
    def _service() -> Service:
        from pandocast_sdk._core.client import PASSBAND

        return PASSBAND
