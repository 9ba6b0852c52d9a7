"""Waits for rows of a made-up list, which all of them poll together."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from simulation.scenario import WaitRecord

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.lookups.waiting import Goal, PolledList, TimedOut, wait_for
from pandocast_sdk._core.protocol import Plan, WireResponse
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.errors import WaitTimeoutError

if TYPE_CHECKING:
    from simulation.story import Story

TIMEOUT = 600.0  # seconds, without those for which the rate limit holds a wait back


def wait_for_row(story: Story, context: CallContext, wait: WaitRecord) -> Plan[int]:
    """Wait until the row of a wait is ready; return the number of the wait."""

    def find(polls: CallContext, ids: Collection[str], found: dict[str, int], expires: float) -> Plan[None]:
        yield from call(polls, _list(""), expires=expires)
        for row_id in ids:
            found[row_id] = story.clock.now >= story.waits[-1 - int(row_id)].ready_at

    def check(_context: CallContext, row: int, _expires: float) -> Plan[int | None]:
        yield from ()
        return wait.number if row else None

    polled = PolledList("row", find, _list, str, int, _timed_out)
    return wait_for(context, Goal(polled, check, check), str(wait.number), TIMEOUT)


def _list(_row_id: str) -> Operation[object]:
    return Operation("simulated", "GET", "/rows", _read)


def _read(answer: WireResponse) -> int:
    return int(answer.body)


def _timed_out(row_id: str, timed_out: TimedOut) -> WaitTimeoutError:
    return WaitTimeoutError(f"row {row_id}", **timed_out._asdict())
