"""Pausing the schedule: nothing that is scheduled is posted until it goes on (contract, section 2)."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from pandocast_server.errors import bad_request
from pandocast_server.fields import optional_flag
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.passband.posting import is_paused
from pandocast_server.passband.scheduling import have_posted
from pandocast_server.passband.transitions import SCHEDULED
from pandocast_server.routing import Call, Reply, json_reply
from pandocast_server.storage.passband_tables import drafts, schedule_pauses


def get_pause(call: Call) -> Reply:
    """Tell whether scheduling is paused (reference, "Get scheduling pause status")."""
    with call.runtime.database.read() as connection:
        return json_reply({"paused": is_paused(connection, workspace_id=call.workspace_id)})


def set_pause(call: Call) -> Reply:
    """Pause, or go on and post what is overdue (reference, "Toggle scheduling pause")."""
    runtime, workspace_id = call.runtime, call.workspace_id
    paused = optional_flag(call.body, "paused")
    if paused is None:
        raise bad_request("paused must be true or false")
    with runtime.database.write() as connection:
        lock_workspace(connection, workspace_id)
        was_paused = is_paused(connection, workspace_id=workspace_id)
        if paused != was_paused:
            _set(connection, workspace_id, paused=paused)
        if was_paused and not paused:
            # The time is read under the lock: what a job left alone because of the pause is overdue by now.
            _have_overdue_posted(connection, workspace_id, now=runtime.clock.now())
    runtime.announce_work()
    return json_reply({"paused": paused})


def _set(connection: Connection, workspace_id: str, *, paused: bool) -> None:
    is_it = schedule_pauses.c.workspace_id == workspace_id
    if connection.execute(update(schedule_pauses).where(is_it).values(paused=paused)).rowcount == 0:
        connection.execute(insert(schedule_pauses).values(workspace_id=workspace_id, paused=paused))


def _have_overdue_posted(connection: Connection, workspace_id: str, *, now: datetime) -> None:
    overdue = (
        select(drafts.c.id, drafts.c.scheduled_at)
        .where(
            drafts.c.workspace_id == workspace_id,
            drafts.c.status == SCHEDULED,
            drafts.c.scheduled_at <= now,
        )
        .order_by(drafts.c.scheduled_at, drafts.c.seq)
    )
    # Due at their own times, which are over: that is the order in which jobs of a workspace are run.
    due = [(draft_id, scheduled_at) for draft_id, scheduled_at in connection.execute(overdue)]
    have_posted(connection, workspace_id=workspace_id, due=due)
