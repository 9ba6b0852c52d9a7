# Generated from pandocast_sdk/_async/calendar.py by tests/support/unasync.py; edit that file.
"""The calendar feed of scheduled posts.

Reference: "Get calendar feed URL".
"""

from __future__ import annotations

from pandocast_sdk import models
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.operations import calendar as operations
from pandocast_sdk._drivers.sync_session import Session


class CalendarResource:
    """The operation on the calendar feed; reached as `client.calendar`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def feed(self) -> models.CalendarFeed:
        """Return the calendar feed and the address to subscribe to.

        Anyone with the address can read the feed: treat it like a password.

        Raises:
            PandocastError: The request failed.

        Reference: "Get calendar feed URL".
        """
        return self._session.run(call, operations.get_feed())
