"""The scheduled posts as a calendar.

Reference: "Get calendar feed URL".
"""

from __future__ import annotations

from pandocast_sdk import models
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.operations import calendar as operations
from pandocast_sdk._drivers.async_session import AsyncSession


class AsyncCalendarResource:
    """The operation on the calendar feed; reached as `client.calendar`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def feed(self) -> models.CalendarFeed:
        """Return the address to which calendars can subscribe.

        Who knows the address can read the feed: treat it like a password.

        Raises:
            PandocastError: It could not be read.

        Reference: "Get calendar feed URL".
        """
        return await self._session.run(call, operations.get_feed())
