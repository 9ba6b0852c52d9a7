"""What requests on engagement hold (reference, "Engagement")."""

from typing import Annotated, Literal

from pydantic import Field

from pandocast_server.validation import LARGEST_COUNT, CamelModel, Digits, Text, Whole

_Count = Annotated[int, Whole(0, LARGEST_COUNT)]


class EngagementQuery(CamelModel):
    """How many of the best posts."""

    top: Annotated[int, Digits(1, 50)] = 10


class EngagementBody(CamelModel):
    """What came of a draft on a platform; what is None stays as it is."""

    draft_id: Annotated[Text, Field(max_length=1_000)]
    platform: Annotated[Text, Field(max_length=50)]
    post_id: Annotated[str, Field(max_length=1_000)] | None = None
    status: Literal["pending", "posted", "failed", "abandoned"] | None = None
    error_message: Annotated[str, Field(max_length=10_000)] | None = None
    likes: _Count | None = None
    replies: _Count | None = None
    reposts: _Count | None = None
    impressions: _Count | None = None
    clicks: _Count | None = None
