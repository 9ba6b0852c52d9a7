"""Putting drafts on the schedule: the one way in, whoever asks (an action, the queue, a bulk)."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping

from pandocast_server.jobs.queue import enqueue
from pandocast_server.passband.drafts import move
from pandocast_server.runtime import Runtime

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
    have_posted(connection, runtime, workspace_id=draft["workspace_id"], draft_id=draft["id"], at=at)


def have_posted(
    connection: Connection, runtime: Runtime, *, workspace_id: str, draft_id: str, at: datetime
) -> None:
    """Have the server look at a draft at its time, and post it if it is still due then."""
    enqueue(connection, runtime, workspace_id=workspace_id, kind=DUE_POST, subject_id=draft_id, due_at=at)
