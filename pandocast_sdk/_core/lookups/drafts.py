"""Waiting for drafts that are being generated, by reading the list or single drafts."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pandocast_sdk import models
from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.lookups.waiting import Goal, OnUpdate, PolledList, TimedOut, wait_for, wait_for_many
from pandocast_sdk._core.operations.drafts import get_draft, get_draft_row, list_drafts
from pandocast_sdk._core.paging.cursor_paging import CursorPosition, fetch_cursor_page
from pandocast_sdk._core.protocol import Plan
from pandocast_sdk.errors import DraftFailedError, NotFoundError, PandocastError, WaitTimeoutError

_MOST_ROWS = 100  # a page of the published API

_ALL_DRAFTS = list_drafts(
    status=None,
    format=None,
    limit=_MOST_ROWS,
    source_id=None,
    source_type=None,
    tags=None,
    scheduled_after=None,
    scheduled_before=None,
)


def wait_until_generated(context: CallContext, draft_id: str, timeout: float) -> Plan[models.Draft]:
    """Poll until a draft has left `pending_generation`.

    Raises:
        DraftFailedError: Its status is `failed`.
        WaitTimeoutError: It has not in time.
    """
    return wait_for(context, GENERATED, draft_id, timeout)


def wait_many_until_generated(
    context: CallContext, ids: Iterable[str], timeout: float, on_update: OnUpdate[models.Draft] | None
) -> Plan[list[models.Draft | PandocastError]]:
    """Poll until every draft has left `pending_generation`, or raised."""
    return wait_for_many(context, GENERATED, ids, timeout, on_update)


def _find(
    context: CallContext, ids: Collection[str], found: dict[str, models.Draft], expires: float
) -> Plan[None]:
    """Read drafts: one by its id, several from the list, newest first.

    What the list does not have on as many pages as drafts are left is read by its id, so that drafts far down
    cost at most twice as many requests as they would the cheaper way.
    """
    missing = set(ids)
    position: CursorPosition | None = CursorPosition()
    pages = 0
    while position is not None and len(missing) > max(1, pages):
        page = yield from fetch_cursor_page(context, _ALL_DRAFTS, position, expires=expires)
        found.update((draft.id, draft) for draft in page.items if draft.id in missing)
        missing -= found.keys()
        position, pages = page.position, pages + 1
    for draft_id in missing:
        try:
            found[draft_id] = yield from call(context, get_draft_row(draft_id), expires=expires)
        except NotFoundError:
            continue


def _check(context: CallContext, draft: models.Draft, _expires: float) -> Plan[models.Draft | None]:
    yield from ()
    if draft.status == "failed":
        raise DraftFailedError(draft.id, None if draft.feedback is None else context.redact(draft.feedback))
    return None if draft.status == "pending_generation" else draft


def _status(draft: models.Draft) -> str:
    return draft.status


def _timeout_error(draft_id: str, timed_out: TimedOut) -> WaitTimeoutError:
    return WaitTimeoutError(f"draft {draft_id!r}", draft_id=draft_id, **timed_out._asdict())


DRAFTS = PolledList("draft", _find, get_draft, _status, get_draft, _timeout_error)
GENERATED = Goal(DRAFTS, _check, _check)
