"""Finding uploads and waiting for them, by reading the list: the service has no call for either."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pandocast_sdk import models
from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.lookups.waiting import Goal, OnUpdate, PolledList, TimedOut, wait_for, wait_for_many
from pandocast_sdk._core.operations.content import list_content, list_outputs
from pandocast_sdk._core.paging.offset_pages import MOST_ROWS, Listing, Position
from pandocast_sdk._core.paging.offset_paging import fetch_page
from pandocast_sdk._core.protocol import Plan
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.errors import ContentFailedError, PandocastError, WaitTimeoutError

CONTENT = Listing(list_content)

_UNFINISHED = frozenset({"analyzing", "analyzed", "generating"})


def find_content(context: CallContext, content_id: str) -> Plan[models.Content]:
    """Read the list, newest first, until an upload is found; calls at the same time share the reading.

    Raises:
        NotFoundError: It is not in the list.
    """
    _check_id(content_id)
    poll = UPLOADS.shared_poll(context)
    found = yield from poll.look_up(context, [content_id], _list_operation)
    content = found.get(content_id)
    if content is None:
        raise UPLOADS.not_found(context, content_id)
    return content


def wait_until_analyzed(context: CallContext, content_id: str, timeout: float) -> Plan[models.Content]:
    """Poll until an upload has left `analyzing`.

    Raises:
        ContentFailedError: Its status is `failed`.
        WaitTimeoutError: It has not in time.
    """
    return wait_for(context, ANALYZED, content_id, timeout)


def wait_many_until_analyzed(
    context: CallContext, ids: Iterable[str], timeout: float, on_update: OnUpdate[models.Content] | None
) -> Plan[list[models.Content | PandocastError]]:
    """Poll until every upload has left `analyzing`, or raised."""
    return wait_for_many(context, ANALYZED, ids, timeout, on_update)


def wait_until_generated(context: CallContext, content_id: str, timeout: float) -> Plan[models.Outputs]:
    """Poll until an upload has left `generating` and there are outputs.

    Raises:
        ContentFailedError: Its status is `failed`.
        WaitTimeoutError: It has not in time.
    """
    return wait_for(context, GENERATED, content_id, timeout)


def wait_many_until_generated(
    context: CallContext, ids: Iterable[str], timeout: float, on_update: OnUpdate[models.Content] | None
) -> Plan[list[models.Outputs | PandocastError]]:
    """Poll until every upload has left `generating` and has outputs, or raised."""
    return wait_for_many(context, GENERATED, ids, timeout, on_update)


def _find(
    context: CallContext, ids: Collection[str], found: dict[str, models.Content], expires: float
) -> Plan[None]:
    """Read the list, newest first, until all uploads are found, or to its end."""
    missing = set(ids)
    position: Position | None = Position(0, MOST_ROWS)
    while position is not None:
        page = yield from fetch_page(context, CONTENT, position, expires=expires)
        for content in page.items:
            if content.id in missing:
                found[content.id] = content
                missing.remove(content.id)
        position = page.position if missing else None


def _check_analyzed(
    _context: CallContext, content: models.Content, _expires: float
) -> Plan[models.Content | None]:
    yield from ()
    _check_not_failed(content)
    return None if content.status == "analyzing" else content


def _check_generated(
    context: CallContext, content: models.Content, expires: float
) -> Plan[models.Outputs | None]:
    _check_not_failed(content)
    if content.status in {"analyzing", "generating"}:
        return None
    outputs = yield from call(context, list_outputs(content.id), expires=expires)
    return outputs if outputs.items else None


def _finish_generated(
    context: CallContext, content: models.Content, expires: float
) -> Plan[models.Outputs | None]:
    """Return the outputs of an upload whose status is final, even if there are none."""
    _check_not_failed(content)
    if content.status in _UNFINISHED:
        return None
    return (yield from call(context, list_outputs(content.id), expires=expires))


def _check_not_failed(content: models.Content) -> None:
    if content.status == "failed":
        raise ContentFailedError(content.id)


def _check_id(content_id: str) -> None:
    if not content_id:
        raise ValueError("content_id must not be empty")


def _list_operation(_content_id: str = "") -> Operation[object]:
    return CONTENT.page_operation(MOST_ROWS, 0)


def _status(content: models.Content) -> str:
    return content.status


def _timeout_error(content_id: str, timed_out: TimedOut) -> WaitTimeoutError:
    return WaitTimeoutError(f"content {content_id!r}", content_id=content_id, **timed_out._asdict())


UPLOADS = PolledList("content", _find, _list_operation, _status, _check_id, _timeout_error)
ANALYZED = Goal(UPLOADS, _check_analyzed, _check_analyzed)
GENERATED = Goal(UPLOADS, _check_generated, _finish_generated)
