"""The operations on sources (reference, "List sources" to "Test source")."""

from collections.abc import Mapping

from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_sdk._core.requests.operation import Operation, operation, without_none
from pandocast_sdk._core.requests.reading import done, reads, reads_array
from pandocast_sdk._core.requests.validation import optional_text, text
from pandocast_sdk.models.sources import Source, SourceTest

_LONGEST_NAME = 200


def list_sources() -> Operation[list[Source]]:
    """All sources."""
    return operation(ROUTES["list_sources"], reads_array(Source))


def create_source(
    *,
    name: str,
    type: str,  # noqa: A002 - the reference's name
    url: str,
    config: Mapping[str, object] | None,
) -> Operation[Source]:
    """A new one; the service tries to fetch it first."""
    body = {
        "name": text("name", name, _LONGEST_NAME),
        "type": text("type", type),
        "url": text("url", url),
        "config": None if config is None else dict(config),
    }
    return operation(ROUTES["create_source"], reads(Source), body=body)


def update_source(
    source_id: str,
    *,
    name: str | None,
    type: str | None,  # noqa: A002 - the reference's name
    url: str | None,
    enabled: bool | None,
    config: Mapping[str, object] | None,
) -> Operation[Source]:
    """What is None stays as it is."""
    changes = without_none(
        {
            "name": optional_text("name", name, _LONGEST_NAME),
            "type": optional_text("type", type),
            "url": optional_text("url", url),
            "enabled": enabled,
            "config": None if config is None else dict(config),
        }
    )
    if not changes:
        raise ValueError("name, type, url, enabled or config must be given: nothing is to be changed")
    return operation(ROUTES["update_source"], reads(Source), path={"id": source_id}, body=changes)


def delete_source(source_id: str) -> Operation[None]:
    """Away with it, its items and its drafts."""
    return operation(ROUTES["delete_source"], done, path={"id": source_id})


def test_source(source_id: str) -> Operation[SourceTest]:
    """Fetch it, and change nothing."""
    return operation(ROUTES["test_source"], reads(SourceTest), path={"id": source_id})
