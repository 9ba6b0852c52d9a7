"""The calendar feed: where it is, and what is read there (contract, section 2, "Sources")."""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import Connection, RowMapping, func, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from pandocast_server.errors import not_found
from pandocast_server.passband.calendar.document import LONGEST_DESCRIPTION, Posting, calendar_document
from pandocast_server.passband.calendar.feed import find_feed
from pandocast_server.passband.drafts.transitions import POSTED, SCHEDULED
from pandocast_server.routing import runtime_of, workspace_of
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import drafts

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
MOST_EVENTS: Final = 1000
POSTED_FOR: Final = timedelta(days=30)

_AUTHORITY: Final = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?", re.ASCII)

# The address is a secret: neither a cache nor a page that is linked from an event is to learn it.
_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


async def get_calendar_feed(request: Request) -> Response:
    """Return the address of the feed (reference, "Get calendar feed URL")."""
    database = runtime_of(request).database
    with database.read() as connection:
        feed = find_feed(connection, database.secret(), workspace_id=workspace_of(request))
    return JSONResponse({"enabled": feed.enabled, "url": feed.url(_origin(request.scope))})


async def read_calendar(request: Request) -> Response:
    """Return the calendar to whoever knows its address; every other address is 404, in the same words."""
    # A full one takes a while to find and to write.
    return await asyncio.to_thread(_calendar, runtime_of(request), **request.path_params)


ROUTES = [
    Route("/calendar/feed", get_calendar_feed),
    # The published operation gives its address; this is what answers there.
    Route("/calendar/{workspace:segment}/{file:segment}", read_calendar),
]


def _calendar(runtime: Runtime, *, workspace: str, file: str) -> Response:
    secret = runtime.database.secret()
    with runtime.database.read() as connection:
        if not find_feed(connection, secret, workspace_id=workspace).is_read_by(file):
            raise not_found("Calendar")
        postings = _postings(connection, workspace, runtime.clock.now())
    return Response(calendar_document(postings), media_type=MEDIA_TYPE, headers=_HEADERS)


def _origin(scope: Scope) -> str:
    """Return the origin that the client names; what no client would send is replaced by where it arrived."""
    scheme = scope.get("scheme", "http")
    said = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    if len(said) == 1 and _AUTHORITY.fullmatch(said[0]):
        return f"{scheme}://{said[0]}"
    server = cast("tuple[str, int | None] | None", scope.get("server"))
    host, port = server or ("localhost", None)
    return f"{scheme}://{host}" + ("" if port is None else f":{port}")


def _postings(connection: Connection, workspace_id: str, now: datetime) -> list[Posting]:
    """Return what is scheduled, the next first, then as many as fit of what was posted, the latest first."""
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
