"""Workspaces: what keys open, and what everything else belongs to."""

from attrs import field, frozen
from sqlalchemy import insert, select

from pandocast_server.keys import create_key
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import voice_profiles, workspaces


@frozen
class NewWorkspace:
    """A workspace as it was made, with its first key: that is not stored and cannot be shown again."""

    workspace_id: str
    voice_profile_id: str
    api_key: str = field(repr=False)


def has_workspace(runtime: Runtime) -> bool:
    """Return whether a database has any workspace."""
    with runtime.database.read() as connection:
        return connection.scalar(select(workspaces.c.id).limit(1)) is not None


def create_workspace(runtime: Runtime, name: str) -> NewWorkspace:
    """Make a workspace with its voice profile and a first key, in a transaction of its own.

    Raises:
        ValueError: The name has not 1 to 200 characters.
    """
    if not 1 <= len(name) <= 200:
        raise ValueError("a workspace's name has 1 to 200 characters")
    workspace_id = runtime.identifiers.new("ws")
    voice_profile_id = runtime.identifiers.new("vp")
    now = runtime.clock.now()
    with runtime.database.write() as connection:
        connection.execute(insert(workspaces).values(id=workspace_id, name=name, created_at=now))
        profile = {"id": voice_profile_id, "workspace_id": workspace_id, "created_at": now}
        connection.execute(insert(voice_profiles), profile)
        key = create_key(connection, runtime, workspace_id=workspace_id, name="first")
    return NewWorkspace(workspace_id, voice_profile_id, key)
