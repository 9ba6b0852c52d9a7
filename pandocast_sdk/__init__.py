"""A typed client library for the Pandocast API, sync and async.

The public names are loaded when they are first asked for: importing one thing loads that thing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandocast_sdk._async.client import AsyncPandocast as AsyncPandocast
    from pandocast_sdk._core.raw import Response as Response
    from pandocast_sdk._drivers.async_pages import AsyncPage as AsyncPage
    from pandocast_sdk._drivers.async_pages import AsyncPages as AsyncPages
    from pandocast_sdk._drivers.sync_pages import Page as Page
    from pandocast_sdk._sync.client import Pandocast as Pandocast
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
    from pandocast_sdk.models.pandocast import Content as Content
    from pandocast_sdk.models.pandocast import Generation as Generation
    from pandocast_sdk.models.pandocast import Output as Output
    from pandocast_sdk.models.pandocast import Outputs as Outputs
    from pandocast_sdk.models.pandocast import ScheduledPost as ScheduledPost
    from pandocast_sdk.options import RateLimitPolicy as RateLimitPolicy

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncPage",
    "AsyncPages",
    "AsyncPandocast",
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "Content",
    "ContentFailedError",
    "DeadlineExceededError",
    "Generation",
    "InternalServerError",
    "NotFoundError",
    "Output",
    "Outputs",
    "Page",
    "Pandocast",
    "PandocastError",
    "PermissionDeniedError",
    "PoolTimeoutError",
    "RateLimitError",
    "RateLimitPolicy",
    "RequestRecord",
    "Response",
    "ResponseValidationError",
    "ScheduledPost",
    "WaitTimeoutError",
    "WebhookPayloadError",
    "WebhookVerificationError",
]

_HOMES = {
    "AsyncPage": "pandocast_sdk._drivers.async_pages",
    "AsyncPages": "pandocast_sdk._drivers.async_pages",
    "AsyncPandocast": "pandocast_sdk._async.client",
    "Content": "pandocast_sdk.models.pandocast",
    "Generation": "pandocast_sdk.models.pandocast",
    "Output": "pandocast_sdk.models.pandocast",
    "Outputs": "pandocast_sdk.models.pandocast",
    "Page": "pandocast_sdk._drivers.sync_pages",
    "Pandocast": "pandocast_sdk._sync.client",
    "RateLimitPolicy": "pandocast_sdk.options",
    "Response": "pandocast_sdk._core.raw",
    "ScheduledPost": "pandocast_sdk.models.pandocast",
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
