# Generated from pandocast_sdk/_async/passband.py by tests/support/unasync.py; edit that file.
"""The client of the Passband API."""

from __future__ import annotations

from pandocast_sdk._core.client import PASSBAND, Service
from pandocast_sdk._sync.api_client import ApiClient
from pandocast_sdk._sync.calendar import CalendarResource
from pandocast_sdk._sync.drafts import DraftsResource
from pandocast_sdk._sync.engagement import EngagementResource
from pandocast_sdk._sync.experiments import ExperimentsResource
from pandocast_sdk._sync.pipeline import PipelineResource
from pandocast_sdk._sync.schedule import ScheduleResource
from pandocast_sdk._sync.sources import SourcesResource
from pandocast_sdk._sync.voice_profile import VoiceProfileResource

__all__ = ["Passband"]


class Passband(ApiClient):
    """A client of the Passband API.

    Use it in `with`, or call `close` when done. Many threads can share one client.

    The service publishes no address: pass `base_url`, or set PASSBAND_BASE_URL.
    """

    @property
    def drafts(self) -> DraftsResource:
        """Drafts: written or generated, reviewed, scheduled, posted.

        Reference: from "List drafts" on.
        """
        return self._resource(DraftsResource)

    @property
    def pipeline(self) -> PipelineResource:
        """The pipeline that turns sources into drafts.

        Reference: from "Trigger pipeline run" on.
        """
        return self._resource(PipelineResource)

    @property
    def voice_profile(self) -> VoiceProfileResource:
        """The voice profile in which drafts are written.

        Reference: from "Get voice profile" on.
        """
        return self._resource(VoiceProfileResource)

    @property
    def engagement(self) -> EngagementResource:
        """The engagement with posted drafts.

        Reference: from "Engagement summary" on.
        """
        return self._resource(EngagementResource)

    @property
    def experiments(self) -> ExperimentsResource:
        """A/B experiments.

        Reference: from "List experiments" on.
        """
        return self._resource(ExperimentsResource)

    @property
    def sources(self) -> SourcesResource:
        """The feeds that the pipeline reads.

        Reference: from "List sources" on.
        """
        return self._resource(SourcesResource)

    @property
    def schedule(self) -> ScheduleResource:
        """The posting schedule: slots, conflicts, pause.

        Reference: from "Get schedule slots" on.
        """
        return self._resource(ScheduleResource)

    @property
    def calendar(self) -> CalendarResource:
        """The calendar feed of scheduled posts.

        Reference: "Get calendar feed URL".
        """
        return self._resource(CalendarResource)

    @staticmethod
    def _service() -> Service:
        return PASSBAND
