"""A typed client library for the Pandocast and Passband APIs, sync and async.

The public names are loaded when they are first asked for: importing one thing loads that thing.
"""

from importlib import import_module

TYPE_CHECKING = False  # as checkers take it; `typing` would cost more than all else that is loaded here
if TYPE_CHECKING:
    from pandocast_sdk._async.client import AsyncPandocast as AsyncPandocast
    from pandocast_sdk._async.passband import AsyncPassband as AsyncPassband
    from pandocast_sdk._core.rate_limit.state import RateLimitState as RateLimitState
    from pandocast_sdk._core.requests.custom import Response as Response
    from pandocast_sdk._drivers.async_cursor_pages import AsyncCursorPage as AsyncCursorPage
    from pandocast_sdk._drivers.async_lists import AsyncCursorPages as AsyncCursorPages
    from pandocast_sdk._drivers.async_lists import AsyncPages as AsyncPages
    from pandocast_sdk._drivers.async_pages import AsyncPage as AsyncPage
    from pandocast_sdk._drivers.sync_cursor_pages import CursorPage as CursorPage
    from pandocast_sdk._drivers.sync_pages import Page as Page
    from pandocast_sdk._sync.client import Pandocast as Pandocast
    from pandocast_sdk._sync.passband import Passband as Passband
    from pandocast_sdk.errors import APIConnectionError as APIConnectionError
    from pandocast_sdk.errors import APIStatusError as APIStatusError
    from pandocast_sdk.errors import APITimeoutError as APITimeoutError
    from pandocast_sdk.errors import AuthenticationError as AuthenticationError
    from pandocast_sdk.errors import BadRequestError as BadRequestError
    from pandocast_sdk.errors import ConflictError as ConflictError
    from pandocast_sdk.errors import ContentFailedError as ContentFailedError
    from pandocast_sdk.errors import DeadlineExceededError as DeadlineExceededError
    from pandocast_sdk.errors import InternalServerError as InternalServerError
    from pandocast_sdk.errors import NotFoundError as NotFoundError
    from pandocast_sdk.errors import PandocastError as PandocastError
    from pandocast_sdk.errors import PermissionDeniedError as PermissionDeniedError
    from pandocast_sdk.errors import PoolTimeoutError as PoolTimeoutError
    from pandocast_sdk.errors import RateLimitError as RateLimitError
    from pandocast_sdk.errors import RequestRecord as RequestRecord
    from pandocast_sdk.errors import ResponseValidationError as ResponseValidationError
    from pandocast_sdk.errors import WaitTimeoutError as WaitTimeoutError
    from pandocast_sdk.errors import WebhookPayloadError as WebhookPayloadError
    from pandocast_sdk.errors import WebhookVerificationError as WebhookVerificationError
    from pandocast_sdk.models.calendar import CalendarFeed as CalendarFeed
    from pandocast_sdk.models.drafts import BulkAction as BulkAction
    from pandocast_sdk.models.drafts import BulkOutcome as BulkOutcome
    from pandocast_sdk.models.drafts import BulkResult as BulkResult
    from pandocast_sdk.models.drafts import CreatedDrafts as CreatedDrafts
    from pandocast_sdk.models.drafts import Draft as Draft
    from pandocast_sdk.models.drafts import DraftFormat as DraftFormat
    from pandocast_sdk.models.drafts import DraftImage as DraftImage
    from pandocast_sdk.models.drafts import DraftImageDict as DraftImageDict
    from pandocast_sdk.models.drafts import DraftItem as DraftItem
    from pandocast_sdk.models.drafts import DraftStatus as DraftStatus
    from pandocast_sdk.models.drafts import PassbandPlatform as PassbandPlatform
    from pandocast_sdk.models.engagement import Engagement as Engagement
    from pandocast_sdk.models.engagement import EngagementStatus as EngagementStatus
    from pandocast_sdk.models.engagement import EngagementSummary as EngagementSummary
    from pandocast_sdk.models.engagement import FormatEngagement as FormatEngagement
    from pandocast_sdk.models.engagement import PlatformEngagement as PlatformEngagement
    from pandocast_sdk.models.engagement import TopPost as TopPost
    from pandocast_sdk.models.experiments import Experiment as Experiment
    from pandocast_sdk.models.experiments import ExperimentResults as ExperimentResults
    from pandocast_sdk.models.experiments import ExperimentStatus as ExperimentStatus
    from pandocast_sdk.models.experiments import Variant as Variant
    from pandocast_sdk.models.experiments import VariantDict as VariantDict
    from pandocast_sdk.models.experiments import VariantResult as VariantResult
    from pandocast_sdk.models.pandocast import Content as Content
    from pandocast_sdk.models.pandocast import Generation as Generation
    from pandocast_sdk.models.pandocast import Output as Output
    from pandocast_sdk.models.pandocast import Outputs as Outputs
    from pandocast_sdk.models.pandocast import ScheduledPost as ScheduledPost
    from pandocast_sdk.models.pipeline import PipelineErrorCount as PipelineErrorCount
    from pandocast_sdk.models.pipeline import PipelineRun as PipelineRun
    from pandocast_sdk.models.pipeline import PipelineStats as PipelineStats
    from pandocast_sdk.models.pipeline import PipelineTrigger as PipelineTrigger
    from pandocast_sdk.models.pipeline import RecentPipelineStats as RecentPipelineStats
    from pandocast_sdk.models.pipeline import RunStatus as RunStatus
    from pandocast_sdk.models.schedule import BulkSchedule as BulkSchedule
    from pandocast_sdk.models.schedule import Conflicts as Conflicts
    from pandocast_sdk.models.schedule import PostingTime as PostingTime
    from pandocast_sdk.models.schedule import ScheduledDraft as ScheduledDraft
    from pandocast_sdk.models.schedule import Slot as Slot
    from pandocast_sdk.models.schedule import SlotDict as SlotDict
    from pandocast_sdk.models.sources import Source as Source
    from pandocast_sdk.models.sources import SourceHealth as SourceHealth
    from pandocast_sdk.models.sources import SourceTest as SourceTest
    from pandocast_sdk.models.sources import SourceTestItem as SourceTestItem
    from pandocast_sdk.models.sources import SourceType as SourceType
    from pandocast_sdk.models.voice_profile import VoiceProfile as VoiceProfile
    from pandocast_sdk.options import RateLimitPolicy as RateLimitPolicy

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncCursorPage",
    "AsyncCursorPages",
    "AsyncPage",
    "AsyncPages",
    "AsyncPandocast",
    "AsyncPassband",
    "AuthenticationError",
    "BadRequestError",
    "BulkAction",
    "BulkOutcome",
    "BulkResult",
    "BulkSchedule",
    "CalendarFeed",
    "ConflictError",
    "Conflicts",
    "Content",
    "ContentFailedError",
    "CreatedDrafts",
    "CursorPage",
    "DeadlineExceededError",
    "Draft",
    "DraftFormat",
    "DraftImage",
    "DraftImageDict",
    "DraftItem",
    "DraftStatus",
    "Engagement",
    "EngagementStatus",
    "EngagementSummary",
    "Experiment",
    "ExperimentResults",
    "ExperimentStatus",
    "FormatEngagement",
    "Generation",
    "InternalServerError",
    "NotFoundError",
    "Output",
    "Outputs",
    "Page",
    "Pandocast",
    "PandocastError",
    "Passband",
    "PassbandPlatform",
    "PermissionDeniedError",
    "PipelineErrorCount",
    "PipelineRun",
    "PipelineStats",
    "PipelineTrigger",
    "PlatformEngagement",
    "PoolTimeoutError",
    "PostingTime",
    "RateLimitError",
    "RateLimitPolicy",
    "RateLimitState",
    "RecentPipelineStats",
    "RequestRecord",
    "Response",
    "ResponseValidationError",
    "RunStatus",
    "ScheduledDraft",
    "ScheduledPost",
    "Slot",
    "SlotDict",
    "Source",
    "SourceHealth",
    "SourceTest",
    "SourceTestItem",
    "SourceType",
    "TopPost",
    "Variant",
    "VariantDict",
    "VariantResult",
    "VoiceProfile",
    "WaitTimeoutError",
    "WebhookPayloadError",
    "WebhookVerificationError",
]

