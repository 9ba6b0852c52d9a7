"""The calendar feed of a workspace: its address, and what is read there (contract, section 2, "Sources").

The address is as good as a key, never stored, and other once it is renewed. It holds a token, an HMAC of the
workspace and the number of renewals under the server's secret, so that it can be given again at any time.
"""

import asyncio
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from attrs import field, frozen
from sqlalchemy import Connection, RowMapping, func, insert, select, update
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pandocast_server.errors import not_found
from pandocast_server.passband import MOUNT
from pandocast_server.passband.drafts.transitions import POSTED, SCHEDULED
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.routing import runtime_of, workspace_of
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import calendar_feeds, drafts
from pandocast_server.storage.tables import workspaces

LONGEST_DESCRIPTION: Final = 8000
MOST_EVENTS: Final = 1000
POSTED_FOR: Final = timedelta(days=30)

_COLUMNS: Final = tuple(drafts.c["id", "status", "scheduled_at", "posted_at", "tags", "updated_at"].values())
_TOKEN_BYTES: Final = 24

# The address is a secret: neither a cache nor a page that is linked from an event is to learn it.
_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@frozen
class CalendarFeed:
    """The feed of a workspace; `file` is the last part of its address, which nobody can guess."""

    workspace_id: str
    enabled: bool
    file: str = field(repr=False)

    def url(self, origin: str) -> str | None:
        """Return its address at a server such as `http://127.0.0.1:8000`, or None while it is turned off."""
        if not self.enabled:
            return None
        return f"{origin}{MOUNT}/calendar/{self.workspace_id}/{self.file}"

    def is_read_by(self, file: str) -> bool:
        """Return whether this is what an address must end in for the feed to be read."""
        # Compared even when it is turned off, and in constant time: how long it takes tells nothing.
        is_it = hmac.compare_digest(file.encode(errors="replace"), self.file.encode())
        return is_it and self.enabled


def find_feed(connection: Connection, secret: bytes, *, workspace_id: str) -> CalendarFeed:
    """Return the feed of a workspace, under `Database.secret`; an unknown workspace's is turned off."""
    query = (
        select(calendar_feeds.c.enabled, calendar_feeds.c.renewals)
        .select_from(workspaces.outerjoin(calendar_feeds, calendar_feeds.c.workspace_id == workspaces.c.id))
        .where(workspaces.c.id == workspace_id)
    )
    row = connection.execute(query).one_or_none()
    enabled, renewals = (False, None) if row is None else row
    message = b"\0".join((b"calendar", workspace_id.encode(errors="replace"), str(renewals or 0).encode()))
    token = urlsafe_b64encode(hmac.digest(secret, message, "sha256")[:_TOKEN_BYTES]).decode()
    return CalendarFeed(workspace_id, enabled is not False, f"{token}.ics")


def enable_feed(connection: Connection, *, workspace_id: str) -> None:
    """Let a feed be read again, at the address that it had; one that can be read stays so."""
    _set(connection, workspace_id, enabled=True)


def disable_feed(connection: Connection, *, workspace_id: str) -> None:
    """Let a feed be read no longer, until it is enabled."""
    _set(connection, workspace_id, enabled=False)


def renew_feed(connection: Connection, *, workspace_id: str) -> None:
    """Change the address: the one that it had is worth nothing, now and for good."""
    _set(connection, workspace_id, renewals=calendar_feeds.c.renewals + 1)


async def get_calendar_feed(request: Request) -> Response:
    """Return the address of the feed (reference, "Get calendar feed URL")."""
    database = runtime_of(request).database
    with database.read() as connection:
        feed = find_feed(connection, database.secret(), workspace_id=workspace_of(request))
    origin = f"{request.scope['scheme']}://{request.headers.get('host', 'localhost')}"
    return JSONResponse({"enabled": feed.enabled, "url": feed.url(origin)})


async def read_calendar(request: Request) -> Response:
    """Return the calendar to whoever knows its address; every other address is 404, in the same words."""
    # A full one takes a while to find and to write.
    return await asyncio.to_thread(_calendar, runtime_of(request), **request.path_params)


ROUTES = [
    Route("/calendar/feed", get_calendar_feed),
    # The published operation gives its address; this is what answers there.
    Route("/calendar/{workspace:segment}/{file:segment}", read_calendar),
]


def _set(connection: Connection, workspace_id: str, **values: object) -> None:
    lock_workspace(connection, workspace_id)
    is_it = calendar_feeds.c.workspace_id == workspace_id
    if connection.scalar(select(calendar_feeds.c.enabled).where(is_it)) is None:
        connection.execute(insert(calendar_feeds).values(workspace_id=workspace_id))
    connection.execute(update(calendar_feeds).where(is_it).values(**values))


def _calendar(runtime: Runtime, *, workspace: str, file: str) -> Response:
    secret = runtime.database.secret()
    with runtime.database.read() as connection:
        if not find_feed(connection, secret, workspace_id=workspace).is_read_by(file):
            raise not_found("Calendar")
        rows = _read_drafts(connection, workspace, runtime.clock.now())
    # Its library takes megabytes: a server whose calendar nobody reads does without.
    from pandocast_server.passband.calendar import document  # noqa: PLC0415

    body = document.calendar_document(rows)
    return Response(body, media_type="text/calendar; charset=utf-8", headers=_HEADERS)


def _read_drafts(connection: Connection, workspace_id: str, now: datetime) -> Sequence[RowMapping]:
    """Return what is scheduled, the next first, then as many as fit of what was posted, the latest first."""
    text = func.substr(drafts.c.text, 1, LONGEST_DESCRIPTION).label("text")
    ours = select(*_COLUMNS, text).where(drafts.c.workspace_id == workspace_id)
    scheduled = ours.where(drafts.c.status == SCHEDULED).order_by(drafts.c.scheduled_at, drafts.c.seq)
    rows = connection.execute(scheduled.limit(MOST_EVENTS)).mappings().all()
    posted = ours.where(drafts.c.status == POSTED, drafts.c.posted_at >= now - POSTED_FOR)
    latest = posted.order_by(drafts.c.posted_at.desc(), drafts.c.seq.desc()).limit(MOST_EVENTS - len(rows))
    return [*rows, *connection.execute(latest).mappings()]
