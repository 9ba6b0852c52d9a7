"""What commands share: the database, the workspace in it, how they print and how they refuse."""

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import wraps
from pathlib import Path

import click
from attrs import frozen
from sqlalchemy import make_url, select
from sqlalchemy.exc import ArgumentError

from pandocast_server.runtime import Runtime
from pandocast_server.settings import DEFAULT_DATABASE_URL, Settings
from pandocast_server.storage.database import DatabaseError
from pandocast_server.storage.tables import workspaces
from pandocast_server.timestamps import wire_text


class Refused(click.ClickException):
    """The command cannot do this; the reason goes to standard error, in one line."""

    exit_code = 2

    def __init__(self, message: object) -> None:
        super().__init__(" ".join(str(message).split()))


@frozen
class Workspace:
    """The workspace that a command works on, in an open database."""

    runtime: Runtime
    id: str


@frozen
class Answer:
    """What a command prints: a document with `--json`, or else a text."""

    document: object
    text: str


database_option = click.option(
    "--database-url",
    envvar="PANDOCAST_DATABASE_URL",
    default=DEFAULT_DATABASE_URL,
    show_default=True,
    show_envvar=True,
    help="The database, as an SQLAlchemy URL.",
)


def in_workspace(command: Callable[..., Answer]) -> Callable[..., None]:
    """Pass the chosen workspace to a command, and print its answer; adds the options for both."""

    @click.option("--workspace", "workspace_id", metavar="ID", help="The workspace; by default the oldest.")
    @database_option
    @click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
    @wraps(command)
    def run(workspace_id: str | None, database_url: str, *, as_json: bool, **arguments: object) -> None:
        with _existing_database(database_url) as runtime:
            workspace = Workspace(runtime, _chosen(runtime, workspace_id))
            try:
                answer = command(workspace, **arguments)
            except (ValueError, LookupError) as error:  # a bad value, or an id that is not known
                raise Refused(error) from error
        click.echo(json.dumps(answer.document, ensure_ascii=False) if as_json else answer.text)

    return run


def start_runtime(settings: Settings) -> Runtime:
    """Open the database, made if there is none."""
    try:
        return Runtime.start(settings)
    except DatabaseError as error:
        raise Refused(error) from error


def document(item: object, *names: str) -> dict[str, object]:
    """Return some attributes of an object, ready for JSON."""
    values = ((name, getattr(item, name)) for name in names)
    return {name: wire_text(value) if isinstance(value, datetime) else value for name, value in values}


def table(documents: Sequence[Mapping[str, object]], *names: str) -> Answer:
    """Return documents, and for people a table of some of their fields."""
    headings = [name.replace("_", "-").upper() for name in names]
    rows = [headings, *([_cell(one[name]) for name in names] for one in documents)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return Answer(documents, "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows))


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(str(value).split())


@contextmanager
def _existing_database(url: str) -> Generator[Runtime]:
    """Open a database that a server has made: a mistyped name must not make another."""
    with suppress(ArgumentError):  # opening it will tell
        parsed = make_url(url)
        is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in {None, "", ":memory:"}
        if is_file and not Path(str(parsed.database)).exists():
            raise Refused(f"there is no database {parsed.database}; `pandocast-server serve` makes one")
    runtime = start_runtime(Settings(database_url=url))
    try:
        yield runtime
    finally:
        runtime.database.close()


def _chosen(runtime: Runtime, workspace_id: str | None) -> str:
    with runtime.database.read() as connection:
        known = connection.scalars(select(workspaces.c.id).order_by(workspaces.c.seq)).all()
    if not known:
        raise Refused("this database has no workspace yet; `pandocast-server serve` makes the first")
    if workspace_id not in {None, *known}:
        raise Refused(f"there is no workspace {workspace_id}")
    return workspace_id or known[0]
