"""The operations on drafts.

Reference: "List drafts" to "Update draft".
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pandocast_sdk import models
from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_sdk._core.paging.cursor_paging import CursorListing, CursorRows
from pandocast_sdk._core.requests.argument_types import (
    flag,
    optional_flag,
    optional_string,
    resource_id,
    string,
)
from pandocast_sdk._core.requests.operation import Operation, operation
from pandocast_sdk._core.requests.reading import reads, reads_row
from pandocast_sdk._core.requests.validation import (
    bounded_list,
    comma_separated,
    open_members,
    optional_at_least,
    optional_text,
    optional_texts,
    text,
    texts,
)
from pandocast_sdk._core.requests.values import timestamp

_CREATED_DRAFTS = reads(lambda: models.CreatedDrafts)
_DRAFT = reads(lambda: models.Draft)
_DRAFT_ROW = reads_row(lambda: models.Draft)
_BULK_RESULT = reads(lambda: models.BulkResult)
_ROWS = reads(lambda: models.DraftList).then(lambda page: CursorRows(page.drafts, page.next_cursor))

_MOST_IDS = 100
_LONGEST_TEXT = 50_000
_LONGEST_PROMPT = 5_000
_MOST_FORMATS = 3
_MOST_IMAGES = 10
_MOST_TAGS = 20
_LONGEST_TAG = 50

SimpleAction = Literal["approve", "reject", "regenerate", "archive", "unapprove", "cancel_schedule"]
"""The actions that take no argument but feedback."""


def list_drafts(
    *,
    status: str | None,
    format: str | None,  # noqa: A002 - the reference's name
    limit: int | None,
    source_id: str | None,
    source_type: str | None,
    tags: Iterable[str] | None,
    scheduled_after: datetime | None,
    scheduled_before: datetime | None,
) -> CursorListing[models.Draft]:
    """List the drafts that match all filters."""
    filters = {
        "status": optional_string("status", status),
        "format": optional_string("format", format),
        "limit": optional_at_least("limit", limit, 1),
        "sourceId": optional_string("source_id", source_id),
        "sourceType": optional_string("source_type", source_type),
        "tags": comma_separated("tags", tags),
        "scheduledAfter": _optional_timestamp("scheduled_after", scheduled_after),
        "scheduledBefore": _optional_timestamp("scheduled_before", scheduled_before),
    }
    return CursorListing(
        lambda cursor: operation(
            ROUTES["list_drafts"], _ROWS, query={**filters, "cursor": optional_string("cursor", cursor)}
        ),
        lambda draft: draft.id,
    )


def create_draft(
    *,
    text: str,
    format: str | None,  # noqa: A002 - the reference's name
    images: Iterable[models.DraftImage | models.DraftImageDict] | None,
    tags: Iterable[str] | None,
    target_platforms: Iterable[str] | None,
) -> Operation[models.CreatedDrafts]:
    """Create a draft from a text (direct mode)."""
    body = {
        "text": _content(text),
        "format": optional_string("format", format),
        **_attachments(images, tags, target_platforms),
    }
    return operation(ROUTES["create_drafts"], _CREATED_DRAFTS, body=body)


def generate_drafts(
    *,
    url: str | None,
    prompt: str | None,
    formats: Iterable[str] | None,
    images: Iterable[models.DraftImage | models.DraftImageDict] | None,
    tags: Iterable[str] | None,
    target_platforms: Iterable[str] | None,
) -> Operation[models.CreatedDrafts]:
    """Generate drafts from a page or a prompt (generate mode)."""
    if url is None and prompt is None:
        raise ValueError("url or prompt is required to generate drafts")
    body = {
        "url": optional_text("url", url),
        "prompt": optional_text("prompt", prompt, _LONGEST_PROMPT),
        "formats": optional_texts("formats", formats, 1, _MOST_FORMATS),
        **_attachments(images, tags, target_platforms),
    }
    return operation(ROUTES["create_drafts"], _CREATED_DRAFTS, body=body)


def get_draft(draft_id: str) -> Operation[models.Draft]:
    """Get a draft."""
    return operation(ROUTES["get_draft"], _DRAFT, path={"id": resource_id("id", draft_id)})


def get_draft_row(draft_id: str) -> Operation[models.Draft]:
    """Get a draft, as a row of a list, which is returned even where it cannot be read."""
    return operation(ROUTES["get_draft"], _DRAFT_ROW, path={"id": resource_id("id", draft_id)})


def edit_draft(draft_id: str, text: str) -> Operation[models.Draft]:
    """Replace the text of a draft, for which no bound is published here."""
    return _update(draft_id, {"text": string("text", text)})


def act_on_draft(
    draft_id: str, action: SimpleAction, *, feedback: str | None = None
) -> Operation[models.Draft]:
    """Change the status of a draft by a simple action."""
    return _update(draft_id, {"action": action, "feedback": optional_string("feedback", feedback)})


def schedule_draft(draft_id: str, *, scheduled_at: datetime | None, smart: bool) -> Operation[models.Draft]:
    """Schedule a draft, at a time or at a slot that the service chooses."""
    return _update(
        draft_id,
        {
            "action": "schedule",
            "scheduledAt": _optional_timestamp("scheduled_at", scheduled_at),
            "smartSchedule": flag("smart", smart) or None,
        },
    )


def reschedule_draft(draft_id: str, scheduled_at: datetime) -> Operation[models.Draft]:
    """Move a scheduled draft to another time."""
    return _update(draft_id, {"action": "reschedule", "scheduledAt": timestamp("scheduled_at", scheduled_at)})


def post_draft(draft_id: str, platforms: Iterable[str] | None) -> Operation[models.Draft]:
    """Post a draft now; None for all connected platforms."""
    return _update(draft_id, {"action": "post", "platforms": optional_texts("platforms", platforms, 1)})


def act_on_drafts(
    action: str,
    *,
    ids: Iterable[str],
    feedback: str | None,
    scheduled_at: datetime | None,
    smart_schedule: bool | None,
) -> Operation[models.BulkResult]:
    """Apply one action to many drafts."""
    if action == "reschedule" and scheduled_at is None:
        raise ValueError("scheduled_at is required to reschedule")
    body = {
        "action": string("action", action),
        "ids": texts("ids", ids, 1, _MOST_IDS),
        "feedback": optional_string("feedback", feedback),
        "scheduledAt": _optional_timestamp("scheduled_at", scheduled_at),
        "smartSchedule": optional_flag("smart_schedule", smart_schedule),
    }
    return operation(ROUTES["bulk_draft_action"], _BULK_RESULT, body=body)


def _update(draft_id: str, body: dict[str, object]) -> Operation[models.Draft]:
    return operation(ROUTES["update_draft"], _DRAFT, path={"id": resource_id("id", draft_id)}, body=body)


def _content(value: str) -> str:
    return text("text", value, _LONGEST_TEXT)


def _attachments(
    images: Iterable[models.DraftImage | models.DraftImageDict] | None,
    tags: Iterable[str] | None,
    target_platforms: Iterable[str] | None,
) -> dict[str, object]:
    pictures = None if images is None else bounded_list("images", images, 0, _MOST_IMAGES)
    return {
        "images": None
        if pictures is None
        else [
            open_members(f"images[{index}]", picture, ("url", "alt"))
            for index, picture in enumerate(pictures)
        ],
        "tags": optional_texts("tags", tags, 0, _MOST_TAGS, longest=_LONGEST_TAG),
        "targetPlatforms": optional_texts("target_platforms", target_platforms),
    }


def _optional_timestamp(name: str, moment: datetime | None) -> str | None:
    return None if moment is None else timestamp(name, moment)
