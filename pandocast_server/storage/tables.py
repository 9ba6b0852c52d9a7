"""The tables that both APIs share, and Pandocast's own; Passband's are in `passband_tables`.

`seq` is given at insert and never again: it settles the order of rows that were created at the same moment.
Times are whole microseconds since 1970, so that they sort and compare the same on every database.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import SchemaItem

from pandocast_server.timestamps import from_microseconds, to_microseconds

SCHEMA_VERSION = 4

metadata = MetaData()


class Instant(TypeDecorator[datetime]):
    """An aware UTC time, kept as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else from_microseconds(value)


def seq() -> Column[int]:
    # SQLite counts by itself only in a column that is INTEGER to the letter.
    return Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def identifier() -> Column[str]:
    return Column("id", String(64), nullable=False, unique=True)


def reference(name: str, target: str, *, primary_key: bool = False, nullable: bool = False) -> Column[str]:
    """Return a column that refers to a row of another table, with which its own row is deleted."""
    key = ForeignKey(target, ondelete="CASCADE")
    return Column(name, String(64), key, primary_key=primary_key, nullable=nullable)


def workspace(*, primary_key: bool = False) -> Column[str]:
    return reference("workspace_id", "workspaces.id", primary_key=primary_key)


def instant(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, Instant, nullable=nullable)


def owned_table(name: str, *items: SchemaItem) -> Table:
    """Return a table whose rows have an identifier, and belong to a workspace."""
    return Table(name, metadata, seq(), identifier(), workspace(), *items)


def columns_for(row_class: type, table: Table, **others: Column[Any]) -> list[Column[Any]]:
    """Return the columns for the attributes of a class: those of `others`, or those named alike."""
    return [others[name] if name in others else table.c[name] for name in row_class.__annotations__]


schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

# One row, made with the database: what cursors and calendar addresses are signed with.
server_secret = Table("server_secret", metadata, Column("value", LargeBinary(32), nullable=False))

workspaces = Table(
    "workspaces",
    metadata,
    seq(),
    identifier(),
    Column("name", String(200), nullable=False),
    instant("created_at"),
)

# `id` is the public part of the key, by which it is looked up; the key itself is never stored.
api_keys = owned_table(
    "api_keys",
    Column("name", String(200), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("read_only", Boolean, nullable=False),
    instant("created_at"),
    instant("revoked_at", nullable=True),
)

# One a workspace, there from the start; `updated_at` is empty until somebody describes the voice.
voice_profiles = owned_table(
    "voice_profiles",
    Column("style", Text, nullable=False, default=""),
    Column("avoid", JSON, nullable=False, default=list),
    Column("examples", JSON, nullable=False, default=list),
    Column("formats", JSON, nullable=False, default=dict),
    instant("created_at"),
    instant("updated_at", nullable=True),
    UniqueConstraint("workspace_id"),
)

# A platform without a row is connected and well.
platform_connections = Table(
    "platform_connections",
    metadata,
    seq(),
    workspace(),
    Column("platform_id", String(64), nullable=False),
    Column("connected", Boolean, nullable=False, default=True),
    Column("failures_left", Integer, nullable=False, default=0),
    Column("failure_error", Text, nullable=False, default=""),
    UniqueConstraint("workspace_id", "platform_id"),
)

content = owned_table(
    "content",
    Column("title", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("raw_content", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("analysis", Text, nullable=True),
    Column("error", Text, nullable=True),
    instant("created_at"),
    Index("content_newest", "workspace_id", "created_at", "seq"),
)

outputs = owned_table(
    "outputs",
    reference("content_id", "content.id"),
    Column("platform_id", String(64), nullable=False),
    Column("format_name", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("voice_match_score", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    instant("created_at"),
    Index("outputs_of_content", "content_id", "seq"),
)

posts = owned_table(
    "posts",
    reference("content_id", "content.id"),
    reference("output_id", "outputs.id"),
    Column("platform_id", String(64), nullable=False),
    Column("status", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Text, nullable=True),
    instant("scheduled_at"),
    instant("published_at", nullable=True),
    instant("created_at"),
)

# What is to be done later; a job that has ended is removed. `lease_token` is empty while it waits. `due_at`
# is the server's time, `lease_until` is real time: a jump of the clock must not end a live lease.
open_jobs = Table(
    "open_jobs",
    metadata,
    seq(),
    workspace(),
    Column("kind", String(40), nullable=False),
    Column("lane", String(140), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("payload", JSON, nullable=False, server_default="{}"),
    Column("failures", Integer, nullable=False, default=0),
    Column("claims", Integer, nullable=False, default=0),
    Column("lease_token", String(64), nullable=True),
    instant("due_at"),
    instant("lease_until", nullable=True),
    Index("open_jobs_due", "due_at", "seq"),
    Index("open_jobs_of_lane", "lane", "due_at", "seq"),
)

# The secret must be readable to sign with; whoever can read the database can sign.
endpoints = owned_table(
    "endpoints",
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("enabled", Boolean, nullable=False, default=True),
    Column("consecutive_failures", Integer, nullable=False, default=0),
    instant("created_at"),
)

# `body` holds the very bytes that are signed: writing the JSON anew would break the signature of a replay.
events = owned_table(
    "events",
    Column("type", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    instant("created_at"),
)

deliveries = owned_table(
    "deliveries",
    reference("endpoint_id", "endpoints.id"),
    reference("event_id", "events.id"),
    Column("status", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("response_status", Integer, nullable=True),
    Column("error", Text, nullable=True),
    instant("created_at"),
    instant("finished_at", nullable=True),
    UniqueConstraint("event_id", "endpoint_id"),
    Index("deliveries_of_endpoint", "endpoint_id", "seq"),
)
