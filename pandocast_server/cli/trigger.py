"""`pandocast-server trigger`."""

import json
import sys
from typing import cast

import click

from pandocast_server.cli.workspace import Answer, Refused, Workspace, in_workspace
from pandocast_server.delivery.events import record_event


@click.command
@click.argument("event")
@click.option(
    "--data", default="{}", metavar="JSON", help="The event's data, a JSON object; - reads it from stdin."
)
@in_workspace
def trigger(workspace: Workspace, *, event: str, data: str) -> Answer:
    """Emit EVENT, such as ab_test.completed, to the workspace's webhook endpoints.

    A running server delivers it. The data are sent as given, with workspace_id put first.
    """
    runtime = workspace.runtime
    parsed: object = json.loads(sys.stdin.read() if data == "-" else data)
    if not isinstance(parsed, dict):
        raise Refused("--data must be a JSON object")
    about = cast("dict[str, object]", parsed)
    with runtime.database.write() as connection:
        event_id = record_event(connection, runtime, workspace_id=workspace.id, type=event, data=about)
    return Answer(
        {"event_id": event_id, "event": event, "workspace_id": workspace.id},
        f"{event} recorded as {event_id}",
    )
