"""Listing drafts, and giving one (reference, "List drafts" and "Get draft by ID")."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, select

from pandocast_server.passband.cursors import read_page
from pandocast_server.passband.drafts import SELECT, find_draft, on_the_wire
from pandocast_server.passband.formats import FORMATS
from pandocast_server.passband.transitions import STATUSES
from pandocast_server.queries import (
    choice_parameter,
    names_parameter,
    parameter,
    time_parameter,
)
from pandocast_server.routing import Call, Reply, json_reply
from pandocast_server.storage.passband_tables import draft_tags, drafts, items

_USUAL_ON_A_PAGE = 25


def list_drafts(call: Call) -> Reply:
    """Give the drafts that every filter lets through, newest first, from a cursor on."""
    query = SELECT.where(drafts.c.workspace_id == call.workspace_id, *_filters(call.query))
    page, following = read_page(call, drafts, query, listing="drafts", default=_USUAL_ON_A_PAGE)
    return json_reply({"drafts": [on_the_wire(row) for row in page], "nextCursor": following})


def get_draft(call: Call) -> Reply:
    """Give one draft, with its item."""
    with call.runtime.database.read() as connection:
        row = find_draft(connection, workspace_id=call.workspace_id, draft_id=call.path["id"])
    return json_reply(on_the_wire(row))


def _filters(query: str) -> Iterator[ColumnElement[bool]]:
    if (status := choice_parameter(query, "status", STATUSES)) is not None:
        yield drafts.c.status == status
    if (format_ := choice_parameter(query, "format", FORMATS)) is not None:
        yield drafts.c.format == format_
    if (source_id := parameter(query, "sourceId")) is not None:
        yield items.c.source_id == source_id
    if (source_type := parameter(query, "sourceType")) is not None:
        yield items.c.source_type == source_type
    if (tags := names_parameter(query, "tags")) is not None:
        yield drafts.c.id.in_(select(draft_tags.c.draft_id).where(draft_tags.c.tag.in_(tags)))
    if (after := time_parameter(query, "scheduledAfter")) is not None:
        yield drafts.c.scheduled_at >= after
    if (before := time_parameter(query, "scheduledBefore")) is not None:
        yield drafts.c.scheduled_at <= before
