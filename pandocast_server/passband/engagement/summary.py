"""Engagement summary: what all that was measured adds up to (reference, "Engagement summary").

The engagement rate is (likes + replies + reposts + clicks) / impressions (contract, section 2): 0 without
impressions, and more than 1 where an impression brought more than one reaction.
"""

from typing import Final, TypeAlias

from sqlalchemy import Column, ColumnElement, Connection, Float, RowMapping, and_, case, cast, func, select

from pandocast_server.passband.drafts.transitions import POSTED
from pandocast_server.storage.passband_tables import drafts, engagement

_REACTIONS = engagement.c.likes + engagement.c.replies + engagement.c.reposts + engagement.c.clicks

RATE: Final[ColumnElement[float]] = case(
    (engagement.c.impressions > 0, cast(_REACTIONS, Float) / engagement.c.impressions), else_=0.0
)
"""The rate of a row, in statements."""

# The largest counts would overflow the sum of a thousand of them, so their halves are added up.
_HALF = 2**26

_TOTALS = {
    "totalLikes": "likes",
    "totalReplies": "replies",
    "totalReposts": "reposts",
    "totalImpressions": "impressions",
}

_Summary: TypeAlias = dict[str, object]


def summarize(connection: Connection, *, workspace_id: str, top: int) -> _Summary:
    """Return totals, means of the rates and the best posts, as the answer has them.

    All but `totalPosted` is over the rows that have metrics.
    """
    is_ours = and_(engagement.c.workspace_id == workspace_id, engagement.c.measured_at.is_not(None))
    return {
        "totalPosted": _posted(connection, workspace_id),
        **_totals(connection, is_ours),
        "topPosts": _top_posts(connection, is_ours, top),
        "byFormat": _means_by(connection, is_ours, drafts.c.format),
        "byPlatform": _means_by(connection, is_ours, engagement.c.platform),
    }


def engagement_rate(row: RowMapping) -> float:
    """Return the rate of a row that was read, to the last bit as a statement finds it."""
    reactions = float(row["likes"] + row["replies"] + row["reposts"] + row["clicks"])
    return reactions / row["impressions"] if row["impressions"] else 0.0


def _posted(connection: Connection, workspace_id: str) -> int:
    query = select(func.count()).where(drafts.c.workspace_id == workspace_id, drafts.c.status == POSTED)
    return connection.execute(query).scalar_one()


def _totals(connection: Connection, is_ours: ColumnElement[bool]) -> _Summary:
    halves = [half for name in _TOTALS.values() for half in _halves(name)]
    query = select(func.count().label("count"), func.avg(RATE).label("rate"), *halves).where(is_ours)
    row = connection.execute(query).mappings().one()
    return {
        "totalWithMetrics": row["count"],
        "avgEngagementRate": float(row["rate"] or 0),
        **{total: _sum(row, name) for total, name in _TOTALS.items()},
    }


def _halves(name: str) -> list[ColumnElement[int]]:
    column = engagement.c[name]
    return [func.sum(column // _HALF).label(f"{name}_high"), func.sum(column % _HALF).label(f"{name}_low")]


def _sum(row: RowMapping, name: str) -> int:
    return int(row[f"{name}_high"] or 0) * _HALF + int(row[f"{name}_low"] or 0)


def _top_posts(connection: Connection, is_ours: ColumnElement[bool], top: int) -> list[_Summary]:
    best_first = (RATE.desc(), engagement.c.likes.desc(), engagement.c.seq)
    query = select(engagement).where(is_ours).order_by(*best_first).limit(top)
    return [_top_post(row) for row in connection.execute(query).mappings()]


def _top_post(row: RowMapping) -> _Summary:
    return {
        "draftId": row["draft_id"],
        "platform": row["platform"],
        "postId": row["post_id"],
        "engagementRate": engagement_rate(row),
        "likes": row["likes"],
        "replies": row["replies"],
        "reposts": row["reposts"],
        "impressions": row["impressions"],
    }


def _means_by(connection: Connection, is_ours: ColumnElement[bool], group: Column[str]) -> list[_Summary]:
    """Return how many posts each group has and the mean of their rates, best first, then by name."""
    rate = func.avg(RATE)
    query = (
        select(group, func.count(), rate)
        .join_from(engagement, drafts, engagement.c.draft_id == drafts.c.id)
        .where(is_ours)
        .group_by(group)
        .order_by(rate.desc(), group)
    )
    return [
        {group.name: name, "posts": count, "avgEngagementRate": float(mean)}
        for name, count, mean in connection.execute(query)
    ]
