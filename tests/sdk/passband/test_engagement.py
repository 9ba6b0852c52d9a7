"""Engagement: the request of each method, its result, and the arguments it rejects."""

import pytest
from support.passband_wire import Call, assert_rejected, make_call

from pandocast_sdk import Engagement, EngagementSummary

RECORD = {
    "id": "eng_1",
    "draftId": "drf_1",
    "platform": "twitter",
    "postId": None,
    "status": "posted",
    "retryCount": 0,
    "retryAfter": None,
    "errorMessage": None,
    "failedAt": None,
    "likes": 3,
    "replies": 0,
    "reposts": 1,
    "impressions": 40,
    "clicks": 0,
    "engagementRate": 0.1,
    "measuredAt": "2026-03-28T10:00:00Z",
    "createdAt": "2026-03-28T10:00:00Z",
}
SUMMARY = {
    "totalPosted": 1,
    "totalWithMetrics": 1,
    "avgEngagementRate": 0.1,
    "totalLikes": 3,
    "totalReplies": 0,
    "totalReposts": 1,
    "totalImpressions": 40,
    "topPosts": [{"draftId": "drf_1", "platform": "twitter", "postId": None, "engagementRate": 0.1}],
    "byFormat": [{"format": "SHORT", "posts": 1, "avgEngagementRate": 0.1}],
    "byPlatform": [{"platform": "twitter", "posts": 1, "avgEngagementRate": 0.1}],
}


@pytest.mark.parametrize(
    ("call", "query"),
    [
        (lambda c: c.engagement.summary(), {}),
        (lambda c: c.engagement.summary(top=1), {"top": "1"}),
        (lambda c: c.engagement.summary(top=50), {"top": "50"}),
    ],
)
def test_summary_reads_totals_and_groups(call: Call, query: dict[str, str]) -> None:
    exchange = make_call(call, SUMMARY)
    assert exchange.request == ("GET", "/engagement", query, None)
    summary = exchange.result
    assert isinstance(summary, EngagementSummary)
    assert (summary.total_likes, summary.avg_engagement_rate) == (3, 0.1)
    assert (summary.top_posts[0].draft_id, summary.top_posts[0].likes) == ("drf_1", None)
    assert (summary.by_format[0].format, summary.by_platform[0].posts) == ("SHORT", 1)


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (
            lambda c: c.engagement.record(draft_id="drf_1", platform="mastodon"),
            {"draftId": "drf_1", "platform": "mastodon"},
        ),
        (
            lambda c: c.engagement.record(
                draft_id="drf_1",
                platform="twitter",
                post_id="p",
                status="failed",
                error_message="no",
                likes=0,
                replies=1,
                reposts=2,
                impressions=2**53,
                clicks=4,
            ),
            {
                "draftId": "drf_1",
                "platform": "twitter",
                "postId": "p",
                "status": "failed",
                "errorMessage": "no",
                "likes": 0,
                "replies": 1,
                "reposts": 2,
                "impressions": 2**53,
                "clicks": 4,
            },
        ),
    ],
)
def test_record_sends_only_the_arguments_given(call: Call, body: dict[str, object]) -> None:
    exchange = make_call(call, RECORD)
    assert exchange.request == ("PUT", "/engagement", {}, body)
    assert isinstance(exchange.result, Engagement)
    assert (exchange.result.draft_id, exchange.result.engagement_rate) == ("drf_1", 0.1)


@pytest.mark.parametrize("count", ["likes", "replies", "reposts", "impressions", "clicks"])
@pytest.mark.parametrize(
    ("value", "match"), [(-1, "must be 0 or more"), (True, "whole"), (1.0, "whole"), ("1", "whole")]
)
def test_a_count_is_a_whole_number_from_zero_on(count: str, value: object, match: str) -> None:
    assert_rejected(
        lambda c: c.engagement.record(draft_id="d", platform="p", **{count: value}), f"{count} .*{match}"
    )


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda c: c.engagement.summary(top=0), "top must be from 1 to 50, not 0"),
        (lambda c: c.engagement.summary(top=51), "top must be from 1 to 50, not 51"),
        (lambda c: c.engagement.summary(top=True), "top must be a whole number"),
        (lambda c: c.engagement.record(draft_id="", platform="p"), "draft_id must not be empty"),
        (lambda c: c.engagement.record(draft_id="d", platform=""), "platform must not be empty"),
    ],
)
def test_an_invalid_argument_is_rejected_before_anything_is_sent(call: Call, match: str) -> None:
    assert_rejected(call, match)
