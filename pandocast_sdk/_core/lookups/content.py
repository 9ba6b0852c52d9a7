"""Finding uploads and waiting for them, by reading the list: the service has no call for either."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TypeVar

from pandocast_sdk import models
from pandocast_sdk._core.call.context import CallContext, request_record
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.lookups.known_steps import KnownSteps, Step
from pandocast_sdk._core.lookups.polling import poll
from pandocast_sdk._core.operations.content import list_content, list_outputs
from pandocast_sdk._core.paging.offset_pages import MOST_ROWS, Listing, Position
from pandocast_sdk._core.paging.offset_paging import fetch_page
from pandocast_sdk._core.protocol import Plan
from pandocast_sdk.errors import ContentFailedError, NotFoundError, WaitTimeoutError

T = TypeVar("T")

CONTENT = Listing(list_content)


def find_content(context: CallContext, content_id: str, *, expires: float = inf) -> Plan[models.Content]:
    """Read the list, newest first, until an upload is found.

    Raises:
        NotFoundError: It is not in the list.
    """
    if not content_id:
        raise ValueError("content_id must not be empty")
    position: Position | None = Position(0, MOST_ROWS)
    while position is not None:
        page = yield from fetch_page(context, CONTENT, position, expires=expires)
        for content in page.items:
            if content.id == content_id:
                return content
        position = page.position
    request = request_record(context, CONTENT.page_operation(MOST_ROWS, 0))
    raise NotFoundError("Content not found", status_code=404, request=request, code="not_found")


def wait_until_analyzed(
    context: CallContext, content_id: str, timeout: float, known: KnownSteps | None = None
) -> Plan[models.Content]:
    """Poll until an upload has left `analyzing`; `known` is what the client has seen of uploads.

    Raises:
        ContentFailedError: Its status is `failed`.
        WaitTimeoutError: It has not in time.
    """

    def check(content: models.Content, _expires: float) -> Plan[models.Content | None]:
        yield from ()
        return None if content.status == "analyzing" else content

    return _wait(context, content_id, timeout, check, awaited="analysis", known=known or KnownSteps())


def wait_until_generated(
    context: CallContext, content_id: str, timeout: float, known: KnownSteps | None = None
) -> Plan[models.Outputs]:
    """Poll until an upload has left `generating` and there are outputs; `known` is as above.

    Raises:
        ContentFailedError: Its status is `failed`.
        WaitTimeoutError: It has not in time.
    """

    def check(content: models.Content, expires: float) -> Plan[models.Outputs | None]:
        if content.status == "generating":
            return None
        outputs = yield from call(context, list_outputs(content_id), expires=expires)
        return outputs if outputs.items else None

    return _wait(context, content_id, timeout, check, awaited="generation", known=known or KnownSteps())


def _wait(
    context: CallContext,
    content_id: str,
    timeout: float,
    check: Callable[[models.Content, float], Plan[T | None]],
    *,
    awaited: Step,
    known: KnownSteps,
) -> Plan[T]:
    status: str | None = None

    def find_and_check(expires: float) -> Plan[T | None]:
        nonlocal status
        content = yield from find_content(context, content_id, expires=expires)
        last_status, status = status, content.status
        if status == "failed":
            step = known.failed_step(content_id, awaited=awaited, last_status=last_status)
            raise ContentFailedError(content_id, step=step)
        known.saw(content_id, status)
        return (yield from check(content, expires))

    def timeout_error() -> WaitTimeoutError:
        waited_for = f"content {content_id!r}"
        return WaitTimeoutError(waited_for, status=status, timeout=timeout, content_id=content_id)

    return poll(context, timeout, find_and_check, timeout_error)
