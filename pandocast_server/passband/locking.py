"""One at a time in a workspace: what first looks and then writes must not be overtaken in between."""

from sqlalchemy import Connection, select

from pandocast_server.storage.tables import workspaces


def lock_workspace(connection: Connection, workspace_id: str) -> None:
    """Wait until no other transaction holds the workspace, and hold it to the end of this one.

    SQLite, where one transaction writes at a time, leaves the locking out.
    """
    # Rows that refer to the workspace can be added meanwhile; a full lock would keep everybody out.
    whose = select(workspaces.c.seq).where(workspaces.c.id == workspace_id)
    connection.execute(whose.with_for_update(key_share=True))
