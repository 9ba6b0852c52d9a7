"""Every table of the server, and nothing else.

`seq` is given at insert and never again: it settles the order of rows that were created at the same moment.
Times are whole microseconds since 1970, so that they sort and compare the same on every database.
"""

from datetime import datetime

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

from pandocast_server.timestamps import from_microseconds, to_microseconds

SCHEMA_VERSION = 1

metadata = MetaData()


class Instant(TypeDecorator[datetime]):
    """An aware UTC time, kept as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - asked so
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - asked so
        return None if value is None else from_microseconds(value)


def _seq() -> Column[int]:
    # SQLite counts by itself only in a column that is INTEGER to the letter.
    return Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def _id() -> Column[str]:
    return Column("id", String(64), nullable=False, unique=True)


def _workspace() -> Column[str]:
    return Column("workspace_id", String(64), ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False)


def _instant(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, Instant, nullable=nullable)


schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

workspaces = Table(
    "workspaces", metadata, _seq(), _id(), Column("name", String(200), nullable=False), _instant("created_at")
)

# `id` is the public part of the key, by which it is looked up; the key itself is never stored.
api_keys = Table(
    "api_keys",
    metadata,
    _seq(),
    _id(),
    _workspace(),
    Column("name", String(200), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("read_only", Boolean, nullable=False),
    _instant("created_at"),
    _instant("revoked_at", nullable=True),
)

# One a workspace, there from the start; `updated_at` is empty until somebody describes the voice.
voice_profiles = Table(
    "voice_profiles",
    metadata,
    _seq(),
    _id(),
    Column(
        "workspace_id",
        String(64),
        ForeignKey("workspaces.id", ondelete="CASCADE"),
        nullable=False,
        unique=True,
    ),
    Column("style", Text, nullable=False, default=""),
    Column("avoid", JSON, nullable=False, default=list),
    Column("examples", JSON, nullable=False, default=list),
    Column("formats", JSON, nullable=False, default=dict),
    _instant("created_at"),
    _instant("updated_at", nullable=True),
)

# A platform without a row is connected and well.
platform_connections = Table(
    "platform_connections",
    metadata,
    _seq(),
    _workspace(),
    Column("platform_id", String(64), nullable=False),
    Column("connected", Boolean, nullable=False, default=True),
    Column("failures_left", Integer, nullable=False, default=0),
    Column("failure_error", Text, nullable=False, default=""),
    UniqueConstraint("workspace_id", "platform_id"),
)

content = Table(
    "content",
    metadata,
    _seq(),
    _id(),
    _workspace(),
    Column("title", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("raw_content", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("analysis", Text, nullable=True),
    Column("error", Text, nullable=True),
    _instant("created_at"),
    Index("content_newest", "workspace_id", "created_at", "seq"),
)

outputs = Table(
    "outputs",
    metadata,
    _seq(),
    _id(),
    _workspace(),
    Column("content_id", String(64), ForeignKey("content.id", ondelete="CASCADE"), nullable=False),
    Column("platform_id", String(64), nullable=False),
    Column("format_name", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("voice_match_score", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    _instant("created_at"),
    Index("outputs_of_content", "content_id", "seq"),
)

posts = Table(
    "posts",
    metadata,
    _seq(),
    _id(),
    _workspace(),
    Column("content_id", String(64), ForeignKey("content.id", ondelete="CASCADE"), nullable=False),
    Column("output_id", String(64), ForeignKey("outputs.id", ondelete="CASCADE"), nullable=False),
    Column("platform_id", String(64), nullable=False),
    Column("status", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Text, nullable=True),
    _instant("scheduled_at"),
    _instant("published_at", nullable=True),
    _instant("created_at"),
)

# `due_at` is the server's time, `lease_until` is real time: a jump of the clock must not end a live lease.
jobs = Table(
    "jobs",
    metadata,
    _seq(),
    _id(),
    _workspace(),
    Column("kind", String(40), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("payload", JSON, nullable=False, default=dict),
    Column("status", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_token", String(64), nullable=True),
    _instant("due_at"),
    _instant("lease_until", nullable=True),
    _instant("created_at"),
    Index("jobs_due", "status", "due_at", "seq"),
)

# The secret must be readable to sign with; whoever can read the database can sign.
endpoints = Table(
    "endpoints",
    metadata,
    _seq(),
    _id(),
    _workspace(),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("enabled", Boolean, nullable=False, default=True),
    Column("consecutive_failures", Integer, nullable=False, default=0),
    _instant("created_at"),
)

# `body` holds the very bytes that are signed: writing the JSON anew would break the signature of a replay.
events = Table(
    "events",
    metadata,
    _seq(),
    _id(),
    _workspace(),
    Column("type", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    _instant("created_at"),
)

# `position` is the place in the endpoint's line; a replay takes a new one at the end.
deliveries = Table(
    "deliveries",
    metadata,
    _seq(),
    _id(),
    _workspace(),
    Column("endpoint_id", String(64), ForeignKey("endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", String(64), ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("status", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("response_status", Integer, nullable=True),
    Column("error", Text, nullable=True),
    Column("lease_token", String(64), nullable=True),
    _instant("lease_until", nullable=True),
    _instant("created_at"),
    _instant("finished_at", nullable=True),
    UniqueConstraint("event_id", "endpoint_id"),
    Index("deliveries_line", "endpoint_id", "status", "position"),
    Index("deliveries_position", "endpoint_id", "position"),
)
