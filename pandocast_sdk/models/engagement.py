"""The models of Passband's engagement.

Reference: "Engagement summary", "Upsert engagement metrics".
"""

from typing import Literal, TypeAlias

from pandocast_sdk.models.base import Open, PassbandModel, Timestamp
from pandocast_sdk.models.drafts import DraftFormat, PassbandPlatform

__all__ = [
    "Engagement",
    "EngagementStatus",
    "EngagementSummary",
    "FormatEngagement",
    "PlatformEngagement",
    "TopPost",
]

EngagementStatus: TypeAlias = Literal["pending", "posted", "failed", "abandoned"]
"""The life of a post on one platform."""


class Engagement(PassbandModel):
    """How one draft did on one platform.

    Attributes:
        id: The id of this record.
        draft_id: The id of the draft.
        platform: The platform.
        status: Whether it was posted there.
        created_at: When the record was created.
        post_id: The id of the post there.
        retry_count: How often posting was retried.
        retry_after: When it will be retried.
        error_message: Why posting failed.
        failed_at: When it failed.
        likes: The number of likes.
        replies: The number of replies.
        reposts: The number of reposts.
        impressions: How often it was shown.
        clicks: The number of clicks.
        engagement_rate: Likes, replies, reposts and clicks for each impression; above 1 when they outnumber
            the impressions.
        measured_at: When the numbers were last reported.
    """

    id: str
    draft_id: str
    platform: Open[PassbandPlatform]
    status: Open[EngagementStatus]
    created_at: Timestamp
    post_id: str | None = None
    retry_count: int | None = None
    retry_after: Timestamp | None = None
    error_message: str | None = None
    failed_at: Timestamp | None = None
    likes: int | None = None
    replies: int | None = None
    reposts: int | None = None
    impressions: int | None = None
    clicks: int | None = None
    engagement_rate: float | None = None
    measured_at: Timestamp | None = None


class TopPost(PassbandModel):
    """One of the posts that did best.

    Attributes:
        draft_id: The id of the draft.
        platform: The platform.
        post_id: The id of the post there.
        engagement_rate: As in `Engagement`.
        likes: The number of likes.
        replies: The number of replies.
        reposts: The number of reposts.
        impressions: How often it was shown.
    """

    draft_id: str | None = None
    platform: Open[PassbandPlatform] | None = None
    post_id: str | None = None
    engagement_rate: float | None = None
    likes: int | None = None
    replies: int | None = None
    reposts: int | None = None
    impressions: int | None = None


class FormatEngagement(PassbandModel):
    """How the posts of one format did.

    Attributes:
        format: The format.
        posts: The number of posts with metrics.
        avg_engagement_rate: The mean of their rates.
    """

    format: Open[DraftFormat] | None = None
    posts: int | None = None
    avg_engagement_rate: float | None = None


class PlatformEngagement(PassbandModel):
    """How the posts on one platform did.

    Attributes:
        platform: The platform.
        posts: The number of posts with metrics.
        avg_engagement_rate: The mean of their rates.
    """

    platform: Open[PassbandPlatform] | None = None
    posts: int | None = None
    avg_engagement_rate: float | None = None


class EngagementSummary(PassbandModel):
    """How all posts did.

    Attributes:
        total_posted: The number of drafts that were posted.
        total_with_metrics: The number of posts with metrics.
        total_likes: The number of likes.
        total_replies: The number of replies.
        total_reposts: The number of reposts.
        total_impressions: How often they were shown.
        top_posts: Those that did best, best first.
        by_format: The same for each format.
        by_platform: The same for each platform.
        avg_engagement_rate: The mean of the posts' rates.
    """

    total_posted: int
    total_with_metrics: int
    total_likes: int
    total_replies: int
    total_reposts: int
    total_impressions: int
    top_posts: list[TopPost]
    by_format: list[FormatEngagement]
    by_platform: list[PlatformEngagement]
    avg_engagement_rate: float | None = None
