"""Putting drafts on the schedule, the one way in for actions, the queue and bulks; and pausing it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from pandocast_server.passband.drafts.rows import move, move_each
from pandocast_server.passband.drafts.transitions import SCHEDULED
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import drafts, schedule_pauses
from pandocast_server.work.queue import enqueue_each

DUE_POST = "passband_post"


def put_on_schedule(
    connection: Connection, runtime: Runtime, draft: RowMapping, *, at: datetime, action: str = "schedule"
) -> None:
    """Set the time of a draft, and have it posted then; in a transaction that writes and has read the draft.

    The job looks anew when it runs: a draft that was moved, cancelled or archived meanwhile is left alone, so
    jobs are never taken back.

    Args:
        connection: That transaction.
        runtime: The parts of this server; work is announced by the caller, after the commit.
        draft: The draft as `find_draft` gave it.
        at: Its time.
        action: `schedule` or `reschedule`.

    Raises:
        ApiError: 409, its status does not allow it.
    """
    move(connection, runtime, draft, action, values={"scheduled_at": at})
    have_posted(connection, workspace_id=draft["workspace_id"], due=[(draft["id"], at)])


def put_each_on_schedule(
    connection: Connection, runtime: Runtime, *, workspace_id: str, times: Mapping[str, datetime]
) -> None:
    """Set the times of many drafts in one go: there may be thousands, and everybody else waits meanwhile.

    Args:
        connection: A transaction that writes, has locked the drafts and found each approved.
        runtime: The parts of this server; work is announced by the caller, after the commit.
        workspace_id: Whose drafts they are.
        times: The time of each, by its id.
    """
    move_each(connection, runtime, "schedule", {draft: {"scheduled_at": at} for draft, at in times.items()})
    have_posted(connection, workspace_id=workspace_id, due=times.items())


def have_posted(connection: Connection, *, workspace_id: str, due: Iterable[tuple[str, datetime]]) -> None:
    """Have the server look at drafts, each at its time, and post those that are still due then."""
    enqueue_each(connection, workspace_id=workspace_id, kind=DUE_POST, due=due)


def is_paused(connection: Connection, *, workspace_id: str) -> bool:
    """Return whether a workspace's schedule is paused."""
    query = select(schedule_pauses.c.paused).where(schedule_pauses.c.workspace_id == workspace_id)
    return bool(connection.scalar(query))


def set_paused(connection: Connection, runtime: Runtime, *, workspace_id: str, paused: bool) -> None:
    """Pause a schedule, or go on and have posted what is overdue; announce the work after the commit."""
    lock_workspace(connection, workspace_id)
    was_paused = is_paused(connection, workspace_id=workspace_id)
    if paused != was_paused:
        is_it = schedule_pauses.c.workspace_id == workspace_id
        if connection.execute(update(schedule_pauses).where(is_it).values(paused=paused)).rowcount == 0:
            connection.execute(insert(schedule_pauses).values(workspace_id=workspace_id, paused=paused))
    if was_paused and not paused:
        # The time is read under the lock: what a job left alone because of the pause is overdue by now.
        _have_overdue_posted(connection, workspace_id, now=runtime.clock.now())


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
