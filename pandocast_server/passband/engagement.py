"""Engagement: recording what came of a draft on a platform, and summing it up (contract, section 2)."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, insert, select, update

from pandocast_server.errors import bad_request, not_found
from pandocast_server.fields import Fields, optional_choice, optional_count, optional_text, required_text
from pandocast_server.passband.engagement_rate import engagement_rate
from pandocast_server.passband.engagement_summary import summarize
from pandocast_server.passband.posting_times import forget_posting_times
from pandocast_server.queries import whole_number
from pandocast_server.routing import Call, Reply, json_reply
from pandocast_server.storage.passband_tables import drafts, engagement
from pandocast_server.timestamps import maybe_wire_text, wire_text

PENDING = "pending"
POSTED = "posted"
FAILED = "failed"
ABANDONED = "abandoned"

METRICS = ("likes", "replies", "reposts", "impressions", "clicks")

_MOST_ON_TOP = 50
_USUAL_ON_TOP = 10
_LONGEST_ID = 1_000
_LONGEST_PLATFORM = 50
_LONGEST_POST_ID = 1_000
_LONGEST_MESSAGE = 10_000


async def get_engagement(call: Call) -> Reply:
    """Give totals, averages of the rates and the best posts (reference, "Engagement summary")."""
    top = whole_number(call.query, "top", least=1, most=_MOST_ON_TOP, default=_USUAL_ON_TOP)
    # It reads all that was ever measured, which must not hold everybody else up.
    return await asyncio.to_thread(_summary, call, top)


def _summary(call: Call, top: int) -> Reply:
    with call.runtime.database.read() as connection:
        return json_reply(summarize(connection, workspace_id=call.workspace_id, top=top))


def record_engagement(call: Call) -> Reply:
    """Record metrics or a status; what is absent stays as it is (reference, "Upsert engagement metrics")."""
    draft_id = required_text(call.body, "draftId", longest=_LONGEST_ID)
    platform = required_text(call.body, "platform", longest=_LONGEST_PLATFORM)
    given = {
        "post_id": _text(call.body, "postId", _LONGEST_POST_ID),
        "status": optional_choice(call.body, "status", (PENDING, POSTED, FAILED, ABANDONED)),
        "error_message": _text(call.body, "errorMessage", _LONGEST_MESSAGE),
        **{name: optional_count(call.body, name) for name in METRICS},
    }
    is_measured = any(given[name] is not None for name in METRICS)
    with call.runtime.database.write() as connection:
        if is_measured:
            # First, as everybody who needs the workspace's lock takes it before those of rows.
            forget_posting_times(connection, workspace_id=call.workspace_id)
        _lock_draft(connection, workspace_id=call.workspace_id, draft_id=draft_id)
        values = _changes(given, call.runtime.clock.now(), is_measured=is_measured)
        is_it = and_(engagement.c.draft_id == draft_id, engagement.c.platform == platform)
        if connection.execute(select(engagement.c.seq).where(is_it)).one_or_none() is None:
            _add(connection, call, draft_id=draft_id, platform=platform)
        if values:
            connection.execute(update(engagement).where(is_it).values(**values))
        return json_reply(_on_the_wire(connection.execute(select(engagement).where(is_it)).mappings().one()))


def _text(body: Fields, name: str, longest: int) -> str | None:
    text = optional_text(body, name)
    if text is not None and len(text) > longest:
        raise bad_request(f"{name} must have at most {longest} characters, not {len(text)}")
    return text


def _changes(given: Mapping[str, object], now: datetime, *, is_measured: bool) -> dict[str, object]:
    values = {name: value for name, value in given.items() if value is not None}
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


def _add(connection: Connection, call: Call, *, draft_id: str, platform: str) -> None:
    connection.execute(
        insert(engagement).values(
            id=call.runtime.identifiers.new("eng"),
            workspace_id=call.workspace_id,
            draft_id=draft_id,
            platform=platform,
            status=PENDING,
            created_at=call.runtime.clock.now(),
        )
    )


def _on_the_wire(row: RowMapping) -> dict[str, object]:
    return {
        "id": row["id"],
        "draftId": row["draft_id"],
        "platform": row["platform"],
        "postId": row["post_id"],
        "status": row["status"],
        "retryCount": row["retry_count"],
        "retryAfter": maybe_wire_text(row["retry_after"]),
        "errorMessage": row["error_message"],
        "failedAt": maybe_wire_text(row["failed_at"]),
        **{name: row[name] for name in METRICS},
        "engagementRate": engagement_rate(row),
        "measuredAt": maybe_wire_text(row["measured_at"]),
        "createdAt": wire_text(row["created_at"]),
    }
