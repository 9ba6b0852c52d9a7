"""Engagement: recording what came of a draft on a platform, and summing it up (contract, section 2)."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import Connection, RowMapping, and_, func, insert, select, update
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pandocast_server.errors import not_found
from pandocast_server.json_body import read_body
from pandocast_server.passband.drafts import transitions
from pandocast_server.passband.wire import camel
from pandocast_server.routing import Endpoint, runtime_of, workspace_of
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import drafts, engagement
from pandocast_server.validation import LARGEST_COUNT, CamelModel, Digits, Text, Whole, read_query

PENDING = "pending"
POSTED = "posted"
FAILED = "failed"
ABANDONED = "abandoned"

METRICS = frozenset({"likes", "replies", "reposts", "impressions", "clicks"})

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


class Engagement(Endpoint):
    """What came of the workspace's posts."""

    # Not async: it reads all that was ever measured, so Starlette is to call it in a thread.
    def get(self, request: Request) -> Response:
        """Return totals, means of the rates and the best posts (reference, "Engagement summary")."""
        top = read_query(request, EngagementQuery).top
        workspace_id = workspace_of(request)
        posted = select(func.count()).where(
            drafts.c.workspace_id == workspace_id, drafts.c.status == transitions.POSTED
        )
        with runtime_of(request).database.read() as connection:
            total_posted = connection.execute(posted).scalar_one()
            rows = measured(connection, workspace_id)
        best_first = sorted(rows, key=lambda row: (-engagement_rate(row), -row["likes"]))
        return JSONResponse(
            {
                "totalPosted": total_posted,
                "totalWithMetrics": len(rows),
                "avgEngagementRate": _mean_rate(rows),
                "totalLikes": sum(row["likes"] for row in rows),
                "totalReplies": sum(row["replies"] for row in rows),
                "totalReposts": sum(row["reposts"] for row in rows),
                "totalImpressions": sum(row["impressions"] for row in rows),
                "topPosts": [_top_post(row) for row in best_first[:top]],
                "byFormat": _means_by(rows, "format"),
                "byPlatform": _means_by(rows, "platform"),
            }
        )

    async def put(self, request: Request) -> Response:
        """Record what is given, and leave the rest as it is (reference, "Upsert engagement metrics")."""
        body = await read_body(request, EngagementBody)
        runtime = runtime_of(request)
        given = body.model_dump(exclude={"draft_id", "platform"}, exclude_none=True)
        if not METRICS.isdisjoint(given):
            given["measured_at"] = runtime.clock.now()
        with runtime.database.write() as connection:
            row = upsert_engagement(
                connection,
                runtime,
                workspace_id=workspace_of(request),
                draft_id=body.draft_id,
                platform=body.platform,
                values=given,
            )
        return JSONResponse({**camel(row, _ON_THE_WIRE), "engagementRate": engagement_rate(row)})


ROUTES = [Route("/engagement", Engagement)]


def upsert_engagement(
    connection: Connection,
    runtime: Runtime,
    *,
    workspace_id: str,
    draft_id: str,
    platform: str,
    values: Mapping[str, object],
) -> RowMapping:
    """Set some columns of a draft's row for a platform, which is added if need be, and return the row.

    Raises:
        ApiError: 404, the workspace has no such draft.
    """
    draft = select(drafts.c.id).where(drafts.c.id == draft_id, drafts.c.workspace_id == workspace_id)
    if connection.scalar(draft.with_for_update()) is None:  # one at a time adds a row for the draft
        raise not_found("Draft")
    now = runtime.clock.now()
    is_it = and_(engagement.c.draft_id == draft_id, engagement.c.platform == platform)
    if connection.scalar(select(engagement.c.seq).where(is_it)) is None:
        connection.execute(
            insert(engagement).values(
                id=runtime.identifiers.new("eng"),
                workspace_id=workspace_id,
                draft_id=draft_id,
                platform=platform,
                status=PENDING,
                created_at=now,
            )
        )
    if "status" in values:
        values = {**values, "failed_at": now if values["status"] in {FAILED, ABANDONED} else None}
    if values:
        connection.execute(update(engagement).where(is_it).values(**values))
    return connection.execute(select(engagement).where(is_it)).mappings().one()


def measured(connection: Connection, workspace_id: str) -> Sequence[RowMapping]:
    """Return all rows that have metrics, in their order, with the format and `posted_at` of their drafts."""
    query = (
        select(engagement, drafts.c.format, drafts.c.posted_at)
        .join_from(engagement, drafts, engagement.c.draft_id == drafts.c.id)
        .where(engagement.c.workspace_id == workspace_id, engagement.c.measured_at.is_not(None))
        .order_by(engagement.c.seq)
    )
    return connection.execute(query).mappings().all()


def engagement_rate(row: RowMapping) -> float:
    """Return the reactions per impression, which may be more than 1; 0 without impressions."""
    reactions: int = row["likes"] + row["replies"] + row["reposts"] + row["clicks"]
    return reactions / row["impressions"] if row["impressions"] else 0.0


def _mean_rate(rows: Sequence[RowMapping]) -> float:
    return fmean(map(engagement_rate, rows)) if rows else 0.0


def _means_by(rows: Sequence[RowMapping], name: str) -> list[dict[str, object]]:
    """Return how many posts each group has and the mean of their rates, best first, then by name."""
    groups: dict[str, list[RowMapping]] = {}
    for row in rows:
        groups.setdefault(row[name], []).append(row)
    means = {group: _mean_rate(members) for group, members in groups.items()}
    best_first = sorted(groups, key=lambda group: (-means[group], group))
    return [
        {name: group, "posts": len(groups[group]), "avgEngagementRate": means[group]} for group in best_first
    ]


def _top_post(row: RowMapping) -> dict[str, object]:
    post = camel(row, "draft_id platform post_id likes replies reposts impressions")
    return {**post, "engagementRate": engagement_rate(row)}


_ON_THE_WIRE = """
    id draft_id platform post_id status retry_count retry_after error_message failed_at
    likes replies reposts impressions clicks measured_at created_at
"""
