"""The database that a command works on, and the refusals that all commands share."""

import json
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

import click
from sqlalchemy import make_url, select
from sqlalchemy.exc import ArgumentError

from pandocast_server.runtime import Runtime
from pandocast_server.settings import DEFAULT_DATABASE_URL, Settings
from pandocast_server.storage.database import DatabaseError
from pandocast_server.storage.tables import workspaces

P = ParamSpec("P")
R = TypeVar("R")


class Refused(click.ClickException):
    """What was asked for cannot be done; the sentence goes to standard error, in one line."""

    exit_code = 2

    def __init__(self, message: object) -> None:
        super().__init__(" ".join(str(message).split()))


def database_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add `--database-url`."""
    return click.option(
        "--database-url",
        envvar="PANDOCAST_DATABASE_URL",
        default=DEFAULT_DATABASE_URL,
        show_default=True,
        show_envvar=True,
        help="The database, as an SQLAlchemy URL.",
    )(function)


def workspace_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add `--workspace`."""
    return click.option(
        "--workspace", "workspace_id", metavar="ID", help="Which workspace; the oldest one unless told."
    )(function)


def json_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")(function)


def start_runtime(settings: Settings) -> Runtime:
    """Open the database, made where there is none.

    Raises:
        Refused: The database cannot be used.
    """
    try:
        return Runtime.start(settings)
    except DatabaseError as error:
        raise Refused(error) from error


@contextmanager
def existing_database(url: str) -> Generator[Runtime]:
    """Open a database that a server has made: a mistyped name must not make another.

    Raises:
        Refused: There is none, or it cannot be used.
    """
    missing = _missing_file(url)
    if missing is not None:
        raise Refused(f"there is no database {missing}; `pandocast-server serve` makes one")
    runtime = start_runtime(Settings(database_url=url))
    try:
        yield runtime
    finally:
        runtime.database.close()


def first_workspace(runtime: Runtime) -> str | None:
    """Give the oldest workspace, or None in an empty database."""
    with runtime.database.read() as connection:
        return connection.scalar(select(workspaces.c.id).order_by(workspaces.c.seq).limit(1))


def chosen_workspace(runtime: Runtime, workspace_id: str | None) -> str:
    """Give the workspace that was asked for, or the oldest.

    Raises:
        Refused: There is none, or it is not known.
    """
    if workspace_id is None:
        found = first_workspace(runtime)
        if found is None:
            raise Refused("this database has no workspace yet; `pandocast-server serve` makes the first")
        return found
    with runtime.database.read() as connection:
        if connection.scalar(select(workspaces.c.id).where(workspaces.c.id == workspace_id)) is None:
            raise Refused(f"there is no workspace {workspace_id}")
    return workspace_id


def print_json(value: object) -> None:
    """Print a value for a script, on one line."""
    click.echo(json.dumps(value, ensure_ascii=False))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows in columns as wide as they need to be; nothing but a remark when there are none."""
    if not rows:
        click.echo("none", err=True)
        return
    table = [list(headings), *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(str(value).split())


def _missing_file(url: str) -> Path | None:
    try:
        parsed = make_url(url)
    except ArgumentError:
        return None  # opening it will tell
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        return None
    path = Path(str(parsed.database))
    return None if path.exists() else path
