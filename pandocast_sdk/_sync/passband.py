# Generated from pandocast_sdk/_async/passband.py by tests/support/unasync.py; edit that file.
"""The client of the Passband API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pandocast_sdk._sync.api_client import ApiClient

if TYPE_CHECKING:
    from pandocast_sdk._core.client import Service
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

        def load() -> type[DraftsResource]:
            from pandocast_sdk._sync.drafts import DraftsResource

            return DraftsResource

        return self._resource("drafts", load)

    @property
    def pipeline(self) -> PipelineResource:
        """The pipeline that turns sources into drafts.

        Reference: from "Trigger pipeline run" on.
        """

        def load() -> type[PipelineResource]:
            from pandocast_sdk._sync.pipeline import PipelineResource

            return PipelineResource

        return self._resource("pipeline", load)

    @property
    def voice_profile(self) -> VoiceProfileResource:
        """The voice profile in which drafts are written.

        Reference: from "Get voice profile" on.
        """

        def load() -> type[VoiceProfileResource]:
            from pandocast_sdk._sync.voice_profile import VoiceProfileResource

            return VoiceProfileResource

        return self._resource("voice_profile", load)

    @property
    def engagement(self) -> EngagementResource:
        """The engagement with posted drafts.

        Reference: from "Engagement summary" on.
        """

        def load() -> type[EngagementResource]:
            from pandocast_sdk._sync.engagement import EngagementResource

            return EngagementResource

        return self._resource("engagement", load)

    @property
    def experiments(self) -> ExperimentsResource:
        """A/B experiments.

        Reference: from "List experiments" on.
        """

        def load() -> type[ExperimentsResource]:
            from pandocast_sdk._sync.experiments import ExperimentsResource

            return ExperimentsResource

        return self._resource("experiments", load)

    @property
    def sources(self) -> SourcesResource:
        """The feeds that the pipeline reads.

        Reference: from "List sources" on.
        """

        def load() -> type[SourcesResource]:
            from pandocast_sdk._sync.sources import SourcesResource

            return SourcesResource

        return self._resource("sources", load)

    @property
    def schedule(self) -> ScheduleResource:
        """The posting schedule: slots, conflicts, pause.

        Reference: from "Get schedule slots" on.
        """

        def load() -> type[ScheduleResource]:
            from pandocast_sdk._sync.schedule import ScheduleResource

            return ScheduleResource

        return self._resource("schedule", load)

    @property
    def calendar(self) -> CalendarResource:
        """The calendar feed of scheduled posts.

        Reference: "Get calendar feed URL".
        """

        def load() -> type[CalendarResource]:
            from pandocast_sdk._sync.calendar import CalendarResource

            return CalendarResource

        return self._resource("calendar", load)

    @staticmethod
    def _service() -> Service:
        from pandocast_sdk._core.client import PASSBAND

        return PASSBAND