_HOMES = {
    "AsyncCursorPage": "pandocast_sdk._drivers.async_cursor_pages",
    "AsyncCursorPages": "pandocast_sdk._drivers.async_lists",
    "AsyncPage": "pandocast_sdk._drivers.async_pages",
    "AsyncPages": "pandocast_sdk._drivers.async_lists",
    "AsyncPandocast": "pandocast_sdk._async.client",
    "AsyncPassband": "pandocast_sdk._async.passband",
    "BulkAction": "pandocast_sdk.models.drafts",
    "BulkOutcome": "pandocast_sdk.models.drafts",
    "BulkResult": "pandocast_sdk.models.drafts",
    "BulkSchedule": "pandocast_sdk.models.schedule",
    "CalendarFeed": "pandocast_sdk.models.calendar",
    "Conflicts": "pandocast_sdk.models.schedule",
    "Content": "pandocast_sdk.models.pandocast",
    "CreatedDrafts": "pandocast_sdk.models.drafts",
    "CursorPage": "pandocast_sdk._drivers.sync_cursor_pages",
    "Draft": "pandocast_sdk.models.drafts",
    "DraftFormat": "pandocast_sdk.models.drafts",
    "DraftImage": "pandocast_sdk.models.drafts",
    "DraftImageDict": "pandocast_sdk.models.drafts",
    "DraftItem": "pandocast_sdk.models.drafts",
    "DraftStatus": "pandocast_sdk.models.drafts",
    "Engagement": "pandocast_sdk.models.engagement",
    "EngagementStatus": "pandocast_sdk.models.engagement",
    "EngagementSummary": "pandocast_sdk.models.engagement",
    "Experiment": "pandocast_sdk.models.experiments",
    "ExperimentResults": "pandocast_sdk.models.experiments",
    "ExperimentStatus": "pandocast_sdk.models.experiments",
    "FormatEngagement": "pandocast_sdk.models.engagement",
    "Generation": "pandocast_sdk.models.pandocast",
    "Output": "pandocast_sdk.models.pandocast",
    "Outputs": "pandocast_sdk.models.pandocast",
    "Page": "pandocast_sdk._drivers.sync_pages",
    "Pandocast": "pandocast_sdk._sync.client",
    "Passband": "pandocast_sdk._sync.passband",
    "PassbandPlatform": "pandocast_sdk.models.drafts",
    "PipelineErrorCount": "pandocast_sdk.models.pipeline",
    "PipelineRun": "pandocast_sdk.models.pipeline",
    "PipelineStats": "pandocast_sdk.models.pipeline",
    "PipelineTrigger": "pandocast_sdk.models.pipeline",
    "PlatformEngagement": "pandocast_sdk.models.engagement",
    "PostingTime": "pandocast_sdk.models.schedule",
    "RateLimitPolicy": "pandocast_sdk.options",
    "RateLimitState": "pandocast_sdk._core.rate_limit.state",
    "RecentPipelineStats": "pandocast_sdk.models.pipeline",
    "Response": "pandocast_sdk._core.requests.custom",
    "RunStatus": "pandocast_sdk.models.pipeline",
    "ScheduledDraft": "pandocast_sdk.models.schedule",
    "ScheduledPost": "pandocast_sdk.models.pandocast",
    "Slot": "pandocast_sdk.models.schedule",
    "SlotDict": "pandocast_sdk.models.schedule",
    "Source": "pandocast_sdk.models.sources",
    "SourceHealth": "pandocast_sdk.models.sources",
    "SourceTest": "pandocast_sdk.models.sources",
    "SourceTestItem": "pandocast_sdk.models.sources",
    "SourceType": "pandocast_sdk.models.sources",
    "TopPost": "pandocast_sdk.models.engagement",
    "Variant": "pandocast_sdk.models.experiments",
    "VariantDict": "pandocast_sdk.models.experiments",
    "VariantResult": "pandocast_sdk.models.experiments",
    "VoiceProfile": "pandocast_sdk.models.voice_profile",
}
"""Where each name lives; all others are errors."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES.get(name, "pandocast_sdk.errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
