"""`pandocast-server calendar`."""

from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar
from urllib.parse import urlsplit

import click
from sqlalchemy import Connection

from pandocast_server.cli.database import (
    Refused,
    chosen_workspace,
    database_option,
    existing_database,
    json_option,
    print_json,
    workspace_option,
)
from pandocast_server.passband.calendar.feed import (
    CalendarFeed,
    disable_feed,
    enable_feed,
    find_feed,
    renew_feed,
)
from pandocast_server.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")


class _Change(Protocol):
    def __call__(self, connection: Connection, *, workspace_id: str) -> None: ...


def _origin(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    refusal = click.BadParameter("it must be like https://passband.example.com or http://127.0.0.1:8000")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise refusal from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise refusal
    if value.rstrip("/").lower() != f"{parts.scheme}://{parts.netloc}".lower() or "@" in parts.netloc:
        raise refusal
    return f"{parts.scheme}://{parts.netloc}"


def _origin_option(function: Callable[P, R]) -> Callable[P, R]:
    default = Settings()
    return click.option(
        "--origin",
        default=f"http://{default.host}:{default.port}",
        show_default=True,
        callback=_origin,
        help="Where calendars reach the server.",
    )(function)


@click.group
def calendar() -> None:
    """Manage the address of the calendar feed; who knows it can read the feed."""


@calendar.command
@_origin_option
@workspace_option
@database_option
@json_option
def url(origin: str, workspace_id: str | None, database_url: str, *, as_json: bool) -> None:
    """Print the address of the workspace's feed."""
    feed = _feed(database_url, workspace_id)
    if not feed.enabled and not as_json:
        raise Refused("the calendar feed is turned off; `pandocast-server calendar enable` turns it on")
    _print(feed, origin, as_json=as_json)


@calendar.command
@_origin_option
@workspace_option
@database_option
@json_option
def enable(origin: str, workspace_id: str | None, database_url: str, *, as_json: bool) -> None:
    """Turn the feed on again, at the address that it had."""
    _print(_feed(database_url, workspace_id, enable_feed), origin, as_json=as_json)


@calendar.command
@workspace_option
@database_option
@json_option
def disable(workspace_id: str | None, database_url: str, *, as_json: bool) -> None:
    """Turn the feed off: its address is answered with 404."""
    _print(_feed(database_url, workspace_id, disable_feed), "", as_json=as_json)


@calendar.command
@_origin_option
@workspace_option
@database_option
@json_option
def renew(origin: str, workspace_id: str | None, database_url: str, *, as_json: bool) -> None:
    """Give the feed another address.

    The one that it had is worth nothing from now on.
    """
    _print(_feed(database_url, workspace_id, renew_feed), origin, as_json=as_json)


def _feed(database_url: str, workspace_id: str | None, change: _Change | None = None) -> CalendarFeed:
    with existing_database(database_url) as runtime:
        chosen = chosen_workspace(runtime, workspace_id)
        if change is not None:
            with runtime.database.write() as connection:
                change(connection, workspace_id=chosen)
        secret = runtime.database.secret()
        with runtime.database.read() as connection:
            return find_feed(connection, secret, workspace_id=chosen)


def _print(feed: CalendarFeed, origin: str, *, as_json: bool) -> None:
    found = feed.url(origin)
    if as_json:
        print_json({"enabled": feed.enabled, "url": found})
    else:
        click.echo("The calendar feed is turned off" if found is None else found)
