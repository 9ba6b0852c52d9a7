"""The calendar feed of scheduled posts.

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
        """Return the calendar feed and the address to subscribe to.

        Anyone with the address can read the feed: treat it like a password.

        Raises:
            PandocastError: The request failed.

        Reference: "Get calendar feed URL".
        """
        return await self._session.run(call, operations.get_feed())
