"""What each action does to a draft, besides moving it (contract, "Draft actions")."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from attrs import field, frozen
from sqlalchemy import Connection, RowMapping, func, select

from pandocast_server.passband.drafts.generating import have_generated
from pandocast_server.passband.drafts.posting import post_now
from pandocast_server.passband.drafts.rows import NewDraft, add_draft, check_allowed, move
from pandocast_server.passband.drafts.transitions import PENDING_GENERATION
from pandocast_server.passband.schedule.scheduling import put_on_schedule
from pandocast_server.passband.schedule.slots import FreeSlots
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import drafts


@frozen(kw_only=True)
class Asked:
    """What came along with an action; each action takes what is its own.

    Attributes:
        feedback: Why a draft is rejected or unapproved.
        scheduled_at: In the future; None for the next free slot.
        platforms: Where to post; None for all that are connected.
    """

    feedback: str | None = field(repr=False)
    scheduled_at: datetime | None
    platforms: Sequence[str] | None = None


def take(
    connection: Connection, runtime: Runtime, draft: RowMapping, action: str, asked: Asked, *, free: FreeSlots
) -> str:
    """Take an action on a draft, in a transaction that writes and has read it; then announce the work.

    Args:
        connection: That transaction.
        runtime: The parts of this server.
        draft: The draft as `find_draft` gave it.
        action: An `Action`.
        asked: What came along with it.
        free: The free slots of this transaction, which actions on other drafts may take from too.

    Returns:
        The id of the draft to answer with: the same, or that of the one which replaces it.

    Raises:
        ApiError: 409, the table has no such transition, no slot is free, or a platform is not connected.
    """
    if action == "regenerate":
        return _regenerate(connection, runtime, draft)
    if action == "post":
        post_now(connection, runtime, draft, asked.platforms)
    elif action in {"schedule", "reschedule"}:
        check_allowed(draft, action)  # before a slot is taken for it
        put_on_schedule(connection, runtime, draft, at=asked.scheduled_at or free.take(), action=action)
    else:
        values = _VALUES.get(action)
        move(connection, runtime, draft, action, values=None if values is None else values(asked))
    return str(draft["id"])


_VALUES: Mapping[str, Callable[[Asked], Mapping[str, object]]] = {
    "reject": lambda asked: {"rejection_feedback": asked.feedback},
    "unapprove": lambda asked: {"feedback": asked.feedback},
    "cancel_schedule": lambda _: {"scheduled_at": None},
}
"""What else an action sets that only moves the draft."""


def _regenerate(connection: Connection, runtime: Runtime, draft: RowMapping) -> str:
    """Archive a draft and have another written in its place, in a transaction that has read the draft.

    It opens with another passage than those before it as long as the material has any, and stresses what the
    rejection asked for.

    Returns:
        The id of the new one; announce the work after the commit.

    Raises:
        ApiError: 409, its status does not allow it.
    """
    check_allowed(draft, "regenerate")
    new = NewDraft(
        format=draft["format"],
        status=PENDING_GENERATION,
        item_id=draft["item_id"],
        tags=draft["tags"],
        images=draft["images"],
        target_platforms=draft["target_platforms"],
        regenerated_from_id=draft["id"],
    )
    new_id = add_draft(connection, runtime, workspace_id=draft["workspace_id"], draft=new)
    move(connection, runtime, draft, "regenerate")
    have_generated(
        connection,
        runtime,
        workspace_id=draft["workspace_id"],
        draft_ids=[new_id],
        notes=draft["rejection_feedback"],
        turn=_count_so_far(connection, draft["id"]),
    )
    return new_id


def _count_so_far(connection: Connection, draft_id: str) -> int:
    """Count a draft and all those that it came to replace."""
    columns = (drafts.c.id, drafts.c.regenerated_from_id)
    line = select(*columns).where(drafts.c.id == draft_id).cte("line", recursive=True)
    line = line.union_all(select(*columns).join(line, drafts.c.id == line.c.regenerated_from_id))
    return connection.execute(select(func.count()).select_from(line)).scalar_one()
