"""The operation on the calendar feed (reference, "Get calendar feed URL")."""

from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_sdk._core.requests.operation import Operation, operation
from pandocast_sdk._core.requests.reading import reads
from pandocast_sdk.models.calendar import CalendarFeed


def get_feed() -> Operation[CalendarFeed]:
    """Where the feed is."""
    return operation(ROUTES["get_calendar_feed"], reads(CalendarFeed))
