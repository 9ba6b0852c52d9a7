"""Drafts: creating, listing and changing them (reference, from "List drafts" to "Bulk draft action")."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, insert, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pandocast_server.errors import ApiError, bad_request
from pandocast_server.generation.cleaning import one_line
from pandocast_server.json_body import read_body
from pandocast_server.passband.cursors import read_page
from pandocast_server.passband.drafts.generating import FROM_PROMPT, FROM_URL, have_generated, regenerate
from pandocast_server.passband.drafts.models import (
    DEFAULT_FORMAT,
    BulkBody,
    DraftsQuery,
    DraftUpdateBody,
    NewDraftsBody,
)
from pandocast_server.passband.drafts.posting import post_now
from pandocast_server.passband.drafts.rows import (
    SELECT,
    NewDraft,
    add_drafts,
    find_draft,
    move,
    on_the_wire,
)
from pandocast_server.passband.drafts.transitions import EDIT, PENDING_GENERATION, PENDING_REVIEW
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.passband.schedule.scheduling import free_slots, put_in_next_slot, put_on_schedule
from pandocast_server.routing import Endpoint, runtime_of, workspace_of
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import draft_tags, drafts, items
from pandocast_server.validation import read_query

_TITLE_OF_PROMPT = 80


class Drafts(Endpoint):
    """The drafts of the workspace."""

    async def get(self, request: Request) -> Response:
        """Return the drafts that every filter lets through, newest first, from a cursor on."""
        query = read_query(request, DraftsQuery)
        found = SELECT.where(drafts.c.workspace_id == workspace_of(request), *_filters(query))
        rows, following = read_page(request, query, drafts, found, listing="drafts")
        return JSONResponse({"drafts": [on_the_wire(row) for row in rows], "nextCursor": following})

    async def post(self, request: Request) -> Response:
        """Create one draft with a text, or one for each format to be generated."""
        body = await read_body(request, NewDraftsBody)
        runtime, workspace_id = runtime_of(request), workspace_of(request)
        item_id = None
        with runtime.database.write() as connection:
            if body.generates:
                item_id = _add_item(connection, runtime, workspace_id, body)
            new = _new_drafts(body, item_id)
            draft_ids = add_drafts(connection, runtime, workspace_id=workspace_id, new=new)
            if body.generates:
                have_generated(connection, runtime, workspace_id=workspace_id, draft_ids=draft_ids)
            created = [
                on_the_wire(find_draft(connection, workspace_id=workspace_id, draft_id=draft_id))
                for draft_id in draft_ids
            ]
        runtime.announce_work()
        mode = "generate" if body.generates else "direct"
        return JSONResponse({"mode": mode, "itemId": item_id, "drafts": created}, status_code=201)


class OneDraft(Endpoint):
    """A draft."""

    async def get(self, request: Request) -> Response:
        """Return one draft, with its item."""
        with runtime_of(request).database.read() as connection:
            row = find_draft(connection, workspace_id=workspace_of(request), draft_id=_draft_id(request))
        return JSONResponse(on_the_wire(row))

    async def patch(self, request: Request) -> Response:
        """Take an action on a draft, or change its text; regenerating answers the new draft."""
        body = await read_body(request, DraftUpdateBody, may_be_empty=True)
        runtime, workspace_id, draft_id = runtime_of(request), workspace_of(request), _draft_id(request)
        _check_is_future(runtime, body)
        with runtime.database.write() as connection:
            draft = find_draft(connection, workspace_id=workspace_id, draft_id=draft_id)
            if body.action is None:
                move(connection, runtime, draft, EDIT, text=body.text)
            elif body.action == "regenerate":
                draft_id = regenerate(connection, runtime, draft)
            elif body.action == "post":
                post_now(connection, runtime, draft, body.platforms)
            else:
                free = free_slots(connection, workspace_id=workspace_id, after=runtime.clock.now())
                _take(connection, runtime, draft, body.action, body=body, free=free)
            updated = find_draft(connection, workspace_id=workspace_id, draft_id=draft_id)
        runtime.announce_work()
        return JSONResponse(on_the_wire(updated))


class Bulk(OneDraft):
    """Many drafts; its path is that of a draft called `bulk` too, and has the methods of both."""

    async def post(self, request: Request) -> Response:
        """Take an action on many drafts, on each in its own right: one that refuses it fails alone."""
        body = await read_body(request, BulkBody)
        runtime, workspace_id = runtime_of(request), workspace_of(request)
        _check_is_future(runtime, body)
        results: dict[str, Mapping[str, bool | str]] = {}
        with runtime.database.write() as connection:
            lock_workspace(connection, workspace_id)  # before the drafts, as everybody does
            free = free_slots(connection, workspace_id=workspace_id, after=runtime.clock.now())
            for draft_id in body.ids:
                try:
                    draft = find_draft(connection, workspace_id=workspace_id, draft_id=draft_id)
                    _take(connection, runtime, draft, body.action, body=body, free=free)
                    results[draft_id] = {"ok": True}
                except ApiError as refusal:
                    results[draft_id] = {"ok": False, "error": refusal.message}
        runtime.announce_work()
        succeeded = sum(result["ok"] is True for result in results.values())
        counts = {"total": len(results), "succeeded": succeeded, "failed": len(results) - succeeded}
        return JSONResponse({"action": body.action, **counts, "results": results})


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


def _add_item(connection: Connection, runtime: Runtime, workspace_id: str, body: NewDraftsBody) -> str:
    """Add what drafts are generated from; a URL is fetched for its title and content later."""
    item_id = runtime.identifiers.new("itm")
    # A prompt by itself is all the material there is; beside a URL it says what to stress.
    alone = "" if body.url else body.prompt or ""
    connection.execute(
        insert(items).values(
            id=item_id,
            workspace_id=workspace_id,
            source_type=FROM_URL if body.url else FROM_PROMPT,
            fingerprint=hashlib.sha256((body.url or alone).encode()).hexdigest(),
            title=body.url or one_line(alone)[:_TITLE_OF_PROMPT],
            link=body.url,
            prompt=body.prompt if body.url else None,
            content=alone,
            created_at=runtime.clock.now(),
        )
    )
    return item_id


def _new_drafts(body: NewDraftsBody, item_id: str | None) -> Sequence[NewDraft]:
    formats = body.formats or [body.format or DEFAULT_FORMAT]
    images = [image.model_dump(exclude_none=True) for image in body.images or ()]
    return [
        NewDraft(
            format=name,
            status=PENDING_GENERATION if body.generates else PENDING_REVIEW,
            text=body.text or "",
            item_id=item_id,
            images=images if name == formats[0] else (),  # they attach to the first
            tags=body.tags or (),
            target_platforms=body.target_platforms or (),
        )
        for name in formats
    ]


def _check_is_future(runtime: Runtime, body: DraftUpdateBody | BulkBody) -> None:
    is_timed = body.action in {"schedule", "reschedule"}
    if is_timed and body.scheduled_at is not None and body.scheduled_at <= runtime.clock.now():
        raise bad_request("scheduledAt must be in the future")


def _take(
    connection: Connection,
    runtime: Runtime,
    draft: RowMapping,
    action: str,
    *,
    body: DraftUpdateBody | BulkBody,
    free: Iterator[datetime],
) -> None:
    """Take an action that changes this draft and makes no other, or refuse it with 409, nothing written."""
    match action:
        case "schedule" | "reschedule" if body.scheduled_at is not None:
            put_on_schedule(connection, runtime, draft, at=body.scheduled_at, action=action)
        case "schedule":
            put_in_next_slot(connection, runtime, draft, free)
        case "reject":
            move(connection, runtime, draft, action, rejection_feedback=body.feedback)
        case "unapprove":
            move(connection, runtime, draft, action, feedback=body.feedback)
        case "cancel_schedule":
            move(connection, runtime, draft, action, scheduled_at=None)
        case _:
            move(connection, runtime, draft, action)
