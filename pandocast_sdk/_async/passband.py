"""The client of the Passband API."""

from __future__ import annotations

from pandocast_sdk._async.api_client import AsyncApiClient
from pandocast_sdk._async.calendar import AsyncCalendarResource
from pandocast_sdk._async.drafts import AsyncDraftsResource
from pandocast_sdk._async.engagement import AsyncEngagementResource
from pandocast_sdk._async.experiments import AsyncExperimentsResource
from pandocast_sdk._async.pipeline import AsyncPipelineResource
from pandocast_sdk._async.schedule import AsyncScheduleResource
from pandocast_sdk._async.sources import AsyncSourcesResource
from pandocast_sdk._async.voice_profile import AsyncVoiceProfileResource
from pandocast_sdk._core.client import PASSBAND, Service

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
        return self._resource(AsyncDraftsResource)

    @property
    def pipeline(self) -> AsyncPipelineResource:
        """The pipeline that turns sources into drafts.

        Reference: from "Trigger pipeline run" on.
        """
        return self._resource(AsyncPipelineResource)

    @property
    def voice_profile(self) -> AsyncVoiceProfileResource:
        """The voice profile in which drafts are written.

        Reference: from "Get voice profile" on.
        """
        return self._resource(AsyncVoiceProfileResource)

    @property
    def engagement(self) -> AsyncEngagementResource:
        """The engagement with posted drafts.

        Reference: from "Engagement summary" on.
        """
        return self._resource(AsyncEngagementResource)

    @property
    def experiments(self) -> AsyncExperimentsResource:
        """A/B experiments.

        Reference: from "List experiments" on.
        """
        return self._resource(AsyncExperimentsResource)

    @property
    def sources(self) -> AsyncSourcesResource:
        """The feeds that the pipeline reads.

        Reference: from "List sources" on.
        """
        return self._resource(AsyncSourcesResource)

    @property
    def schedule(self) -> AsyncScheduleResource:
        """The posting schedule: slots, conflicts, pause.

        Reference: from "Get schedule slots" on.
        """
        return self._resource(AsyncScheduleResource)

    @property
    def calendar(self) -> AsyncCalendarResource:
        """The calendar feed of scheduled posts.

        Reference: "Get calendar feed URL".
        """
        return self._resource(AsyncCalendarResource)

    @staticmethod
    def _service() -> Service:
        return PASSBAND
