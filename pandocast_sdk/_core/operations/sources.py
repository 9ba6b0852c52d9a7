"""The operations on sources.

Reference: "List sources" to "Test source".
"""

from __future__ import annotations

from collections.abc import Mapping

from pandocast_sdk import models
from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_sdk._core.requests.argument_types import optional_flag, optional_members, resource_id
from pandocast_sdk._core.requests.operation import Operation, operation
from pandocast_sdk._core.requests.reading import reads, reads_array, reads_confirmation
from pandocast_sdk._core.requests.validation import optional_text, text
from pandocast_sdk._core.requests.values import without_none

_SOURCES = reads_array(lambda: models.Source)
_SOURCE = reads(lambda: models.Source)
_SOURCE_TEST = reads(lambda: models.SourceTest)

_DELETION = reads_confirmation(lambda: models.SourceDeletion, "ok", value=True)

_LONGEST_NAME = 200


def list_sources() -> Operation[list[models.Source]]:
    """List all sources."""
    return operation(ROUTES["list_sources"], _SOURCES)


def create_source(
    *,
    name: str,
    type: str,  # noqa: A002 - the reference's name
    url: str,
    config: Mapping[str, object] | None,
) -> Operation[models.Source]:
    """Create a source; the service fetches it first."""
    body = {
        "name": text("name", name, _LONGEST_NAME),
        "type": text("type", type),
        "url": text("url", url),
        "config": optional_members("config", config),
    }
    return operation(ROUTES["create_source"], _SOURCE, body=body)


def update_source(
    source_id: str,
    *,
    name: str | None,
    type: str | None,  # noqa: A002 - the reference's name
    url: str | None,
    enabled: bool | None,
    config: Mapping[str, object] | None,
) -> Operation[models.Source]:
    """Update a source; fields that are None stay unchanged."""
    changes = without_none(
        {
            "name": optional_text("name", name, _LONGEST_NAME),
            "type": optional_text("type", type),
            "url": optional_text("url", url),
            "enabled": optional_flag("enabled", enabled),
            "config": optional_members("config", config),
        }
    )
    return operation(
        ROUTES["update_source"], _SOURCE, path={"id": resource_id("id", source_id)}, body=changes
    )


def delete_source(source_id: str) -> Operation[models.SourceDeletion]:
    """Delete a source, its items and its drafts."""
    return operation(ROUTES["delete_source"], _DELETION, path={"id": resource_id("id", source_id)})


def test_source(source_id: str) -> Operation[models.SourceTest]:
    """Fetch a source as a test; nothing changes."""
    return operation(ROUTES["test_source"], _SOURCE_TEST, path={"id": resource_id("id", source_id)})
