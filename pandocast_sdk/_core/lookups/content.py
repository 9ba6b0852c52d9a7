"""Finding uploads and waiting for them, by reading the list: the service has no call for either."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from pandocast_sdk import models
from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.lookups.known_steps import KnownSteps, Step
from pandocast_sdk._core.lookups.waiting import Goal, OnUpdate, PolledList, TimedOut, wait_for, wait_for_many
from pandocast_sdk._core.operations.content import list_content, list_outputs
from pandocast_sdk._core.paging.offset_pages import MOST_ROWS, Listing, Position
from pandocast_sdk._core.paging.offset_paging import fetch_page
from pandocast_sdk._core.protocol import Plan
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk._core.requests.validation import text
from pandocast_sdk.errors import ContentFailedError, PandocastError, WaitTimeoutError

CONTENT = Listing(list_content)

_UNFINISHED = frozenset({"analyzing", "analyzed", "generating"})


def find_content(context: CallContext, content_id: str) -> Plan[models.Content]:
    """Read the list, newest first, until an upload is found; calls at the same time share the reading.

    Raises:
        NotFoundError: It is not in the list.
        ResponseValidationError: It is not, and the list has a row whose id cannot be read.
    """
    _check_id(content_id)
    poll = UPLOADS.shared_poll(context)
    found = yield from poll.look_up(context, [content_id], _list_operation)
    content = found.get(content_id)
    if content is None:
        raise UPLOADS.not_found(context, content_id)
    error = UPLOADS.unreadable(context, content_id, content)
    if error is not None and content.id != content_id:
        raise error
    return content


def wait_until_analyzed(
    context: CallContext, content_id: str, timeout: float, known: KnownSteps | None = None
) -> Plan[models.Content]:
    """Poll until an upload has left `analyzing`; `known` is what the client has seen of uploads.

    Raises:
        ContentFailedError: Its status is `failed`.
        WaitTimeoutError: It has not in time.
    """
    return wait_for(context, _analyzed(known), content_id, timeout)


def wait_many_until_analyzed(
    context: CallContext,
    ids: Iterable[str],
    timeout: float,
    on_update: OnUpdate[models.Content] | None,
    known: KnownSteps | None = None,
) -> Plan[list[models.Content | PandocastError]]:
    """Poll until every upload has left `analyzing`, or raised."""
    return wait_for_many(context, _analyzed(known), ids, timeout, on_update)


def wait_until_generated(
    context: CallContext, content_id: str, timeout: float, known: KnownSteps | None = None
) -> Plan[models.Outputs]:
    """Poll until an upload has left `generating` and there are outputs; `known` is as above.

    Raises:
        ContentFailedError: Its status is `failed`.
        WaitTimeoutError: It has not in time.
    """
    return wait_for(context, _generated(known), content_id, timeout)


def wait_many_until_generated(
    context: CallContext,
    ids: Iterable[str],
    timeout: float,
    on_update: OnUpdate[models.Content] | None,
    known: KnownSteps | None = None,
) -> Plan[list[models.Outputs | PandocastError]]:
    """Poll until every upload has left `generating` and has outputs, or raised."""
    return wait_for_many(context, _generated(known), ids, timeout, on_update)


def _find(
    context: CallContext, ids: Collection[str], found: dict[str, models.Content], expires: float
) -> Plan[None]:
    """Read the list, newest first, until all uploads are found, or to its end.

    A row whose id cannot be read may be any of those that are not found.
    """
    missing = set(ids)
    nameless: models.Content | None = None
    position: Position | None = Position(0, MOST_ROWS)
    while position is not None:
        page = yield from fetch_page(context, CONTENT, position, expires=expires)
        for content in page.items:
            if content.id in missing:
                found[content.id] = content
                missing.remove(content.id)
            elif content.unreadable is not None and not content.id:
                nameless = content
        position = page.position if missing else None
    if nameless is not None:
        found.update(dict.fromkeys(missing, nameless))


def _analyzed(known: KnownSteps | None) -> Goal[models.Content, models.Content]:
    """Return the goal of one wait for analyses."""
    check_not_failed = _failure_check(known, "analysis")

    def check(_context: CallContext, content: models.Content, _expires: float) -> Plan[models.Content | None]:
        yield from ()
        check_not_failed(content)
        return None if content.status == "analyzing" else content

    return Goal(UPLOADS, check, check)


def _generated(known: KnownSteps | None) -> Goal[models.Content, models.Outputs]:
    """Return the goal of one wait for generations."""
    check_not_failed = _failure_check(known, "generation")

    def check(context: CallContext, content: models.Content, expires: float) -> Plan[models.Outputs | None]:
        check_not_failed(content)
        if content.status in {"analyzing", "generating"}:
            return None
        outputs = yield from call(context, list_outputs(content.id), expires=expires)
        return outputs if outputs.items else None

    def finish(context: CallContext, content: models.Content, expires: float) -> Plan[models.Outputs | None]:
        # Of an upload whose status is final, the outputs are the result, even if there are none.
        check_not_failed(content)
        if content.status in _UNFINISHED:
            return None
        return (yield from call(context, list_outputs(content.id), expires=expires))

    return Goal(UPLOADS, check, finish)


def _failure_check(known: KnownSteps | None, awaited: Step) -> Callable[[models.Content], None]:
    """Return what raises for an upload that failed, with the step if this wait or the client knows it."""
    known_steps = known or KnownSteps()
    last_statuses: dict[str, str] = {}

    def check_not_failed(content: models.Content) -> None:
        if content.status == "failed":
            last_status = last_statuses.get(content.id)
            step = known_steps.failed_step(content.id, awaited=awaited, last_status=last_status)
            raise ContentFailedError(content.id, step=step)
        last_statuses[content.id] = content.status
        known_steps.saw(content.id, content.status)

    return check_not_failed


def _check_id(content_id: str) -> None:
    text("content_id", content_id)


def _list_operation(_content_id: str = "") -> Operation[object]:
    return CONTENT.page_operation(MOST_ROWS, 0)


def _status(content: models.Content) -> str:
    return content.status


def _timeout_error(content_id: str, timed_out: TimedOut) -> WaitTimeoutError:
    return WaitTimeoutError(f"content {content_id!r}", content_id=content_id, **timed_out._asdict())


UPLOADS = PolledList("content", _find, _list_operation, _status, _check_id, _timeout_error)
