"""Regenerating: a draft is replaced by a new one from the same material (contract, "Draft actions")."""

from sqlalchemy import Connection, RowMapping, func, select

from pandocast_server.passband.draft_generating import have_generated
from pandocast_server.passband.drafts import NewDraft, add_draft, check_allowed, move
from pandocast_server.passband.transitions import PENDING_GENERATION
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import drafts


def regenerate(connection: Connection, runtime: Runtime, draft: RowMapping) -> str:
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
