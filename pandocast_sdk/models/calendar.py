"""The models of Passband's calendar feed.

Reference: "Get calendar feed URL".
"""

from pydantic import Field

from pandocast_sdk.models.base import PassbandModel

__all__ = ["CalendarFeed"]


class CalendarFeed(PassbandModel):
    """Where calendars can subscribe to the scheduled posts.

    Attributes:
        enabled: Whether there is a feed.
        url: Its address; whoever knows it can read the feed, so it is not shown in a `repr`.
    """

    enabled: bool
    url: str | None = Field(default=None, repr=False)
