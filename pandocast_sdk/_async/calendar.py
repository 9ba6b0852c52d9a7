"""The scheduled posts as a calendar (reference, "Get calendar feed URL")."""

from __future__ import annotations

from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.operations import calendar as calendar_operations
from pandocast_sdk._drivers.async_session import AsyncSession
from pandocast_sdk.models.calendar import CalendarFeed


class AsyncCalendarResource:
    """The operation on the calendar feed; reached as `client.calendar`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def feed(self) -> CalendarFeed:
        """Give the address to which calendars can subscribe (reference, "Get calendar feed URL").

        Who knows the address can read the feed: treat it like a password.

        Raises:
            PandocastError: It could not be read.
        """
        return await self._session.run(call, calendar_operations.get_feed())
