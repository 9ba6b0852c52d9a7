"""The schedule queue: approved drafts take the next free slots (contract, section 2)."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from attrs import define, field
from sqlalchemy import Connection, RowMapping, select

from pandocast_server.bodies import quoted
from pandocast_server.errors import ApiError, bad_request
from pandocast_server.fields import optional_list, required_text
from pandocast_server.passband.drafts import SELECT, check_allowed, find_draft, on_the_wire
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.passband.scheduling import put_each_on_schedule, put_on_schedule
from pandocast_server.passband.slots import FreeSlots
from pandocast_server.passband.transitions import APPROVED
from pandocast_server.routing import Call, Reply, json_reply
from pandocast_server.storage.passband_tables import drafts
from pandocast_server.timestamps import wire_text

_LONGEST_ID = 1000
_MOST_IDS = 100

# What scheduling needs to know of a draft: not its text, since there may be thousands.
# Locked, so that they stay as they are until all of them have their times.
_BRIEF = select(drafts.c.id, drafts.c.status).with_for_update()


def enqueue_draft(call: Call) -> Reply:
    """Schedule an approved draft to the next free slot (reference, "Add draft to schedule queue")."""
    runtime, workspace_id = call.runtime, call.workspace_id
    draft_id = required_text(call.body, "draftId", longest=_LONGEST_ID)
    with runtime.database.write() as connection:
        draft = find_draft(connection, workspace_id=workspace_id, draft_id=draft_id)
        check_allowed(draft, "schedule")  # before there is said to be no slot for it
        free = FreeSlots(connection, workspace_id=workspace_id, after=runtime.clock.now())
        put_on_schedule(connection, runtime, draft, at=free.take())
        scheduled = find_draft(connection, workspace_id=workspace_id, draft_id=draft_id)
    runtime.announce_work()
    return json_reply(on_the_wire(scheduled))


async def list_unscheduled(call: Call) -> Reply:
    """Give the approved drafts, oldest first (reference, "List unscheduled drafts")."""
    # There are no pages: what may be thousands of drafts must not hold everybody else up.
    return await asyncio.to_thread(_unscheduled, call)


def _unscheduled(call: Call) -> Reply:
    query = SELECT.where(drafts.c.workspace_id == call.workspace_id, drafts.c.status == APPROVED)
    with call.runtime.database.read() as connection:
        rows = connection.execute(query.order_by(drafts.c.created_at, drafts.c.seq)).mappings().all()
    return json_reply({"drafts": [on_the_wire(row) for row in rows]})


def bulk_schedule(call: Call) -> Reply:
    """Schedule many drafts, or all that are approved (reference, "Bulk schedule drafts").

    They get the next free slots in the order of the ids, or oldest first. An empty list names no draft.
    """
    runtime, workspace_id = call.runtime, call.workspace_id
    ids = _draft_ids(call.body)
    with runtime.database.write() as connection:
        lock_workspace(connection, workspace_id)  # before the drafts, as everybody does
        chosen = _approved(connection, workspace_id) if ids is None else _named(connection, workspace_id, ids)
        free = FreeSlots(connection, workspace_id=workspace_id, after=runtime.clock.now())
        outcome = _planned(chosen, free)
        put_each_on_schedule(connection, runtime, workspace_id=workspace_id, times=outcome.scheduled)
    runtime.announce_work()
    return json_reply(
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


def _draft_ids(body: Mapping[str, object]) -> list[str] | None:
    given = optional_list(body, "draftIds", most=_MOST_IDS)
    if given is None:
        return None
    if not all(isinstance(draft_id, str) for draft_id in given):
        raise bad_request("draftIds must be a list of strings")
    return list(dict.fromkeys(cast("list[str]", given)))
