"""Drafts: adding and reading them, moving them through their life, and how they look on the wire."""

from collections.abc import Mapping, Sequence

from attrs import asdict, field, frozen
from sqlalchemy import Connection, RowMapping, Select, insert, select, update

from pandocast_server.errors import conflict, not_found
from pandocast_server.passband.drafts.transitions import OUTCOMES, TRANSITIONS
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.passband.wire import camel
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import draft_tags, drafts, items

SELECT: Select[tuple[object, ...]] = select(
    drafts, items.c.title.label("item_title"), items.c.source_type, items.c.source_id
).select_from(drafts.outerjoin(items, drafts.c.item_id == items.c.id))
"""Drafts with their items, to be narrowed down; read with `.mappings()`, each row is a draft's."""


@frozen(kw_only=True)
class NewDraft:
    """What a draft begins with, by column."""

    format: str
    status: str
    text: str = field(default="", repr=False)  # empty for one that is still to be written
    item_id: str | None = None
    confidence: float | None = None  # None for one that nobody generated
    tags: Sequence[str] = ()
    images: Sequence[Mapping[str, object]] = ()
    target_platforms: Sequence[str] = ()
    regenerated_from_id: str | None = None


def add_drafts(
    connection: Connection, runtime: Runtime, *, workspace_id: str, new: Sequence[NewDraft]
) -> list[str]:
    """Add drafts, each newer than the one before it, and return their ids."""
    lock_workspace(connection, workspace_id)
    # Read under the lock: rows that commit one after the other have times in the same order.
    now = runtime.clock.now()
    common = {"workspace_id": workspace_id, "created_at": now, "updated_at": now}
    added = {runtime.identifiers.new("drf"): draft for draft in new}
    rows = [{"id": draft_id, **common, **asdict(draft, recurse=False)} for draft_id, draft in added.items()]
    tags = [{"draft_id": draft_id, "tag": tag} for draft_id, draft in added.items() for tag in draft.tags]
    if rows:
        connection.execute(insert(drafts), rows)
    if tags:
        connection.execute(insert(draft_tags), tags)
    return list(added)


def find_draft(connection: Connection, *, workspace_id: str, draft_id: str) -> RowMapping:
    """Return a draft of this workspace, with its item.

    Raises:
        ApiError: 404, it has none of that id.
    """
    query = SELECT.where(drafts.c.id == draft_id, drafts.c.workspace_id == workspace_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise not_found("Draft")
    return row


def check_allowed(draft: RowMapping, action: str) -> None:
    """Refuse an action on a draft with 409, unless the table of transitions has it."""
    if draft["status"] not in TRANSITIONS[action].sources:
        raise conflict(f"A draft that is {draft['status']} cannot be {_PARTICIPLES[action]}")


def move(connection: Connection, runtime: Runtime, draft: RowMapping, action: str, **values: object) -> None:
    """Take an action on a draft that this transaction has read, and set some columns beside its status.

    Raises:
        ApiError: 409, the table of transitions does not have it.
    """
    check_allowed(draft, action)
    after = TRANSITIONS[action].target or draft["status"]
    moved = (
        update(drafts)
        .where(drafts.c.id == draft["id"], drafts.c.status == draft["status"])
        .values(**values, status=after, updated_at=runtime.clock.now())
    )
    if connection.execute(moved).rowcount != 1:
        raise conflict("The draft was changed by somebody else at the same moment")


def settle(connection: Connection, runtime: Runtime, draft_id: str, outcome: str, **values: object) -> None:
    """Write what came of the server's own work on a draft, unless it has moved on meanwhile."""
    transition = OUTCOMES[outcome]
    settled = (
        update(drafts)
        .where(drafts.c.id == draft_id, drafts.c.status.in_(transition.sources))
        .values(**values, status=transition.target, updated_at=runtime.clock.now())
    )
    connection.execute(settled)


def on_the_wire(row: RowMapping) -> dict[str, object]:
    """Return a draft as every answer has it."""
    item = {"id": row["item_id"], "title": row["item_title"], "sourceType": row["source_type"]}
    return {**camel(row, _ON_THE_WIRE), "item": None if row["item_id"] is None else item}


_ON_THE_WIRE = """
    id text format status confidence feedback rejection_feedback scheduled_at posted_at post_id item_id
    regenerated_from_id tags images target_platforms created_at updated_at
"""

_PARTICIPLES: Mapping[str, str] = {
    "approve": "approved",
    "reject": "rejected",
    "unapprove": "unapproved",
    "regenerate": "regenerated",
    "schedule": "scheduled",
    "reschedule": "rescheduled",
    "cancel_schedule": "taken off the schedule",
    "post": "posted",
    "archive": "archived",
    "edit": "edited",
}
