"""Webhooks: signatures, typed events and the receiver that joins them.

Each name is loaded when it is first used. `sign` and `verify_signature` need only the standard library; the
others need pydantic.
"""

from importlib import import_module

TYPE_CHECKING = False  # as checkers take it; `typing` would cost more than all else that is loaded here
if TYPE_CHECKING:
    from pandocast_sdk.webhooks.events import (
        AbTestCompleted,
        ContentAnalyzed,
        ContentUploaded,
        Event,
        OutputsGenerated,
        PostFailed,
        PostPublished,
        UnknownEvent,
    )
    from pandocast_sdk.webhooks.receiver import Webhook
    from pandocast_sdk.webhooks.signature import sign, verify_signature

__all__ = [
    "AbTestCompleted",
    "ContentAnalyzed",
    "ContentUploaded",
    "Event",
    "OutputsGenerated",
    "PostFailed",
    "PostPublished",
    "UnknownEvent",
    "Webhook",
    "sign",
    "verify_signature",
]

_MODULES = {"Webhook": "receiver", "sign": "signature", "verify_signature": "signature"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_MODULES.get(name, 'events')}"), name)
    globals()[name] = value  # the next use finds it without this function
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
