"""The models of Passband's sources.

Reference: "List sources" to "Test source".
"""

from typing import Literal, TypeAlias

from pydantic import JsonValue

from pandocast_sdk.models.base import Open, PassbandModel, Timestamp

__all__ = ["Source", "SourceDeletion", "SourceHealth", "SourceTest", "SourceTestItem", "SourceType"]

SourceType: TypeAlias = Literal["rss", "twitter", "reddit", "hackernews", "google_news", "substack"]
"""The type of a source."""

SourceHealth: TypeAlias = Literal["healthy", "degraded", "failing"]
"""How reliably a source can be fetched. Only `healthy` is published; others may come."""


class Source(PassbandModel):
    """A source in which the pipeline looks for items.

    Attributes:
        id: Its id, which the other calls take.
        type: Its type.
        name: Its name.
        url: Its address.
        enabled: Whether the pipeline looks there.
        health: How reliably it can be fetched.
        fail_count: How often fetching has failed in a row.
        created_at: When it was created.
        updated_at: When it was last changed.
        item_count: The number of items from it.
        config: Its settings.
        last_fetch: When it was last fetched.
        last_error: Why the last fetch failed.
    """

    id: str
    type: Open[SourceType]
    name: str
    url: str
    enabled: bool
    health: Open[SourceHealth]
    fail_count: int
    created_at: Timestamp
    updated_at: Timestamp
    item_count: int
    config: dict[str, JsonValue] | None = None
    last_fetch: Timestamp | None = None
    last_error: str | None = None


class SourceDeletion(PassbandModel):
    """A source was deleted.

    Attributes:
        ok: True; None if the service confirmed it by the status alone.
    """

    ok: bool | None = None


class SourceTestItem(PassbandModel):
    """One item that a test fetch found.

    Attributes:
        title: Its title.
        link: Its address.
        published_at: When it was published, as the source says.
    """

    title: str | None = None
    link: str | None = None
    published_at: Timestamp | None = None


class SourceTest(PassbandModel):
    """The outcome of a test fetch.

    Attributes:
        ok: Whether the source could be fetched and read.
        items: Some of its items.
        error: Why it could not.
    """

    ok: bool
    items: list[SourceTestItem] | None = None
    error: str | None = None
