"""The schedule: its slots, putting drafts on it, and pausing it (contract, section 2)."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import Connection, RowMapping, delete, insert, select

from pandocast_server.errors import conflict
from pandocast_server.passband.drafts.rows import check_allowed, move
from pandocast_server.passband.drafts.transitions import SCHEDULED
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import drafts, schedule_pauses, slots
from pandocast_server.work.queue import enqueue_each

DUE_POST = "passband_post"

NO_SLOTS = "No schedule slots are configured, or none of them is free"

_WEEK = timedelta(weeks=1)


def slots_of(connection: Connection, workspace_id: str) -> Sequence[RowMapping]:
    """Return the slots of a workspace, sorted by day, hour and minute."""
    query = select(slots).where(slots.c.workspace_id == workspace_id)
    by_time = query.order_by(slots.c.day_of_week, slots.c.hour, slots.c.minute)
    return connection.execute(by_time).mappings().all()


def free_slots(connection: Connection, *, workspace_id: str, after: datetime) -> Iterator[datetime]:
    """Yield the slots strictly after a time at which no draft is scheduled, earliest first.

    The transaction must be one that writes and puts drafts there. From the first slot on, which is when the
    schedule is read, nobody else is given a slot of the workspace.
    """
    lock_workspace(connection, workspace_id)
    week = [
        timedelta(days=slot["day_of_week"], hours=slot["hour"], minutes=slot["minute"])
        for slot in slots_of(connection, workspace_id)
    ]
    standing = select(drafts.c.scheduled_at).where(
        drafts.c.workspace_id == workspace_id, drafts.c.status == SCHEDULED, drafts.c.scheduled_at > after
    )
    taken = frozenset(connection.scalars(standing))
    yield from (moment for moment in _occurrences(week, after) if moment not in taken)


def _occurrences(week: Sequence[timedelta], after: datetime) -> Iterator[datetime]:
    """Yield the moments of some times of the week, counted from the midnight with which Sunday begins."""
    if not week:
        return
    midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
    sunday = midnight - timedelta(days=midnight.isoweekday() % 7)
    with suppress(OverflowError):
        for number in count():
            for into_week in week:
                moment = sunday + number * _WEEK + into_week
                if moment > after:
                    yield moment


def put_on_schedule(
    connection: Connection, runtime: Runtime, draft: RowMapping, *, at: datetime, action: str = "schedule"
) -> None:
    """Set the time of a draft as `move` does, and have it posted then; announce the work after the commit.

    The job looks anew when it runs: a draft that was moved, cancelled or archived meanwhile is left alone, so
    jobs are never taken back.
    """
    move(connection, runtime, draft, action, scheduled_at=at)
    enqueue_each(connection, workspace_id=draft["workspace_id"], kind=DUE_POST, due=[(draft["id"], at)])


def put_in_next_slot(
    connection: Connection, runtime: Runtime, draft: RowMapping, free: Iterator[datetime]
) -> datetime:
    """Schedule a draft as `put_on_schedule` does, at the next of the free slots, and return its time.

    Raises:
        ApiError: 409, its status does not allow it, or there is no free slot.
    """
    check_allowed(draft, "schedule")  # before a slot is taken for it
    at = next(free, None)
    if at is None:
        raise conflict(NO_SLOTS)
    put_on_schedule(connection, runtime, draft, at=at)
    return at


def is_paused(connection: Connection, *, workspace_id: str) -> bool:
    """Return whether a workspace's schedule is paused."""
    query = select(schedule_pauses.c.paused).where(schedule_pauses.c.workspace_id == workspace_id)
    return bool(connection.scalar(query))


def set_paused(connection: Connection, runtime: Runtime, *, workspace_id: str, paused: bool) -> None:
    """Pause a schedule, or go on and have posted what is overdue; announce the work after the commit."""
    lock_workspace(connection, workspace_id)
    connection.execute(delete(schedule_pauses).where(schedule_pauses.c.workspace_id == workspace_id))
    connection.execute(insert(schedule_pauses).values(workspace_id=workspace_id, paused=paused))
    if paused:
        return
    overdue = (
        select(drafts.c.id, drafts.c.scheduled_at)
        .where(
            drafts.c.workspace_id == workspace_id,
            drafts.c.status == SCHEDULED,
            # The time is read under the lock: what a job left alone because of the pause is overdue by now.
            drafts.c.scheduled_at <= runtime.clock.now(),
        )
        .order_by(drafts.c.scheduled_at, drafts.c.seq)
    )
    # Due at their own times, which are over: that is the order in which jobs of a workspace are run.
    due = [(draft_id, scheduled_at) for draft_id, scheduled_at in connection.execute(overdue)]
    enqueue_each(connection, workspace_id=workspace_id, kind=DUE_POST, due=due)
