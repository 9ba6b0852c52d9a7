"""`pandocast-server keys`."""

import click

from pandocast_server import keys as api_keys
from pandocast_server.cli.workspace import Answer, Refused, Workspace, document, in_workspace, table

_FIELDS = ("id", "name", "read_only", "created_at", "revoked_at")


@click.group
def keys() -> None:
    """Create, list and revoke API keys."""


@keys.command
@click.option("--name", default="cli", show_default=True, help="What to call the key.")
@click.option("--read-only", is_flag=True, help="Good for GET and HEAD only.")
@click.option("--live", is_flag=True, help="Begin with pk_live_ instead of pk_test_.")
@in_workspace
def create(workspace: Workspace, *, name: str, read_only: bool, live: bool) -> Answer:
    """Create a key and print it: this once, for it is not stored."""
    runtime = workspace.runtime
    with runtime.database.write() as connection:
        key = api_keys.create_key(
            connection, runtime, workspace_id=workspace.id, name=name, read_only=read_only, live=live
        )
    public = api_keys.public_part(key)
    return Answer({"key": key, "id": public, "workspace_id": workspace.id, "name": name}, key)


@keys.command("list")
@in_workspace
def list_(workspace: Workspace) -> Answer:
    """List the workspace's keys by their public part, oldest first."""
    with workspace.runtime.database.read() as connection:
        found = api_keys.list_keys(connection, workspace_id=workspace.id)
    return table([document(key, *_FIELDS) for key in found], *_FIELDS)


@keys.command
@click.argument("key")
@in_workspace
def revoke(workspace: Workspace, *, key: str) -> Answer:
    """Make KEY, the key or its public part, void at once."""
    runtime = workspace.runtime
    with runtime.database.write() as connection:
        revoked = api_keys.revoke_key(connection, runtime, workspace_id=workspace.id, key=key)
    if revoked is None:
        # Not repeated: it may be a key after all, of another workspace.
        raise Refused("this workspace has no such key")
    return Answer(document(revoked, *_FIELDS), f"{revoked.id} is revoked")
