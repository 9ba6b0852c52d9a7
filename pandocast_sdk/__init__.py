"""A typed client library for the Pandocast and Passband APIs, sync and async.

Each public name is loaded when it is first used: importing one thing loads that thing.
"""

from pandocast_sdk._exports import PANDOCAST_SDK
from pandocast_sdk._imports import lazy_names

__getattr__, __dir__, __all__ = lazy_names(__name__, PANDOCAST_SDK)
