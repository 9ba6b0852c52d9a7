"""The operations on engagement.

Reference: "Engagement summary", "Upsert engagement metrics".
"""

from __future__ import annotations

from pandocast_sdk import models
from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_sdk._core.requests.argument_types import optional_string
from pandocast_sdk._core.requests.operation import Operation, operation
from pandocast_sdk._core.requests.reading import reads
from pandocast_sdk._core.requests.validation import in_range, optional_at_least, text

_ENGAGEMENT_SUMMARY = reads(lambda: models.EngagementSummary)
_ENGAGEMENT = reads(lambda: models.Engagement)

_MOST_TOP_POSTS = 50


def get_summary(top: int | None) -> Operation[models.EngagementSummary]:
    """Get totals and averages over all posts."""
    query = {"top": None if top is None else in_range("top", top, 1, _MOST_TOP_POSTS)}
    return operation(ROUTES["get_engagement"], _ENGAGEMENT_SUMMARY, query=query)


def record(
    *,
    draft_id: str,
    platform: str,
    post_id: str | None,
    status: str | None,
    error_message: str | None,
    **counts: int | None,
) -> Operation[models.Engagement]:
    """Record the engagement with a draft; fields that are None stay unchanged."""
    body = {
        "draftId": text("draft_id", draft_id),
        "platform": text("platform", platform),
        "postId": optional_string("post_id", post_id),
        "status": optional_string("status", status),
        "errorMessage": optional_string("error_message", error_message),
        **{name: optional_at_least(name, count, 0) for name, count in counts.items()},
    }
    return operation(ROUTES["record_engagement"], _ENGAGEMENT, body=body)
