"""The operation on the calendar feed.

Reference: "Get calendar feed URL".
"""

from __future__ import annotations

from pandocast_sdk import models
from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_sdk._core.requests.operation import Operation, operation
from pandocast_sdk._core.requests.reading import reads

_CALENDAR_FEED = reads(lambda: models.CalendarFeed)


def get_feed() -> Operation[models.CalendarFeed]:
    """Get the calendar feed."""
    return operation(ROUTES["get_calendar_feed"], _CALENDAR_FEED)
