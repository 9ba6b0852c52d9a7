"""Drafts put straight into the database, in whatever state a test begins with."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, event, select, update
from support.in_process import Api

from pandocast_server.passband.drafts.rows import NewDraft, add_drafts
from pandocast_server.passband.drafts.transitions import APPROVED
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import drafts
from pandocast_server.storage.tables import open_jobs


def store_draft(
    api: Api,
    text: str = "Hello",
    *,
    status: str = APPROVED,
    scheduled_at: datetime | None = None,
    posted_at: datetime | None = None,
    tags: Sequence[str] = (),
    workspace_id: str | None = None,
) -> str:
    """Store a draft in a workspace, by default the first, and return its id."""
    return store_draft_in(
        api.runtime,
        workspace_id or api.workspace.workspace_id,
        text,
        status=status,
        scheduled_at=scheduled_at,
        posted_at=posted_at,
        tags=tags,
    )


def store_draft_in(
    runtime: Runtime,
    workspace_id: str,
    text: str = "Hello",
    *,
    status: str = APPROVED,
    scheduled_at: datetime | None = None,
    posted_at: datetime | None = None,
    tags: Sequence[str] = (),
) -> str:
    """Store a draft in any server's workspace, and return its id."""
    new = NewDraft(format="SHORT", status=status, text=text, tags=tags)
    with runtime.database.write() as connection:
        [draft_id] = add_drafts(connection, runtime, workspace_id=workspace_id, new=[new])
        times = update(drafts).values(scheduled_at=scheduled_at, posted_at=posted_at)
        connection.execute(times.where(drafts.c.id == draft_id))
    return draft_id


def status_of(api: Api, draft_id: str) -> str:
    with api.runtime.database.read() as connection:
        status: str = connection.execute(select(drafts.c.status).where(drafts.c.id == draft_id)).scalar_one()
    return status


def jobs_of(api: Api, kind: str) -> list[tuple[str, datetime]]:
    """Return what jobs of a kind are for and when they are due, in the order in which they will be run."""
    query = select(open_jobs.c.subject_id, open_jobs.c.due_at).where(open_jobs.c.kind == kind)
    with api.runtime.database.read() as connection:
        return [
            (row[0], row[1])
            for row in connection.execute(query.order_by(open_jobs.c.due_at, open_jobs.c.seq))
        ]


@contextmanager
def statements_of(api: Api) -> Iterator[list[str]]:
    """Return the statements that are executed within; one for many rows at once counts as one."""
    executed: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        executed.append(statement)

    event.listen(api.runtime.database.engine, "before_cursor_execute", note)
    try:
        yield executed
    finally:
        event.remove(api.runtime.database.engine, "before_cursor_execute", note)
