"""An upload that happens once, however often a program is killed and started again.

The service has no idempotency keys. So a journal says durably that a title is being uploaded before the
request is sent, and a later call looks for that title before it sends another.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from math import inf
from pathlib import Path
from typing import TextIO, TypeVar

from attrs import evolve

from pandocast_sdk import models
from pandocast_sdk._core.call.context import CallContext, request_record
from pandocast_sdk._core.call.failures import deadline_error, unreadable_row_error
from pandocast_sdk._core.call.interposing import interpose
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.lookups.known_steps import KnownSteps
from pandocast_sdk._core.lookups.upload_entry import Journal, Records, UploadEntry
from pandocast_sdk._core.lookups.upload_search import find_upload
from pandocast_sdk._core.operations.content import upload_content
from pandocast_sdk._core.protocol import Load, Outcome, Plan, Send, Sleep, Step
from pandocast_sdk._core.requests.argument_types import wrong_type
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk._core.requests.validation import text
from pandocast_sdk.errors import DeadlineExceededError, PandocastError

T = TypeVar("T")

_CLOCKS_DIFFER = timedelta(hours=1)  # at most, this machine's and the service's


def upload_once(
    context: CallContext,
    records: Records,
    *,
    title: str,
    content_type: str,
    raw_content: str | Path | TextIO,
    known: KnownSteps | None = None,
) -> Plan[models.Content]:
    """Return the upload with a title; upload it only if that has not been done.

    Raises:
        PandocastError: It was not uploaded, or it is unknown; the next call settles that.
    """
    text("title", title)
    with records.claimed(title, context.options.base_url) as entry:
        if entry.content is not None:
            return entry.content
        # Read now, once; of what was uploaded before, the file may be gone.
        operation = upload_content(title=title, content_type=content_type, raw_content=raw_content)
        content = yield from _Upload(context, records, entry, operation).run()
    if known is not None:
        known.saw(content.id, content.status)
    return content


def records_of(journal: Journal) -> Records:
    """Return the records of a journal.

    Raises:
        ValueError: It is something else, such as the path of one.
    """
    records: Records | None = getattr(journal, "records", None)
    if records is None:
        raise wrong_type("journal", "an UploadJournal", journal, "pass UploadJournal(path)")
    return records


class _Upload:
    """One call of `upload_once` that has something to do."""

    def __init__(
        self,
        context: CallContext,
        records: Records,
        entry: UploadEntry,
        operation: Operation[models.Content],
    ) -> None:
        deadline = context.options.deadline
        self._context = context
        self._records = records
        self._entry = entry
        self._operation = operation
        self._expires = inf if deadline is None else context.now() + deadline

    def run(self) -> Plan[models.Content]:
        """Settle what is open, and send it as long as it is certain not to be there."""
        for retries_left in range(self._context.options.max_retries, -1, -1):
            content = yield from self._settle()
            if content is None:
                content = yield from self._send(is_last=not retries_left)
            if content is not None:
                yield from self._write(content=content)
                return content
        raise AssertionError("the last one returns or raises")  # pragma: no cover

    def _send(self, *, is_last: bool) -> Plan[models.Content | None]:
        """Send it; return None if the outcome is unknown and may be found."""
        upload = call(self._context, self._operation, expires=self._expires)
        try:
            return (yield from _noting_sends(upload, self._note))
        except PandocastError as error:
            if not error.outcome_unknown:
                if self._entry.is_open:
                    yield from self._write(sent_at=None)
                raise
            if not is_last:
                return None
            content = yield from self._settle()
            if content is None:
                raise
            return content

    def _note(self) -> None:
        """Write durably that the request is about to be sent."""
        moment = datetime.fromtimestamp(self._context.wall(), UTC)
        entry = self._entry.model_copy(update={"sent_at": moment, "timeout": self._context.options.timeout})
        self._records.write(entry, durable=True)
        self._entry = entry

    def _write(self, **changes: object) -> Plan[None]:
        # Not durable: if it is lost, the next call finds the upload once more.
        self._entry = self._entry.model_copy(update=changes)
        yield Load(partial(self._records.write, self._entry, durable=False))

    def _settle(self) -> Plan[models.Content | None]:
        """Return the upload if an earlier request was carried out; None if it was not.

        What is there is found at once. What is not may still be on its way to the service, until the timeout
        of the request has passed.

        Raises:
            DeadlineExceededError: The client's deadline is exceeded before that.
            PandocastError: The list could not be read.
        """
        context, sent_at = self._context, self._entry.sent_at
        if sent_at is None:
            return None
        passed = context.wall() - sent_at.timestamp()
        left = min(max(0.0, self._entry.timeout - passed), self._entry.timeout)  # the clock may have been set
        settled_at = context.now() + left
        content = yield from self._find(sent_at - _CLOCKS_DIFFER)
        if content is not None or not left:
            return content
        if settled_at >= self._expires:
            raise self._too_late()
        yield Sleep(max(0.0, settled_at - context.now()))
        return (yield from self._find(sent_at - _CLOCKS_DIFFER))

    def _find(self, since: datetime) -> Plan[models.Content | None]:
        context = self._context
        if self._expires < inf:
            left = self._expires - context.now()
            if left <= 0:
                raise self._too_late()
            context = context._replace(options=evolve(context.options, deadline=left))
        try:
            content = yield from find_upload(context, self._entry.title, since)
            if content is not None and content.unreadable is not None:
                name = f"content {self._entry.title!r}"
                request = request_record(context, self._operation)
                raise unreadable_row_error(name, content.unreadable, request, context.redact)
        except PandocastError as error:
            error.outcome_unknown = True  # that of the upload
            raise
        # The newest is meant: one that was forgotten has no successor yet.
        return None if content is None or content.id == self._entry.forgotten else content

    def _too_late(self) -> DeadlineExceededError:
        error = deadline_error(request_record(self._context, self._operation))
        error.outcome_unknown = True
        return error


def _noting_sends(plan: Plan[T], note: Callable[[], object]) -> Plan[T]:
    """Run a plan, and have the driver call `note` before each request is sent."""

    def do(step: Step) -> Plan[Outcome]:
        if isinstance(step, Send):
            yield Load(note)
        return (yield step)

    return interpose(plan, do)
