"""Waiting until rows of a list have reached a status, for one or for many at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from attrs import frozen

from pandocast_sdk._core.call.context import CallContext, request_record
from pandocast_sdk._core.call.failures import unreadable_row_error
from pandocast_sdk._core.lookups.kept_slot import with_kept_slot
from pandocast_sdk._core.lookups.shared_poll import Find, Polled, SharedPoll
from pandocast_sdk._core.lookups.wait_clock import WaitClock
from pandocast_sdk._core.lookups.wait_errors import copy_of, is_transient
from pandocast_sdk._core.protocol import Plan
from pandocast_sdk._core.requests.argument_types import check_callable
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk._core.requests.validation import bounded_list
from pandocast_sdk.errors import NotFoundError, PandocastError, ResponseValidationError, WaitTimeoutError

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from pandocast_sdk.models.unreadable import Unreadable

R = TypeVar("R")
T = TypeVar("T")

OnUpdate = Callable[[R], object]
"""Called with each row whose status has changed."""


@frozen
class PolledList(Generic[R]):
    """A list in which rows are looked up by their ids.

    Attributes:
        name: What stands in it, in words; it is the name of the shared poll, too.
        find: Reads the list.
        operation: Returns the operation that an error says was called for an id.
        status: Returns the status of a row.
        check_id: Raises `ValueError` for an id that no request can carry.
        timeout_error: Returns the error for a wait that timed out, from an id and the common fields.
    """

    name: str
    find: Find[R]
    operation: Callable[[str], Operation[object]]
    status: Callable[[R], str]
    check_id: Callable[[str], object]
    timeout_error: Callable[[str, TimedOut], WaitTimeoutError]

    def shared_poll(self, context: CallContext) -> SharedPoll[R]:
        """Return the poll that all share who use this client's connections, address and key."""
        return shared_poll(context, self.name, self.find)

    def not_found(self, context: CallContext, row_id: str) -> NotFoundError:
        """Return the error for an id that is not in the list."""
        request = request_record(context, self.operation(row_id))
        message = f"{self.name.capitalize()} not found"
        return NotFoundError(message, status_code=404, request=request, code="not_found")

    def unreadable(self, context: CallContext, row_id: str, row: R) -> ResponseValidationError | None:
        """Return the error for a row of which a published field cannot be read; None if all can."""
        unreadable: Unreadable | None = getattr(row, "unreadable", None)
        if unreadable is None or not _lacks_field(row):
            return None
        request = request_record(context, self.operation(row_id))
        return unreadable_row_error(f"{self.name} {row_id!r}", unreadable, request, context.redact)


def _lacks_field(row: object) -> bool:
    """Return whether a field that every row has could not be read."""
    fields: Mapping[str, FieldInfo] = getattr(type(row), "model_fields", {})
    return any(field.is_required() and getattr(row, name) is None for name, field in fields.items())


def shared_poll(context: CallContext, name: str, find: Find[R]) -> SharedPoll[R]:
    """Return the poll of a name that all share who use this client's connections, address and key."""

    def make() -> SharedPoll[R]:
        return SharedPoll(context.now, find)

    if context.shared is None:
        return make()
    options = context.options
    digest = hashlib.sha256(options.api_key.encode()).digest()
    return context.shared.find((name, options.service, options.base_url, digest), make)


class TimedOut(NamedTuple):
    """How a wait has timed out; see `WaitTimeoutError`."""

    status: str | None
    status_age: float | None
    timeout: float
    held_back: float


@frozen
class Goal(Generic[R, T]):
    """What is waited for.

    Attributes:
        polled: The list to poll.
        check: Returns the result for a row; None to go on waiting. It raises what has become of it instead.
        finish: The same when the time is over: None if its status is not final.
    """

    polled: PolledList[R]
    check: Callable[[CallContext, R, float], Plan[T | None]]
    finish: Callable[[CallContext, R, float], Plan[T | None]]


def wait_for(context: CallContext, goal: Goal[R, T], row_id: str, timeout: float) -> Plan[T]:
    """Wait for one row, and return the result.

    Raises:
        ValueError: `timeout` is not a number of seconds above zero, or the id cannot be one.
        PandocastError: What has become of it instead.
    """
    (result,) = yield from wait_for_many(context, goal, [row_id], timeout)
    if isinstance(result, PandocastError):
        raise result
    return result


def wait_for_many(
    context: CallContext,
    goal: Goal[R, T],
    row_ids: Iterable[str],
    timeout: float,
    on_update: OnUpdate[R] | None = None,
) -> Plan[list[T | PandocastError]]:
    """Wait for rows, and return the result or the error of each, in the order of the ids.

    Raises:
        ValueError: `timeout` is not a number of seconds above zero, or an id cannot be one.
        BaseException: What `on_update` raises.
    """
    check_callable("on_update", on_update)
    ids = bounded_list("ids", row_ids)
    for row_id in ids:
        goal.polled.check_id(row_id)
    wait = _Wait(context, goal, ids, WaitClock(context, timeout), on_update)
    yield from wait.run()
    return [wait.results[row_id] for row_id in ids]


