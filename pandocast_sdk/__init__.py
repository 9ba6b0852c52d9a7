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

_HOMES = {
    "pandocast_sdk._async.client": ("AsyncPandocast",),
    "pandocast_sdk._core.raw": ("Response",),
    "pandocast_sdk._drivers.async_pages": ("AsyncPage", "AsyncPages"),
    "pandocast_sdk._drivers.sync_pages": ("Page",),
    "pandocast_sdk._sync.client": ("Pandocast",),
    "pandocast_sdk.errors": (
        "APIConnectionError",
        "APIStatusError",
        "APITimeoutError",
        "AuthenticationError",
        "BadRequestError",
        "ConflictError",
        "ContentFailedError",
        "DeadlineExceededError",
        "InternalServerError",
        "NotFoundError",
        "PandocastError",
        "PermissionDeniedError",
        "PoolTimeoutError",
        "RateLimitError",
        "RequestRecord",
        "ResponseValidationError",
        "WaitTimeoutError",
        "WebhookPayloadError",
        "WebhookVerificationError",
    ),
    "pandocast_sdk.models.pandocast": ("Content", "Generation", "Output", "Outputs", "ScheduledPost"),
    "pandocast_sdk.options": ("RateLimitPolicy",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

# pyright: reportUnsupportedDunderAll=false - a test holds the list equal to the imports above
__all__ = [*_HOME]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
