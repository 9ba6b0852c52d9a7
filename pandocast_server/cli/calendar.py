"""`pandocast-server calendar`."""

from urllib.parse import urlsplit

import click

from pandocast_server.cli.workspace import Answer, Refused, Workspace, in_workspace
from pandocast_server.passband.calendar.feed import (
    CalendarFeed,
    disable_feed,
    enable_feed,
    find_feed,
    renew_feed,
)


def _origin(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    refusal = click.BadParameter("it must be like https://passband.example.com or http://127.0.0.1:8000")
    try:
        parts = urlsplit(value.removesuffix("/"))
        port = parts.port
    except ValueError as error:
        raise refusal from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0 or "@" in parts.netloc:
        raise refusal
    if parts.path or parts.query or parts.fragment:
        raise refusal
    return parts.geturl()


_origin_option = click.option(
    "--origin",
    default="http://127.0.0.1:8000",
    show_default=True,
    callback=_origin,
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
    feed = _feed(workspace)
    if not feed.enabled and not click.get_current_context().params["as_json"]:
        raise Refused("the calendar feed is turned off; `pandocast-server calendar enable` turns it on")
    return _answer(feed, origin)


@calendar.command
@_origin_option
@in_workspace
def enable(workspace: Workspace, *, origin: str) -> Answer:
    """Turn the feed on again, at the address that it had."""
    with workspace.runtime.database.write() as connection:
        enable_feed(connection, workspace_id=workspace.id)
    return _answer(_feed(workspace), origin)


@calendar.command
@in_workspace
def disable(workspace: Workspace) -> Answer:
    """Turn the feed off: its address is answered with 404."""
    with workspace.runtime.database.write() as connection:
        disable_feed(connection, workspace_id=workspace.id)
    return _answer(_feed(workspace))


@calendar.command
@_origin_option
@in_workspace
def renew(workspace: Workspace, *, origin: str) -> Answer:
    """Give the feed another address.

    The one that it had is worth nothing from now on.
    """
    with workspace.runtime.database.write() as connection:
        renew_feed(connection, workspace_id=workspace.id)
    return _answer(_feed(workspace), origin)


def _feed(workspace: Workspace) -> CalendarFeed:
    secret = workspace.runtime.database.secret()
    with workspace.runtime.database.read() as connection:
        return find_feed(connection, secret, workspace_id=workspace.id)


def _answer(feed: CalendarFeed, origin: str = "") -> Answer:
    address = feed.url(origin)
    return Answer({"enabled": feed.enabled, "url": address}, address or "The calendar feed is turned off")
