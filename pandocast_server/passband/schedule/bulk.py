"""Scheduling many drafts at once (reference, "Bulk schedule drafts")."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import define, field
from sqlalchemy import Connection, RowMapping, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pandocast_server.errors import ApiError
from pandocast_server.json_body import read_body
from pandocast_server.passband.drafts.transitions import APPROVED
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.passband.schedule.models import BulkScheduleBody
from pandocast_server.passband.schedule.scheduling import put_each_on_schedule
from pandocast_server.passband.schedule.slots import FreeSlots
from pandocast_server.routing import runtime_of, workspace_of
from pandocast_server.storage.passband_tables import drafts
from pandocast_server.timestamps import wire_text
from pandocast_server.validation import quoted

# What scheduling needs to know of a draft: not its text, since there may be thousands.
# Locked, so that they stay as they are until all of them have their times.
_BRIEF = select(drafts.c.id, drafts.c.status).with_for_update()


async def bulk_schedule(request: Request) -> Response:
    """Schedule many drafts, or all that are approved (reference, "Bulk schedule drafts").

    They get the next free slots in the order of the ids, or oldest first. An empty list names no draft.
    """
    ids = (await read_body(request, BulkScheduleBody, may_be_empty=True)).draft_ids
    runtime, workspace_id = runtime_of(request), workspace_of(request)
    with runtime.database.write() as connection:
        lock_workspace(connection, workspace_id)  # before the drafts, as everybody does
        chosen = _approved(connection, workspace_id) if ids is None else _named(connection, workspace_id, ids)
        free = FreeSlots(connection, workspace_id=workspace_id, after=runtime.clock.now())
        outcome = _planned(chosen, free)
        put_each_on_schedule(connection, runtime, workspace_id=workspace_id, times=outcome.scheduled)
    runtime.announce_work()
    return JSONResponse(
        {
            "scheduled": [
                {"id": draft_id, "scheduledAt": wire_text(at)} for draft_id, at in outcome.scheduled.items()
            ],
            "skipped": outcome.skipped,
            "reason": outcome.reason,
        }
    )


@define
class _Outcome:
    """What became of a bulk so far; `reason` is why the first draft was skipped."""

    scheduled: dict[str, datetime] = field(factory=dict[str, datetime])
    skipped: int = 0
    reason: str | None = None

    def skip(self, why: str, how_many: int = 1) -> None:
        self.skipped += how_many
        if self.skipped and self.reason is None:
            self.reason = why


def _planned(chosen: Mapping[str, RowMapping | None], free: FreeSlots) -> _Outcome:
    outcome = _Outcome()
    try:
        free.read()
    except ApiError as refusal:
        outcome.skip(refusal.message, len(chosen))
        return outcome
    for draft_id, draft in chosen.items():
        if draft is None:
            outcome.skip(f"Draft {quoted(draft_id)} not found")
        elif draft["status"] != APPROVED:
            outcome.skip(f"Draft {draft_id} is {draft['status']}; only an approved draft can be scheduled")
        else:
            try:
                outcome.scheduled[draft_id] = free.take()
            except ApiError as refusal:
                outcome.skip(refusal.message)
    return outcome


def _approved(connection: Connection, workspace_id: str) -> Mapping[str, RowMapping | None]:
    query = _BRIEF.where(drafts.c.workspace_id == workspace_id, drafts.c.status == APPROVED)
    rows = connection.execute(query.order_by(drafts.c.created_at, drafts.c.seq)).mappings()
    return {row["id"]: row for row in rows}


def _named(connection: Connection, workspace_id: str, ids: Sequence[str]) -> Mapping[str, RowMapping | None]:
    query = _BRIEF.where(drafts.c.workspace_id == workspace_id, drafts.c.id.in_(ids))
    found = {row["id"]: row for row in connection.execute(query).mappings()}
    return {draft_id: found.get(draft_id) for draft_id in ids}
