"""The tables that both APIs share, and Pandocast's own; Passband's are in `passband_tables`."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from pandocast_server.storage.columns import identifier, instant, metadata, seq, workspace

SCHEMA_VERSION = 3

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
api_keys = Table(
    "api_keys",
    metadata,
    seq(),
    identifier(),
    workspace(),
    Column("name", String(200), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("read_only", Boolean, nullable=False),
    instant("created_at"),
    instant("revoked_at", nullable=True),
)

# One a workspace, there from the start; `updated_at` is empty until somebody describes the voice.
voice_profiles = Table(
    "voice_profiles",
    metadata,
    seq(),
    identifier(),
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
    instant("created_at"),
    instant("updated_at", nullable=True),
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

content = Table(
    "content",
    metadata,
    seq(),
    identifier(),
    workspace(),
    Column("title", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("raw_content", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("analysis", Text, nullable=True),
    Column("error", Text, nullable=True),
    instant("created_at"),
    Index("content_newest", "workspace_id", "created_at", "seq"),
)

outputs = Table(
    "outputs",
    metadata,
    seq(),
    identifier(),
    workspace(),
    Column("content_id", String(64), ForeignKey("content.id", ondelete="CASCADE"), nullable=False),
    Column("platform_id", String(64), nullable=False),
    Column("format_name", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("voice_match_score", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    instant("created_at"),
    Index("outputs_of_content", "content_id", "seq"),
)

posts = Table(
    "posts",
    metadata,
    seq(),
    identifier(),
    workspace(),
    Column("content_id", String(64), ForeignKey("content.id", ondelete="CASCADE"), nullable=False),
    Column("output_id", String(64), ForeignKey("outputs.id", ondelete="CASCADE"), nullable=False),
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
endpoints = Table(
    "endpoints",
    metadata,
    seq(),
    identifier(),
    workspace(),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("enabled", Boolean, nullable=False, default=True),
    Column("consecutive_failures", Integer, nullable=False, default=0),
    instant("created_at"),
)

# `body` holds the very bytes that are signed: writing the JSON anew would break the signature of a replay.
events = Table(
    "events",
    metadata,
    seq(),
    identifier(),
    workspace(),
    Column("type", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    instant("created_at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    seq(),
    identifier(),
    workspace(),
    Column("endpoint_id", String(64), ForeignKey("endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", String(64), ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("status", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("response_status", Integer, nullable=True),
    Column("error", Text, nullable=True),
    instant("created_at"),
    instant("finished_at", nullable=True),
    UniqueConstraint("event_id", "endpoint_id"),
    Index("deliveries_of_endpoint", "endpoint_id", "seq"),
)
