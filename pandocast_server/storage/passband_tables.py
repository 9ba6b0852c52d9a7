"""The tables of Passband: what its sources bring, what is written from it, and when that is posted."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from pandocast_server.storage.tables import instant, metadata, owned_table, reference, seq, workspace


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, default=0)


# `fail_count` counts the fetches in a row that failed; the health on the wire follows from it.
sources = owned_table(
    "sources",
    Column("type", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("url", Text, nullable=False),
    Column("config", JSON, nullable=False, default=dict),
    Column("enabled", Boolean, nullable=False, default=True),
    Column("fail_count", Integer, nullable=False, default=0),
    Column("last_error", Text, nullable=True),
    instant("last_fetch", nullable=True),
    instant("created_at"),
    instant("updated_at"),
    Index("sources_of_workspace", "workspace_id", "seq"),
)

# What drafts are written from: an entry of a source's feed, or what a URL or a prompt asked for; that
# has no source. `fingerprint` is a digest of the entry's guid or link: what was seen is not taken twice.
items = owned_table(
    "items",
    reference("source_id", "sources.id", nullable=True),
    Column("source_type", String(20), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("link", Text, nullable=True),
    Column("prompt", Text, nullable=True),
    Column("content", Text, nullable=False, default=""),
    instant("published_at", nullable=True),
    instant("created_at"),
    UniqueConstraint("source_id", "fingerprint"),
)

drafts = owned_table(
    "drafts",
    reference("item_id", "items.id", nullable=True),
    Column("text", Text, nullable=False, default=""),
    Column("format", String(10), nullable=False),
    Column("status", String(20), nullable=False),
    Column("confidence", Float, nullable=True),
    Column("feedback", Text, nullable=True),
    Column("rejection_feedback", Text, nullable=True),
    Column("post_id", String(64), nullable=True),
    Column("regenerated_from_id", String(64), nullable=True),
    Column("tags", JSON, nullable=False, default=list),
    Column("images", JSON, nullable=False, default=list),
    Column("target_platforms", JSON, nullable=False, default=list),
    instant("scheduled_at", nullable=True),
    instant("posted_at", nullable=True),
    instant("created_at"),
    instant("updated_at"),
    Index("drafts_newest", "workspace_id", "created_at", "seq"),
    Index("drafts_on_schedule", "workspace_id", "status", "scheduled_at"),
    Index("drafts_of_item", "item_id"),
)

# Beside the list in `drafts`, so that a filter by tag is the same statement on every database.
draft_tags = Table(
    "draft_tags",
    metadata,
    seq(),
    reference("draft_id", "drafts.id"),
    Column("tag", String(50), nullable=False),
    UniqueConstraint("draft_id", "tag"),
    Index("drafts_with_tag", "tag", "draft_id"),
)

pipeline_runs = owned_table(
    "pipeline_runs",
    Column("status", String(20), nullable=False),
    _count("items_fetched"),
    _count("drafts_generated"),
    Column("error", Text, nullable=True),
    instant("started_at", nullable=True),
    instant("finished_at", nullable=True),
    instant("created_at"),
    Index("runs_newest", "workspace_id", "created_at", "seq"),
)

# How one draft fares on one platform; `measured_at` is empty until somebody reports a metric.
engagement = owned_table(
    "engagement",
    reference("draft_id", "drafts.id"),
    Column("platform", String(50), nullable=False),
    Column("post_id", Text, nullable=True),
    Column("status", String(20), nullable=False),
    _count("retry_count"),
    Column("error_message", Text, nullable=True),
    _count("likes"),
    _count("replies"),
    _count("reposts"),
    _count("impressions"),
    _count("clicks"),
    instant("retry_after", nullable=True),
    instant("failed_at", nullable=True),
    instant("measured_at", nullable=True),
    instant("created_at"),
    UniqueConstraint("draft_id", "platform"),
    Index("engagement_of_workspace", "workspace_id", "seq"),
)

experiments = owned_table(
    "experiments",
    Column("name", String(100), nullable=False),
    Column("parameter", String(200), nullable=False),
    Column("status", String(20), nullable=False),
    Column("variants", JSON, nullable=False),
    Column("winner", String(100), nullable=True),
    instant("started_at"),
    instant("ended_at", nullable=True),
    instant("created_at"),
    Index("experiments_of_workspace", "workspace_id", "seq"),
)

slots = Table(
    "slots",
    metadata,
    seq(),
    workspace(),
    Column("day_of_week", Integer, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("minute", Integer, nullable=False),
    UniqueConstraint("workspace_id", "day_of_week", "hour", "minute"),
)

# A workspace without a row is not paused.
schedule_pauses = Table(
    "schedule_pauses", metadata, workspace(primary_key=True), Column("paused", Boolean, nullable=False)
)

# A workspace without a row has its feed turned on, and has never renewed its address.
calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    workspace(primary_key=True),
    Column("enabled", Boolean, nullable=False, default=True),
    Column("renewals", Integer, nullable=False, default=0),
)
