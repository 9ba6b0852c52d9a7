"""Drafts: listing, reading and changing them (reference, from "List drafts" to "Bulk draft action")."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pandocast_server.errors import ApiError, bad_request
from pandocast_server.json_body import read_body
from pandocast_server.passband.cursors import read_page
from pandocast_server.passband.drafts.actions import Asked, take
from pandocast_server.passband.drafts.creating import create_drafts
from pandocast_server.passband.drafts.models import BulkBody, DraftsQuery, DraftUpdateBody
from pandocast_server.passband.drafts.rows import SELECT, find_draft, move, on_the_wire
from pandocast_server.passband.drafts.transitions import EDIT
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.passband.schedule.slots import FreeSlots
from pandocast_server.routing import Endpoint, runtime_of, workspace_of
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import draft_tags, drafts, items
from pandocast_server.validation import read_query

_Results = dict[str, dict[str, bool | str]]


async def list_drafts(request: Request) -> Response:
    """Return the drafts that every filter lets through, newest first, from a cursor on."""
    query = read_query(request, DraftsQuery)
    found = SELECT.where(drafts.c.workspace_id == workspace_of(request), *_filters(query))
    rows, following = read_page(request, query, drafts, found, listing="drafts")
    return JSONResponse({"drafts": [on_the_wire(row) for row in rows], "nextCursor": following})


async def get_draft(request: Request) -> Response:
    """Return one draft, with its item."""
    with runtime_of(request).database.read() as connection:
        row = find_draft(connection, workspace_id=workspace_of(request), draft_id=_draft_id(request))
    return JSONResponse(on_the_wire(row))


async def update_draft(request: Request) -> Response:
    """Take an action on a draft, or change its text; regenerating answers the new draft."""
    body = await read_body(request, DraftUpdateBody, may_be_empty=True)
    runtime, workspace_id, draft_id = runtime_of(request), workspace_of(request), _draft_id(request)
    asked = _asked(body, now=runtime.clock.now())
    with runtime.database.write() as connection:
        draft = find_draft(connection, workspace_id=workspace_id, draft_id=draft_id)
        if body.action is None:
            move(connection, runtime, draft, EDIT, values={"text": body.text})
        else:
            free = FreeSlots(connection, workspace_id=workspace_id, after=runtime.clock.now())
            draft_id = take(connection, runtime, draft, body.action, asked, free=free)
        answered = find_draft(connection, workspace_id=workspace_id, draft_id=draft_id)
    runtime.announce_work()
    return JSONResponse(on_the_wire(answered))


async def bulk_draft_action(request: Request) -> Response:
    """Take an action on many drafts, on each in its own right: one that refuses it fails alone."""
    body = await read_body(request, BulkBody)
    runtime, workspace_id = runtime_of(request), workspace_of(request)
    with runtime.database.write() as connection:
        results = _take_each(connection, runtime, workspace_id, body)
    runtime.announce_work()
    succeeded = sum(result["ok"] is True for result in results.values())
    return JSONResponse(
        {
            "action": body.action,
            "total": len(results),
            "succeeded": succeeded,
            "failed": len(results) - succeeded,
            "results": results,
        }
    )


class Drafts(Endpoint):
    """The drafts of the workspace."""

    get = staticmethod(list_drafts)
    post = staticmethod(create_drafts)


class OneDraft(Endpoint):
    """A draft."""

    get = staticmethod(get_draft)
    patch = staticmethod(update_draft)


class Bulk(OneDraft):
    """Many drafts; its path is that of a draft called `bulk` too, and has the methods of both."""

    post = staticmethod(bulk_draft_action)


ROUTES = [
    Route("/drafts", Drafts),
    Route("/drafts/bulk", Bulk),
    Route("/drafts/{id:segment}", OneDraft),
]


def _draft_id(request: Request) -> str:
    return str(request.path_params.get("id", "bulk"))


def _filters(query: DraftsQuery) -> Iterator[ColumnElement[bool]]:
    if query.status is not None:
        yield drafts.c.status == query.status
    if query.format is not None:
        yield drafts.c.format == query.format
    if query.source_id is not None:
        yield items.c.source_id == query.source_id
    if query.source_type is not None:
        yield items.c.source_type == query.source_type
    if query.tags is not None:
        yield drafts.c.id.in_(select(draft_tags.c.draft_id).where(draft_tags.c.tag.in_(query.tags)))
    if query.scheduled_after is not None:
        yield drafts.c.scheduled_at >= query.scheduled_after
    if query.scheduled_before is not None:
        yield drafts.c.scheduled_at <= query.scheduled_before


def _asked(body: DraftUpdateBody | BulkBody, *, now: datetime) -> Asked:
    is_timed = body.action in {"schedule", "reschedule"}
    if is_timed and body.scheduled_at is not None and body.scheduled_at <= now:
        raise bad_request("scheduledAt must be in the future")
    platforms = body.platforms if isinstance(body, DraftUpdateBody) else None
    return Asked(feedback=body.feedback, scheduled_at=body.scheduled_at, platforms=platforms)


def _take_each(connection: Connection, runtime: Runtime, workspace_id: str, body: BulkBody) -> _Results:
    # Before the drafts, as everybody does; and for all of them, whichever is taken back.
    lock_workspace(connection, workspace_id)
    asked = _asked(body, now=runtime.clock.now())
    free = FreeSlots(connection, workspace_id=workspace_id, after=runtime.clock.now())
    results: _Results = {}
    for draft_id in body.ids:
        try:
            with connection.begin_nested():  # a refusal takes back what was written for this draft only
                draft = find_draft(connection, workspace_id=workspace_id, draft_id=draft_id)
                take(connection, runtime, draft, body.action, asked, free=free)
            results[draft_id] = {"ok": True}
        except ApiError as refusal:
            results[draft_id] = {"ok": False, "error": refusal.message}
    return results
