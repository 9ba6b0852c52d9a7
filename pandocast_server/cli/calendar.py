"""`pandocast-server calendar`."""

import click

from pandocast_server.cli.workspace import Answer, Workspace, in_workspace
from pandocast_server.passband.calendar.feed import disable_feed, enable_feed, find_feed, renew_feed

_origin_option = click.option(
    "--origin",
    default="http://127.0.0.1:8000",
    show_default=True,
    help="Where calendars reach the server.",
)


@click.group
def calendar() -> None:
    """Manage the address of the calendar feed; who knows it can read the feed."""


@calendar.command
@_origin_option
@in_workspace
def url(workspace: Workspace, *, origin: str) -> Answer:
    """Print the address of the workspace's feed."""
    return _answer(workspace, origin)


@calendar.command
@_origin_option
@in_workspace
def enable(workspace: Workspace, *, origin: str) -> Answer:
    """Turn the feed on again, at the address that it had."""
    with workspace.runtime.database.write() as connection:
        enable_feed(connection, workspace_id=workspace.id)
    return _answer(workspace, origin)


@calendar.command
@in_workspace
def disable(workspace: Workspace) -> Answer:
    """Turn the feed off: its address is answered with 404."""
    with workspace.runtime.database.write() as connection:
        disable_feed(connection, workspace_id=workspace.id)
    return _answer(workspace)


@calendar.command
@_origin_option
@in_workspace
def renew(workspace: Workspace, *, origin: str) -> Answer:
    """Give the feed another address.

    The one that it had is worth nothing from now on.
    """
    with workspace.runtime.database.write() as connection:
        renew_feed(connection, workspace_id=workspace.id)
    return _answer(workspace, origin)


def _answer(workspace: Workspace, origin: str = "") -> Answer:
    secret = workspace.runtime.database.secret()
    with workspace.runtime.database.read() as connection:
        feed = find_feed(connection, secret, workspace_id=workspace.id)
    address = feed.url(origin.rstrip("/"))
    return Answer({"enabled": feed.enabled, "url": address}, address or "The calendar feed is turned off")