class _Seen(NamedTuple, Generic[R]):
    """A row as it was last read.

    Attributes:
        row: The row.
        at: When it was read.
        since: When it was first read with its status.
        check_at: From when on to check it.
    """

    row: R
    at: float
    since: float
    check_at: float


class _Wait(Generic[R, T]):
    """The wait of one caller, for one row or many.

    Attributes:
        results: What has come of the rows, by their ids.
    """

    def __init__(
        self,
        context: CallContext,
        goal: Goal[R, T],
        ids: list[str],
        clock: WaitClock,
        on_update: OnUpdate[R] | None,
    ) -> None:
        self.results: dict[str, T | PandocastError] = {}
        self._context = context
        self._goal = goal
        self._pending = dict.fromkeys(ids)
        self._clock = clock
        self._on_update = on_update
        self._rows: dict[str, _Seen[R]] = {}
        self._has_polled = False
        self._error: PandocastError | None = None  # what ends the wait for all that are pending
        self._cause: PandocastError | None = None  # the last error that did not

    def run(self) -> Plan[None]:
        """Wait until there is a result or an error for every row."""
        if not self._pending:
            return
        poll = self._goal.polled.shared_poll(self._context)
        with poll.polling(len(self._pending)):
            yield from with_kept_slot(self._context, self._run(poll))
        for row_id in list(self._pending):
            yield from self._finish(row_id)

    def _run(self, poll: SharedPoll[R]) -> Plan[None]:
        """Poll until every row is settled, or the time is over."""
        in_time = True
        while self._pending and in_time:
            polled = yield from self._poll(poll)
            self._take(polled)
            in_time = polled.complete
            for row_id in list(self._pending) if in_time else []:
                yield from self._check(row_id)

    def _poll(self, poll: SharedPoll[R]) -> Plan[Polled[R]]:
        """Return the next poll; it is not complete when the time is over, or by an error for all."""
        clock, held_before = self._clock, poll.held
        is_first, self._has_polled = not self._has_polled, True
        row_id = next(iter(self._pending))
        try:
            return (
                yield from poll.poll(
                    self._context,
                    list(self._pending),
                    lambda: self._goal.polled.operation(row_id),
                    expires=lambda: clock.expires + poll.held - held_before,
                    deadline=clock.deadline,
                    is_first=is_first,
                )
            )
        except PandocastError as error:
            self._error = error
            return Polled({}, complete=False)
        finally:
            clock.hold(poll.held - held_before)

    def _take(self, polled: Polled[R]) -> None:
        """Take note of the rows, and report those whose status has changed."""
        status, changed, now = self._goal.polled.status, list[R](), self._context.now()
        self._cause = polled.setback or self._cause
        for row_id in list(self._pending):
            row = polled.rows.get(row_id)
            error = None if row is None else self._goal.polled.unreadable(self._context, row_id, row)
            if error is not None:
                self._settle(row_id, error)
            elif row is not None:
                seen = self._rows.get(row_id)
                if seen is None or status(seen.row) != status(row):
                    changed.append(row)
                    self._rows[row_id] = _Seen(row, now, now, now)
                else:
                    self._rows[row_id] = seen._replace(row=row, at=now)
            elif polled.complete:
                self._settle(row_id, self._goal.polled.not_found(self._context, row_id))
        if self._on_update is not None:
            for row in changed:
                self._on_update(row)

    def _check(self, row_id: str) -> Plan[None]:
        """Settle a row that has its result, or its error."""
        seen, now = self._rows[row_id], self._context.now()
        if now < seen.check_at:
            return
        check = self._goal.check(self._context, seen.row, self._clock.deadline)
        try:
            result: T | PandocastError | None = yield from self._clock.run(check, may_expire=False)
        except PandocastError as error:
            if is_transient(error, self._context.options.rate_limit):
                self._cause = error
                return
            result = error
        if result is None:
            # A check may cost a request for each row. While nothing changes, the pauses double.
            self._rows[row_id] = seen._replace(check_at=now + (now - seen.since))
        else:
            self._settle(row_id, result)

    def _finish(self, row_id: str) -> Plan[None]:
        """Settle a row when the time is over."""
        seen = self._rows.get(row_id)
        result: T | PandocastError | None = None
        if seen is not None:
            try:
                result = yield from self._goal.finish(self._context, seen.row, self._clock.deadline)
            except PandocastError as error:
                result = error
        self._settle(row_id, self._failure(row_id) if result is None else result)

    def _failure(self, row_id: str) -> PandocastError:
        """Return the error for a row that has no result."""
        if self._error is not None:
            return copy_of(self._error)
        polled, clock, seen = self._goal.polled, self._clock, self._rows.get(row_id)
        status = None if seen is None else polled.status(seen.row)
        age = None if seen is None else self._context.now() - seen.at
        error = polled.timeout_error(row_id, TimedOut(status, age, clock.timeout, clock.held_back))
        error.__cause__ = self._cause
        return error

    def _settle(self, row_id: str, result: T | PandocastError) -> None:
        self.results[row_id] = result
        del self._pending[row_id]
