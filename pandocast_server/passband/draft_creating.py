"""Creating drafts: with a text of one's own, or to be generated (reference, "Create draft")."""

import hashlib
from collections.abc import Sequence

from attrs import evolve
from sqlalchemy import Connection, insert

from pandocast_server.errors import bad_request
from pandocast_server.fields import optional_choice
from pandocast_server.generation.cleaning import one_line
from pandocast_server.passband.draft_fields import (
    Extras,
    read_extras,
    read_formats,
    read_prompt,
    read_text,
    read_url,
)
from pandocast_server.passband.draft_generating import have_generated
from pandocast_server.passband.drafts import NewDraft, add_draft, add_drafts, find_draft, on_the_wire
from pandocast_server.passband.formats import DEFAULT_FORMAT, FORMATS
from pandocast_server.passband.transitions import PENDING_GENERATION, PENDING_REVIEW
from pandocast_server.routing import Call, Reply, json_reply
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import items

FROM_URL = "url"
FROM_PROMPT = "prompt"
"""The types of items that no source has brought."""

_TITLE_OF_PROMPT = 80


def create_drafts(call: Call) -> Reply:
    """Create one draft with a text, or one for each format to be generated from a URL, a prompt, or both."""
    body = call.body
    generates = any(body.get(name) is not None for name in ("url", "prompt"))
    if body.get("text") is None and not generates:
        raise bad_request("Either text, or url or prompt or both, must be given")
    if body.get("text") is not None and generates:
        raise bad_request("text cannot be given together with url or prompt")
    return _generate(call) if generates else _create(call)


def _create(call: Call) -> Reply:
    if call.body.get("formats") is not None:
        raise bad_request("formats is for drafts to be generated; with text it is format")
    text = read_text(call.body)
    format_ = optional_choice(call.body, "format", FORMATS) or DEFAULT_FORMAT
    draft = evolve(_draft(format_, PENDING_REVIEW, read_extras(call.body)), text=text)
    runtime, workspace_id = call.runtime, call.workspace_id
    with runtime.database.write() as connection:
        draft_id = add_draft(connection, runtime, workspace_id=workspace_id, draft=draft)
        created = _created(connection, call, "direct", None, [draft_id])
    return json_reply(created)


def _generate(call: Call) -> Reply:
    if call.body.get("format") is not None:
        raise bad_request("format is for a draft with text; for drafts to be generated it is formats")
    url, prompt = read_url(call.body), read_prompt(call.body)
    formats, extras = read_formats(call.body), read_extras(call.body)
    wanted = [_draft(name, PENDING_GENERATION, extras) for name in formats]
    wanted[1:] = [evolve(draft, images=()) for draft in wanted[1:]]  # they attach to the first
    runtime, workspace_id = call.runtime, call.workspace_id
    with runtime.database.write() as connection:
        item_id = _add_item(connection, runtime, workspace_id, url=url, prompt=prompt)
        new = [evolve(draft, item_id=item_id) for draft in wanted]
        draft_ids = add_drafts(connection, runtime, workspace_id=workspace_id, new=new)
        have_generated(
            connection, runtime, workspace_id=workspace_id, draft_ids=draft_ids, fetches=url is not None
        )
        created = _created(connection, call, "generate", item_id, draft_ids)
    runtime.announce_work()
    return json_reply(created)


def _draft(format_: str, status: str, extras: Extras) -> NewDraft:
    return NewDraft(
        format=format_,
        status=status,
        images=extras.images,
        tags=extras.tags,
        target_platforms=extras.target_platforms,
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
    connection: Connection, call: Call, mode: str, item_id: str | None, draft_ids: Sequence[str]
) -> dict[str, object]:
    rows = [
        find_draft(connection, workspace_id=call.workspace_id, draft_id=draft_id) for draft_id in draft_ids
    ]
    return {"mode": mode, "itemId": item_id, "drafts": [on_the_wire(row) for row in rows]}
