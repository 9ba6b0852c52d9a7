"""Settling an upload whose outcome is unknown, by a read: the service has no idempotency keys."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import cast

from pandocast_sdk import models
from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.lookups.content import CONTENT
from pandocast_sdk._core.lookups.waiting import shared_poll
from pandocast_sdk._core.paging.offset_pages import MOST_ROWS, Position
from pandocast_sdk._core.paging.offset_paging import fetch_page
from pandocast_sdk._core.protocol import Plan
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk._core.requests.validation import text
from pandocast_sdk._core.requests.values import timestamp


def find_upload(context: CallContext, title: str, since: datetime) -> Plan[models.Content | None]:
    """Return the newest upload with a title, unless it is older than a time: read the list, newest first.

    Searches at the same time share the reading.

    Raises:
        ValueError: The time has no UTC offset, or the title is empty.
    """
    timestamp("since", since)
    text("title", title)
    sought = f"{since.isoformat()} {title}"  # a shared poll knows a row by one text
    poll = shared_poll(context, "upload search", _find)
    found = yield from poll.look_up(context, [sought], _list_operation)
    return found.get(sought)


def _find(
    context: CallContext, sought: Collection[str], found: dict[str, models.Content], expires: float
) -> Plan[None]:
    """Read the list, newest first, until all are found, or older than they can be."""
    missing = {key: _parsed(key) for key in sought}
    position: Position | None = Position(0, MOST_ROWS)
    while position is not None:
        page = yield from fetch_page(context, CONTENT, position, expires=expires)
        for content in page.items:
            # Where it cannot be read, the rows around it tell the age.
            created = cast("datetime | None", content.created_at)
            for key, (title, since) in list(missing.items()):
                if created is not None and created < since:
                    del missing[key]
                elif content.title == title:
                    found[key] = content
                    del missing[key]
        position = page.position if missing else None


def _parsed(sought: str) -> tuple[str, datetime]:
    since, _, title = sought.partition(" ")
    return title, datetime.fromisoformat(since)


def _list_operation() -> Operation[object]:
    return CONTENT.page_operation(MOST_ROWS, 0)
