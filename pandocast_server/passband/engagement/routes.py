"""Engagement: recording what came of a draft on a platform, and summing it up (contract, section 2)."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, insert, select, update
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pandocast_server.errors import not_found
from pandocast_server.json_body import read_body
from pandocast_server.passband.engagement.models import EngagementBody, EngagementQuery
from pandocast_server.passband.engagement.summary import engagement_rate, summarize
from pandocast_server.passband.wire import camel
from pandocast_server.routing import Endpoint, runtime_of, workspace_of
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import drafts, engagement
from pandocast_server.validation import read_query

PENDING = "pending"
POSTED = "posted"
FAILED = "failed"
ABANDONED = "abandoned"

METRICS = ("likes", "replies", "reposts", "impressions", "clicks")


async def get_engagement(request: Request) -> Response:
    """Return totals, averages of the rates and the best posts (reference, "Engagement summary")."""
    top = read_query(request, EngagementQuery).top
    # It reads all that was ever measured, which must not hold everybody else up.
    return await asyncio.to_thread(_summary, runtime_of(request), workspace_of(request), top)


def _summary(runtime: Runtime, workspace_id: str, top: int) -> Response:
    with runtime.database.read() as connection:
        return JSONResponse(summarize(connection, workspace_id=workspace_id, top=top))


async def record_engagement(request: Request) -> Response:
    """Record metrics or a status; what is absent stays as it is (reference, "Upsert engagement metrics")."""
    body = await read_body(request, EngagementBody)
    runtime, workspace_id = runtime_of(request), workspace_of(request)
    given = body.model_dump(exclude={"draft_id", "platform"}, exclude_none=True)
    is_measured = not given.keys().isdisjoint(METRICS)
    with runtime.database.write() as connection:
        _lock_draft(connection, workspace_id=workspace_id, draft_id=body.draft_id)
        values = _changes(given, runtime.clock.now(), is_measured=is_measured)
        is_it = and_(engagement.c.draft_id == body.draft_id, engagement.c.platform == body.platform)
        if connection.execute(select(engagement.c.seq).where(is_it)).one_or_none() is None:
            _add(connection, runtime, workspace_id, body)
        if values:
            connection.execute(update(engagement).where(is_it).values(**values))
        recorded = connection.execute(select(engagement).where(is_it)).mappings().one()
    return JSONResponse(_on_the_wire(recorded))


class Engagement(Endpoint):
    """What came of the workspace's posts."""

    get = staticmethod(get_engagement)
    put = staticmethod(record_engagement)


ROUTES = [Route("/engagement", Engagement)]


def _changes(given: Mapping[str, object], now: datetime, *, is_measured: bool) -> dict[str, object]:
    values = dict(given)
    if "status" in values:
        values["failed_at"] = now if values["status"] in {FAILED, ABANDONED} else None
    if is_measured:
        values["measured_at"] = now
    return values


def _lock_draft(connection: Connection, *, workspace_id: str, draft_id: str) -> None:
    """Make sure that the draft is there, and that one call at a time records something of it.

    Raises:
        ApiError: 404, the workspace has no such draft.
    """
    query = select(drafts.c.id).where(drafts.c.id == draft_id, drafts.c.workspace_id == workspace_id)
    if connection.execute(query.with_for_update()).one_or_none() is None:
        raise not_found("Draft")


def _add(connection: Connection, runtime: Runtime, workspace_id: str, body: EngagementBody) -> None:
    connection.execute(
        insert(engagement).values(
            id=runtime.identifiers.new("eng"),
            workspace_id=workspace_id,
            draft_id=body.draft_id,
            platform=body.platform,
            status=PENDING,
            created_at=runtime.clock.now(),
        )
    )


def _on_the_wire(row: RowMapping) -> dict[str, object]:
    return {**camel(row, _ON_THE_WIRE), "engagementRate": engagement_rate(row)}


_ON_THE_WIRE = """
    id draft_id platform post_id status retry_count retry_after error_message failed_at
    likes replies reposts impressions clicks measured_at created_at
"""
