"""Settling an upload whose outcome is unknown, by a read: the service has no idempotency keys."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from pandocast_sdk import models
from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.lookups.content import CONTENT
from pandocast_sdk._core.paging.offset_pages import MOST_ROWS, Position
from pandocast_sdk._core.paging.offset_paging import fetch_page
from pandocast_sdk._core.protocol import Plan
from pandocast_sdk._core.requests.validation import text
from pandocast_sdk._core.requests.values import timestamp


def find_upload(context: CallContext, title: str, since: datetime) -> Plan[models.Content | None]:
    """Return the newest upload with a title, unless it is older than a time: read the list, newest first.

    Raises:
        ValueError: The time has no UTC offset, or the title is empty.
    """
    timestamp("since", since)
    text("title", title)
    position: Position | None = Position(0, MOST_ROWS)
    while position is not None:
        page = yield from fetch_page(context, CONTENT, position)
        for content in page.items:
            # Where it cannot be read, the rows around it tell the age.
            created = cast("datetime | None", content.created_at)
            if created is not None and created < since:
                return None
            if content.title == title:
                return content
        position = page.position
    return None
