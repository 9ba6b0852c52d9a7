"""Putting drafts on the schedule: the one way in, whoever asks (an action, the queue, a bulk)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, RowMapping

from pandocast_server.passband.drafts import move, move_each
from pandocast_server.runtime import Runtime
from pandocast_server.work.queue import enqueue_each

DUE_POST = "passband_post"


def put_on_schedule(
    connection: Connection, runtime: Runtime, draft: RowMapping, *, at: datetime, action: str = "schedule"
) -> None:
    """Give a draft its time, and have it posted then; in a transaction that writes and has read the draft.

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
    """Give many drafts their times in one go: there may be thousands, and everybody else waits meanwhile.

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
