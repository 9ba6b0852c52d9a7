"""`pandocast-server trigger`."""

import json
import sys
from typing import cast

import click

from pandocast_server.cli.database import (
    Refused,
    chosen_workspace,
    database_option,
    existing_database,
    json_option,
    print_json,
    workspace_option,
)
from pandocast_server.delivery.events import record_event


@click.command
@click.argument("event")
@click.option(
    "--data", default="{}", metavar="JSON", help="The event's data, a JSON object; - reads it from stdin."
)
@workspace_option
@database_option
@json_option
def trigger(event: str, data: str, workspace_id: str | None, database_url: str, *, as_json: bool) -> None:
    """Emit EVENT, such as ab_test.completed, to the workspace's webhook endpoints.

    A running server delivers it. The data are sent as given, with workspace_id put first.
    """
    parsed = _object(sys.stdin.read() if data == "-" else data)
    with existing_database(database_url) as runtime:
        chosen = chosen_workspace(runtime, workspace_id)
        try:
            with runtime.database.write() as connection:
                event_id = record_event(connection, runtime, workspace_id=chosen, type=event, data=parsed)
        except ValueError as error:
            raise Refused(error) from error
    if as_json:
        print_json({"event_id": event_id, "event": event, "workspace_id": chosen})
    else:
        click.echo(f"{event} recorded as {event_id}")


def _object(text: str) -> dict[str, object]:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(f"--data is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise Refused("--data must be a JSON object")
    return cast("dict[str, object]", value)
