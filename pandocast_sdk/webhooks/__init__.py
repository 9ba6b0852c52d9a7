"""Webhooks: signatures, typed events and the receiver that combines them.

Each name is loaded when it is first used. `sign` and `verify_signature` need only the standard library; the
others need pydantic.
"""

from pandocast_sdk import _exports, _imports

__getattr__, __dir__, __all__ = _imports.lazy_names(__name__, _exports.WEBHOOKS)
