"""Drafts: adding and reading them, moving them through their life, and how they look on the wire."""

from collections.abc import Mapping, Sequence

from attrs import field, frozen
from sqlalchemy import Connection, RowMapping, Select, bindparam, insert, or_, select, update

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
    """What a draft begins with.

    Attributes:
        format: SHORT, THREAD or BLOG.
        status: Where its life begins.
        text: Empty for one that is still to be written.
        item_id: What it is written from.
        confidence: How well it matches the voice, 0 to 1; None for one that nobody generated.
        tags: Each once.
        images: `{"url": ..., "alt"?: ...}` each.
        target_platforms: Each once.
        regenerated_from_id: The draft that it replaces.
    """

    format: str
    status: str
    text: str = field(default="", repr=False)
    item_id: str | None = None
    confidence: float | None = None
    tags: Sequence[str] = ()
    images: Sequence[Mapping[str, object]] = ()
    target_platforms: Sequence[str] = ()
    regenerated_from_id: str | None = None


def add_draft(connection: Connection, runtime: Runtime, *, workspace_id: str, draft: NewDraft) -> str:
    """Add a draft in the caller's transaction, which must be one that writes, and give its id."""
    return add_drafts(connection, runtime, workspace_id=workspace_id, new=[draft])[0]


def add_drafts(
    connection: Connection, runtime: Runtime, *, workspace_id: str, new: Sequence[NewDraft]
) -> list[str]:
    """Add drafts as `add_draft` adds one, each newer than the one before it, and give their ids."""
    # Read under the lock: rows that commit one after the other have times in the same order.
    lock_workspace(connection, workspace_id)
    now = runtime.clock.now()
    added = {runtime.identifiers.new("drf"): draft for draft in new}
    rows = [
        {
            "id": draft_id,
            "workspace_id": workspace_id,
            "item_id": draft.item_id,
            "text": draft.text,
            "format": draft.format,
            "status": draft.status,
            "confidence": draft.confidence,
            "tags": list(draft.tags),
            "images": [dict(image) for image in draft.images],
            "target_platforms": list(draft.target_platforms),
            "regenerated_from_id": draft.regenerated_from_id,
            "created_at": now,
            "updated_at": now,
        }
        for draft_id, draft in added.items()
    ]
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
    """Let an action on a draft pass, or refuse it.

    Raises:
        ApiError: 409, the table has no such transition.
    """
    if draft["status"] not in TRANSITIONS[action].sources:
        raise conflict(f"A draft that is {draft['status']} cannot be {_PARTICIPLES[action]}")


def move(
    connection: Connection,
    runtime: Runtime,
    draft: RowMapping,
    action: str,
    *,
    values: Mapping[str, object] | None = None,
) -> None:
    """Take an action on a draft, in a transaction that writes and has read the draft.

    Args:
        connection: That transaction.
        runtime: The parts of this server.
        draft: The draft as `find_draft` gave it.
        action: A row of the table of transitions.
        values: Other columns to set.

    Raises:
        ApiError: 409, the table has no such transition.
    """
    check_allowed(draft, action)
    after = TRANSITIONS[action].target or draft["status"]
    moved = (
        update(drafts)
        .where(drafts.c.id == draft["id"], drafts.c.status == draft["status"])
        .values(**(values or {}), status=after, updated_at=runtime.clock.now())
    )
    if connection.execute(moved).rowcount != 1:
        raise conflict("The draft was changed by somebody else at the same moment")


def move_each(
    connection: Connection, runtime: Runtime, action: str, values: Mapping[str, Mapping[str, object]]
) -> None:
    """Take an action on many drafts in one go, in a transaction that writes.

    Args:
        connection: That transaction, which has locked each draft and found the action allowed.
        runtime: The parts of this server.
        action: A row of the table of transitions that leads to a status.
        values: The ids of the drafts, each with the other columns to set: the same for all.
    """
    transition = TRANSITIONS[action]
    # Not as a list of statuses: that cannot be sent for many rows at once.
    allowed = or_(*(drafts.c.status == status for status in transition.sources))
    moved = (
        update(drafts)
        .where(drafts.c.id == bindparam("moved"), allowed)
        .values(status=transition.target, updated_at=runtime.clock.now())
    )
    if values:
        connection.execute(moved, [{**columns, "moved": draft_id} for draft_id, columns in values.items()])


def settle(
    connection: Connection, runtime: Runtime, draft_id: str, outcome: str, values: Mapping[str, object]
) -> bool:
    """Write what came of the server's own work on a draft, unless it has moved on meanwhile.

    Args:
        connection: A transaction that writes.
        runtime: The parts of this server.
        draft_id: Which draft.
        outcome: A row of the table of outcomes.
        values: Other columns to set.

    Returns:
        Whether it was written.
    """
    transition = OUTCOMES[outcome]
    settled = (
        update(drafts)
        .where(drafts.c.id == draft_id, drafts.c.status.in_(transition.sources))
        .values(**values, status=transition.target, updated_at=runtime.clock.now())
    )
    return connection.execute(settled).rowcount == 1


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
