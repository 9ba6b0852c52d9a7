"""`pandocast-server keys`."""

import click

from pandocast_server import keys as api_keys
from pandocast_server.cli.database import (
    Refused,
    chosen_workspace,
    database_option,
    existing_database,
    json_option,
    print_json,
    print_table,
    workspace_option,
)
from pandocast_server.keys import ApiKey
from pandocast_server.timestamps import wire_text


@click.group
def keys() -> None:
    """Create, list and revoke API keys."""


@keys.command
@click.option("--name", default="cli", show_default=True, help="What to call the key.")
@click.option("--read-only", is_flag=True, help="Good for GET and HEAD only.")
@click.option("--live", is_flag=True, help="Begin with pk_live_ instead of pk_test_.")
@workspace_option
@database_option
@json_option
def create(
    *, name: str, read_only: bool, live: bool, workspace_id: str | None, database_url: str, as_json: bool
) -> None:
    """Create a key and print it: this once, for it is not stored."""
    with existing_database(database_url) as runtime:
        chosen = chosen_workspace(runtime, workspace_id)
        try:
            with runtime.database.write() as connection:
                key = api_keys.create_key(
                    connection, runtime, workspace_id=chosen, name=name, read_only=read_only, live=live
                )
        except ValueError as error:
            raise Refused(error) from error
    if as_json:
        print_json({"key": key, "id": api_keys.public_part(key), "workspace_id": chosen, "name": name})
    else:
        click.echo(key)


@keys.command("list")
@workspace_option
@database_option
@json_option
def list_(*, workspace_id: str | None, database_url: str, as_json: bool) -> None:
    """List the workspace's keys by their public part, oldest first."""
    with existing_database(database_url) as runtime:
        chosen = chosen_workspace(runtime, workspace_id)
        with runtime.database.read() as connection:
            found = api_keys.list_keys(connection, workspace_id=chosen)
    if as_json:
        print_json([_shown(key) for key in found])
    else:
        print_table(
            ["ID", "NAME", "READ-ONLY", "CREATED", "REVOKED"],
            [
                [key.id, key.name, key.read_only, wire_text(key.created_at), key.revoked_at is not None]
                for key in found
            ],
        )


@keys.command
@click.argument("key")
@workspace_option
@database_option
@json_option
def revoke(*, key: str, workspace_id: str | None, database_url: str, as_json: bool) -> None:
    """Make KEY, the key or its public part, void at once."""
    with existing_database(database_url) as runtime:
        chosen = chosen_workspace(runtime, workspace_id)
        with runtime.database.write() as connection:
            revoked = api_keys.revoke_key(connection, runtime, workspace_id=chosen, key=key)
    if revoked is None:
        # Not repeated: it may be a key after all, of another workspace.
        raise Refused("this workspace has no such key")
    if as_json:
        print_json(_shown(revoked))
    else:
        click.echo(f"{revoked.id} is revoked")


def _shown(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "read_only": key.read_only,
        "created_at": wire_text(key.created_at),
        "revoked_at": None if key.revoked_at is None else wire_text(key.revoked_at),
    }
