"""A typed client library for the Pandocast and Passband APIs, sync and async.

Each public name is loaded when it is first used: importing one thing loads that thing.
"""

from pandocast_sdk import _exports, _imports

__getattr__, __dir__, __all__ = _imports.lazy_names(__name__, _exports.PANDOCAST_SDK)
