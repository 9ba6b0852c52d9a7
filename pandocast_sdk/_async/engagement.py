"""How posts did.

Reference: "Engagement summary", "Upsert engagement metrics".
"""

from __future__ import annotations

from pandocast_sdk import models
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.operations import engagement as operations
from pandocast_sdk._drivers.async_session import AsyncSession


class AsyncEngagementResource:
    """The operations on engagement; reached as `client.engagement`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def summary(self, *, top: int | None = None) -> models.EngagementSummary:
        """Return all posts in numbers, and those that did best.

        Args:
            top: How many of the best, 1 to 50; None for 10.

        Raises:
            ValueError: `top` is out of its bounds; nothing was sent.
            PandocastError: It could not be read.

        Reference: "Engagement summary".
        """
        return await self._session.run(call, operations.get_summary(top))

    async def record(
        self,
        *,
        draft_id: str,
        platform: models.PassbandPlatform | str,
        post_id: str | None = None,
        status: models.EngagementStatus | None = None,
        error_message: str | None = None,
        likes: int | None = None,
        replies: int | None = None,
        reposts: int | None = None,
        impressions: int | None = None,
        clicks: int | None = None,
    ) -> models.Engagement:
        """Record how a draft did on a platform.

        There is one record for each draft and platform. What is not given stays as it is; recording the same
        twice changes nothing, as the numbers are totals.

        Args:
            draft_id: Which draft.
            platform: On which platform.
            post_id: Names the post there.
            status: Whether it was posted there.
            error_message: Why not.
            likes: How many likes there are, 0 or more, as all counts.
            replies: How many replies.
            reposts: How many reposts.
            impressions: How often it was shown.
            clicks: How many clicks.

        Raises:
            ValueError: An argument is out of its bounds; nothing was sent.
            BadRequestError: The service refuses an argument.
            NotFoundError: There is no such draft.
            PandocastError: With `outcome_unknown` set when it may have been recorded all the same.

        Reference: "Upsert engagement metrics".
        """
        return await self._session.run(
            call,
            operations.record(
                draft_id=draft_id,
                platform=platform,
                post_id=post_id,
                status=status,
                error_message=error_message,
                likes=likes,
                replies=replies,
                reposts=reposts,
                impressions=impressions,
                clicks=clicks,
            ),
        )
