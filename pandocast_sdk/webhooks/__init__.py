"""Webhooks: signatures, typed events and the receiver that joins them.

Each name is loaded when it is first used. `sign` and `verify_signature` need only the standard library; the
others need pydantic.
"""

from pandocast_sdk._exports import WEBHOOKS
from pandocast_sdk._imports import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, WEBHOOKS)
