"""The calendar feed: where it is, and what is read there (contract, section 2, "Sources")."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, RowMapping, func, select

from pandocast_server.errors import not_found
from pandocast_server.passband.calendar_document import LONGEST_DESCRIPTION, Posting, calendar_document
from pandocast_server.passband.calendar_feed import find_feed
from pandocast_server.passband.transitions import POSTED, SCHEDULED
from pandocast_server.routing import Call, Reply, json_reply
from pandocast_server.storage.passband_tables import drafts

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
MOST_EVENTS: Final = 1000
POSTED_FOR: Final = timedelta(days=30)

# The address is a secret: neither a cache nor a page that is linked from an event is to learn it.
_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def get_calendar_feed(call: Call) -> Reply:
    """Give the address of the feed (reference, "Get calendar feed URL")."""
    secret = call.runtime.database.secret()
    with call.runtime.database.read() as connection:
        feed = find_feed(connection, secret, workspace_id=call.workspace_id)
    return json_reply({"enabled": feed.enabled, "url": feed.url(call.origin)})


async def read_calendar(call: Call) -> Reply:
    """Give the calendar to whoever knows its address; every other address is 404, in the same words."""
    # A full one takes a while to find and to write.
    return await asyncio.to_thread(_calendar, call)


def _calendar(call: Call) -> Reply:
    workspace_id = call.path["workspace"]
    secret = call.runtime.database.secret()
    with call.runtime.database.read() as connection:
        if not find_feed(connection, secret, workspace_id=workspace_id).is_read_by(call.path["file"]):
            raise not_found("Calendar")
        postings = _postings(connection, workspace_id, call.runtime.clock.now())
    return Reply(calendar_document(postings), MEDIA_TYPE, _HEADERS)


def _postings(connection: Connection, workspace_id: str, now: datetime) -> list[Posting]:
    """Give what is scheduled, the next first, and what room is left to what was posted, the latest first."""
    columns = (
        drafts.c.id,
        drafts.c.seq,
        drafts.c.status,
        drafts.c.scheduled_at,
        drafts.c.posted_at,
        drafts.c.tags,
        drafts.c.updated_at,
        func.substr(drafts.c.text, 1, LONGEST_DESCRIPTION + 1).label("text"),
    )
    ours = select(*columns).where(drafts.c.workspace_id == workspace_id)
    scheduled = ours.where(drafts.c.status == SCHEDULED).order_by(drafts.c.scheduled_at, drafts.c.seq)
    rows = list(connection.execute(scheduled.limit(MOST_EVENTS)).mappings())
    posted = ours.where(drafts.c.status == POSTED, drafts.c.posted_at >= now - POSTED_FOR)
    latest = posted.order_by(drafts.c.posted_at.desc(), drafts.c.seq.desc()).limit(MOST_EVENTS - len(rows))
    rows += connection.execute(latest).mappings()
    return [_posting(row) for row in sorted(rows, key=lambda row: (_time(row), row["seq"]))]


def _posting(row: RowMapping) -> Posting:
    return Posting(
        draft_id=row["id"],
        text=row["text"],
        is_posted=row["status"] == POSTED,
        at=_time(row),
        tags=row["tags"],
        updated_at=row["updated_at"],
    )


def _time(row: RowMapping) -> datetime:
    moment: datetime = row["posted_at"] if row["status"] == POSTED else row["scheduled_at"]
    return moment
