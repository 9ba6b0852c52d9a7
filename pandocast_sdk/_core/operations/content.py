"""The operations on content.

Reference: "Endpoints".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

from pandocast_sdk import models
from pandocast_sdk._core.operations.pandocast_routes import ROUTES
from pandocast_sdk._core.requests.argument_types import optional_string, resource_id, string
from pandocast_sdk._core.requests.operation import Operation, operation
from pandocast_sdk._core.requests.reading import reads
from pandocast_sdk._core.requests.source_text import source_text
from pandocast_sdk._core.requests.validation import optional_texts
from pandocast_sdk._core.requests.values import timestamp

_CONTENT_LIST = reads(lambda: models.ContentList)
_CONTENT = reads(lambda: models.Content)
_GENERATION = reads(lambda: models.Generation)
_OUTPUTS = reads(lambda: models.Outputs)
_SCHEDULED_POST = reads(lambda: models.ScheduledPost)


def list_content(limit: int, offset: int) -> Operation[models.ContentList]:
    """List one page of uploads, newest first; the caller has checked both numbers."""
    return operation(ROUTES["list_content"], _CONTENT_LIST, query={"limit": limit, "offset": offset})


def upload_content(
    *, title: str, content_type: str, raw_content: str | Path | TextIO
) -> Operation[models.Content]:
    """Upload a text; a path or an open file is read here, once, so that retries send the same."""
    return operation(
        ROUTES["upload_content"],
        _CONTENT,
        body={
            "title": string("title", title),
            "content_type": string("content_type", content_type),
            "raw_content": source_text("raw_content", raw_content),
        },
    )


def generate_content(
    content_id: str,
    *,
    selected_platforms: Sequence[str] | None,
    voice_profile_id: str | None,
    emphasis_notes: str | None,
) -> Operation[models.Generation]:
    """Generate posts; arguments that are None are left to the service."""
    if isinstance(selected_platforms, str):
        raise ValueError("selected_platforms must be a list of platforms, not one string")  # noqa: TRY004
    return operation(
        ROUTES["generate_content"],
        _GENERATION,
        path={"id": resource_id("content_id", content_id)},
        body={
            "voice_profile_id": optional_string("voice_profile_id", voice_profile_id),
            "selected_platforms": optional_texts("selected_platforms", selected_platforms),
            "emphasis_notes": optional_string("emphasis_notes", emphasis_notes),
        },
    )


def list_outputs(content_id: str) -> Operation[models.Outputs]:
    """List the outputs of an upload."""
    return operation(ROUTES["list_outputs"], _OUTPUTS, path={"id": resource_id("content_id", content_id)})


def schedule_output(
    content_id: str, *, output_id: str, scheduled_at: datetime
) -> Operation[models.ScheduledPost]:
    """Schedule an output for publishing."""
    return operation(
        ROUTES["schedule_output"],
        _SCHEDULED_POST,
        path={"id": resource_id("content_id", content_id)},
        body={
            "output_id": string("output_id", output_id),
            "scheduled_at": timestamp("scheduled_at", scheduled_at),
        },
    )
