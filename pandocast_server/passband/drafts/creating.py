"""Creating drafts: with a text of one's own, or to be generated (reference, "Create draft")."""

import hashlib
from collections.abc import Sequence

from attrs import evolve
from sqlalchemy import Connection, insert
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pandocast_server.generation.cleaning import one_line
from pandocast_server.json_body import read_body
from pandocast_server.passband.drafts.formats import DEFAULT_FORMAT
from pandocast_server.passband.drafts.generating import have_generated
from pandocast_server.passband.drafts.models import NewDraftsBody
from pandocast_server.passband.drafts.rows import NewDraft, add_draft, add_drafts, find_draft, on_the_wire
from pandocast_server.passband.drafts.transitions import PENDING_GENERATION, PENDING_REVIEW
from pandocast_server.routing import runtime_of, workspace_of
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import items

FROM_URL = "url"
FROM_PROMPT = "prompt"
"""The types of items that no source has brought."""

_TITLE_OF_PROMPT = 80


async def create_drafts(request: Request) -> Response:
    """Create one draft with a text, or one for each format to be generated from a URL, a prompt, or both."""
    body = await read_body(request, NewDraftsBody)
    create = _generate if body.generates else _create
    return JSONResponse(create(runtime_of(request), workspace_of(request), body), status_code=201)


def _create(runtime: Runtime, workspace_id: str, body: NewDraftsBody) -> dict[str, object]:
    draft = evolve(_draft(body.format or DEFAULT_FORMAT, PENDING_REVIEW, body), text=body.text or "")
    with runtime.database.write() as connection:
        draft_id = add_draft(connection, runtime, workspace_id=workspace_id, draft=draft)
        return _created(connection, workspace_id, "direct", None, [draft_id])


def _generate(runtime: Runtime, workspace_id: str, body: NewDraftsBody) -> dict[str, object]:
    wanted = [_draft(name, PENDING_GENERATION, body) for name in body.formats or [DEFAULT_FORMAT]]
    wanted[1:] = [evolve(draft, images=()) for draft in wanted[1:]]  # they attach to the first
    with runtime.database.write() as connection:
        item_id = _add_item(connection, runtime, workspace_id, url=body.url, prompt=body.prompt)
        new = [evolve(draft, item_id=item_id) for draft in wanted]
        draft_ids = add_drafts(connection, runtime, workspace_id=workspace_id, new=new)
        have_generated(
            connection, runtime, workspace_id=workspace_id, draft_ids=draft_ids, fetches=body.url is not None
        )
        created = _created(connection, workspace_id, "generate", item_id, draft_ids)
    runtime.announce_work()
    return created


def _draft(format_: str, status: str, body: NewDraftsBody) -> NewDraft:
    return NewDraft(
        format=format_,
        status=status,
        images=[image.model_dump(exclude_none=True) for image in body.images or ()],
        tags=body.tags or (),
        target_platforms=body.target_platforms or (),
    )


def _add_item(
    connection: Connection, runtime: Runtime, workspace_id: str, *, url: str | None, prompt: str | None
) -> str:
    item_id = runtime.identifiers.new("itm")
    # A prompt by itself is all the material there is; beside a URL it says what to stress.
    alone = "" if url is not None or prompt is None else prompt
    connection.execute(
        insert(items).values(
            id=item_id,
            workspace_id=workspace_id,
            source_type=FROM_PROMPT if url is None else FROM_URL,
            fingerprint=hashlib.sha256((url or alone).encode()).hexdigest(),
            title=url or one_line(alone)[:_TITLE_OF_PROMPT],
            link=url,
            prompt=None if url is None else prompt,
            content=alone,
            created_at=runtime.clock.now(),
        )
    )
    return item_id


def _created(
    connection: Connection, workspace_id: str, mode: str, item_id: str | None, draft_ids: Sequence[str]
) -> dict[str, object]:
    rows = [find_draft(connection, workspace_id=workspace_id, draft_id=draft_id) for draft_id in draft_ids]
    return {"mode": mode, "itemId": item_id, "drafts": [on_the_wire(row) for row in rows]}
