# Generated from pandocast_sdk/_async/engagement.py by tests/support/unasync.py; edit that file.
"""Engagement: the numbers of posted drafts.

Reference: "Engagement summary", "Upsert engagement metrics".
"""

from __future__ import annotations

from pandocast_sdk import models
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.operations import engagement as operations
from pandocast_sdk._drivers.sync_session import Session


class EngagementResource:
    """The operations on engagement; reached as `client.engagement`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def summary(self, *, top: int | None = None) -> models.EngagementSummary:
        """Return totals and averages over all posts, and the best posts.

        Args:
            top: How many of the best posts, 1 to 50; None for 10.

        Raises:
            ValueError: `top` is out of range; nothing was sent.
            PandocastError: The request failed.

        Reference: "Engagement summary".
        """
        return self._session.run(call, operations.get_summary(top))

    def record(
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
        """Record the engagement with a draft on one platform.

        There is one record for each draft and platform. Arguments that are None leave their field unchanged.
        Counts are totals, 0 or more, so recording the same ones twice changes nothing.

        Args:
            draft_id: The draft.
            platform: The platform.
            post_id: The post's id on the platform.
            status: Whether it was posted there.
            error_message: Why it was not posted.
            likes: The number of likes.
            replies: The number of replies.
            reposts: The number of reposts.
            impressions: How often the post was shown.
            clicks: The number of clicks.

        Raises:
            ValueError: An argument is out of range; nothing was sent.
            BadRequestError: The service rejects an argument.
            NotFoundError: There is no such draft.
            PandocastError: The request failed; if `outcome_unknown` is set, the record may have changed
                anyway.

        Reference: "Upsert engagement metrics".
        """
        return self._session.run(
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
