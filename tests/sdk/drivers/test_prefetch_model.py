"""Lists that change at any moment, prefetched by the async driver in drawn turns: each row comes once.

The clock stands still and nothing is sent: a table stands for the service, and each request takes as many
turns of the event loop, before it is carried out and after, as hypothesis says.
"""

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.content_table import LISTING, ContentTable, number_of
from support.wire import context, failure

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.paging.offset_pages import Position
from pandocast_sdk._core.paging.positions import offset_start
from pandocast_sdk._core.protocol import FailureKind, Load, Outcome, Plan, Send
from pandocast_sdk._drivers.async_iteration import AsyncItemIterator
from pandocast_sdk._drivers.async_lists import AsyncPages
from pandocast_sdk._drivers.async_session import AsyncSession
from pandocast_sdk.errors import APIConnectionError, ResponseValidationError
from pandocast_sdk.models.pandocast import Content

CONTEXT = context(max_retries=0)


class Turns:
    """Runs plans against a table, each request in so many turns of the event loop."""

    def __init__(
        self,
        respond: Callable[[Send], Outcome],
        before: Iterable[int] = (),
        after: Iterable[int] = (),
    ) -> None:
        self.respond, self.before, self.after = respond, iter(before), iter(after)
        self.in_flight = self.most_in_flight = 0

    async def run(self, procedure: Callable[..., Plan[Any]], *args: object) -> object:
        assert isinstance(CONTEXT, CallContext)
        life = procedure(CONTEXT, *args)
        outcome: Outcome = None
        while True:
            try:
                step = life.send(outcome)
            except StopIteration as stop:
                return stop.value
            if isinstance(step, Load):
                step.load()
                outcome = None
                continue
            assert isinstance(step, Send)
            self.in_flight += 1
            self.most_in_flight = max(self.in_flight, self.most_in_flight)
            try:
                await turns(next(self.before, 1))
                outcome = self.respond(step)
                await turns(next(self.after, 1))
            finally:
                self.in_flight -= 1

    def open(self, position: Position, prefetch: int) -> AsyncItemIterator[Content]:
        return aiter(AsyncPages(cast("AsyncSession", self), LISTING, position, prefetch))


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def pages_ahead(items: AsyncItemIterator[Content]) -> int:
    """Count the pages, fetched or in flight, that an iterator holds besides the one in use."""
    ahead = cast("Any", items._pages)._ahead
    return 0 if ahead is None else len(ahead._requests._pending)


CHANGES = st.lists(st.tuples(st.integers(0, 120), st.lists(st.integers(0, 400), max_size=12)), max_size=40)
TURNS = st.lists(st.integers(0, 9), max_size=60)


class Reading:
    """One reading of a list, through failures, changes, and iterators that are thrown away on the way."""

    def __init__(self, table: ContentTable, limit: int, prefetch: int) -> None:
        self.table = table
        self.start = list(table.rows)
        self.position = Position(0, limit)
        self.prefetch = prefetch
        self.came: list[int] = []

    async def read(self, session: Turns, crashes: list[int]) -> None:
        """Read to the end; a crash leaves an iterator after so many items, for another at its position."""
        for most in [*crashes, None]:
            items = session.open(self.position, self.prefetch)
            if await self._read_some(items, most):
                return
            await turns(3)

    async def _read_some(self, items: AsyncItemIterator[Content], most: int | None) -> bool:
        errors, count = 0, 0
        while count != most:
            try:
                self.came.append(number_of(await anext(items)))
                assert pages_ahead(items) <= self.prefetch, "more pages are held than prefetch allows"
                count += 1
                errors = 0
            except StopAsyncIteration:
                self._store(items)
                return True
            except APIConnectionError:
                errors += 1
                assert errors < 200
            except ResponseValidationError:
                self._store(items)
                if self.position.given and not self._a_position_is_left():
                    return True  # no row is left to find the position by
                errors += 1
                assert errors < 10
        self._store(items)
        return False

    def _store(self, items: AsyncItemIterator[Content]) -> None:
        stored = json.loads(json.dumps(items.position))
        self.position = offset_start(LISTING, limit=None, offset=None, position=stored)

    def _a_position_is_left(self) -> bool:
        return self.table.has(self.position.given)

    def check(self) -> None:
        assert len(self.came) == len(set(self.came)), "a row came twice"
        assert self.came == sorted(self.came, reverse=True)
        assert set(self.came) <= set(self.start), "a row came that is newer than the reading"
        if self.position.ended:
            alive = set(self.table.rows)
            assert [row for row in self.start if row in alive and row not in set(self.came)] == []


@given(
    st.integers(0, 300),
    st.sampled_from([1, 2, 10, 50, 99, 100]),
    st.integers(0, 5),
    CHANGES,
    st.sampled_from([0, 1, 2, 3, 7]),
    st.tuples(TURNS, TURNS),
    st.tuples(st.lists(st.booleans(), max_size=20), st.lists(st.integers(1, 120), max_size=4)),
)
def test_every_row_that_stays_comes_once_and_in_order_however_the_responses_come(  # noqa: PLR0917 - drawn
    count: int,
    limit: int,
    prefetch: int,
    changes: list[tuple[int, list[int]]],
    faulty: int,
    delays: tuple[list[int], list[int]],
    mishaps: tuple[list[bool], list[int]],
) -> None:
    (fails, crashes), left = mishaps, iter(changes)
    failing = iter(fails)

    def change(table: ContentTable) -> None:
        added, deleted = next(left, (0, []))
        table.insert(added)
        table.delete(deleted)

    def respond(send: Send) -> Outcome:
        return failure(FailureKind.BROKEN) if next(failing, False) else table.respond(send)

    table = ContentTable.of(count, faulty)
    table.between = change
    reading = Reading(table, limit, prefetch)
    asyncio.run(reading.read(Turns(respond, *delays), crashes))
    reading.check()


def read(table: ContentTable, limit: int, prefetch: int) -> Turns:
    session, reading = Turns(table.respond), Reading(table, limit, prefetch)
    asyncio.run(reading.read(session, []))
    reading.check()
    assert reading.came == reading.start
    return session


@pytest.mark.parametrize("limit", [1, 10, 50, 99, 100])
@pytest.mark.parametrize("count", [0, 1, 2, 99, 100, 101, 200, 250])
def test_prefetching_a_list_that_does_not_change_costs_no_more_requests(count: int, limit: int) -> None:
    alone, ahead = ContentTable.of(count), ContentTable.of(count)
    read(alone, limit, 0)
    read(ahead, limit, 4)
    assert ahead.requests == alone.requests


@pytest.mark.parametrize("prefetch", [0, 1, 4, 32])
def test_prefetch_limits_the_pages_in_flight(prefetch: int) -> None:
    assert read(ContentTable.of(1000), 10, prefetch).most_in_flight == prefetch + 1


@pytest.mark.parametrize("prefetch", [1, 4, 8])
@pytest.mark.parametrize(("added", "most"), [(1, 1.0), (3, 1.0), (20, 1.3), (60, 1.8), (200, 1.8)])
def test_rows_that_are_added_all_the_time_cost_a_bounded_number_of_requests(
    added: int, most: float, prefetch: int
) -> None:
    alone, ahead = ContentTable.of(1000), ContentTable.of(1000)
    for table in (alone, ahead):
        table.between = lambda table: table.insert(added)
    read(alone, 50, 0)
    session = read(ahead, 50, prefetch)
    assert ahead.requests <= most * alone.requests
    assert session.most_in_flight == prefetch + 1


def test_rows_deleted_in_front_waste_the_prefetched_pages_once() -> None:
    """The rows behind move up, so the offsets that were computed are wrong, and given up."""
    alone, ahead = ContentTable.of(1000), ContentTable.of(1000)

    async def scenario(table: ContentTable, prefetch: int) -> list[int]:
        session = Turns(table.respond)
        items = session.open(Position(0, 10), prefetch)
        came = [number_of(await anext(items)) for _ in range(15)]
        table.delete([0, 3, 7])
        async for row in items:
            came.append(number_of(row))
            assert pages_ahead(items) <= prefetch
        assert session.most_in_flight <= prefetch + 1
        await turns(20)
        assert session.in_flight == 0
        return came

    assert asyncio.run(scenario(alone, 0)) == asyncio.run(scenario(ahead, 4)) == list(range(1000, 0, -1))
    assert alone.requests < ahead.requests <= alone.requests + 6


@pytest.mark.parametrize("most_rows", [20, 50])
def test_a_service_with_smaller_pages_is_prefetched_by_its_page_size(most_rows: int) -> None:
    alone, ahead = ContentTable.of(1000), ContentTable.of(1000)
    alone.most_rows = ahead.most_rows = most_rows
    read(alone, 100, 0)
    session = read(ahead, 100, 4)
    assert ahead.requests <= alone.requests + 5
    assert session.most_in_flight == 5


@given(st.integers(0, 120), st.sampled_from([1, 2, 10, 100]), st.integers(0, 4), st.data())
def test_a_position_after_any_item_continues_with_the_next(
    count: int, limit: int, prefetch: int, data: st.DataObject
) -> None:
    table = ContentTable.of(count)
    taken = data.draw(st.integers(0, count))
    added = data.draw(st.integers(0, 150))

    async def scenario() -> list[int]:
        items = Turns(table.respond).open(Position(0, limit), prefetch)
        came = [number_of(await anext(items)) for _ in range(taken)]
        start = offset_start(LISTING, limit=None, offset=None, position=items.position)
        if taken:
            table.insert(added)
        return came + [number_of(row) async for row in Turns(table.respond).open(start, prefetch)]

    rows = list(table.rows)
    assert asyncio.run(scenario()) == rows


def test_at_the_end_nothing_is_requested_again() -> None:
    table = ContentTable.of(15)

    async def scenario() -> None:
        items = Turns(table.respond).open(Position(0, 10), 4)
        assert len([row async for row in items]) == 15
        start = offset_start(LISTING, limit=None, offset=None, position=items.position)
        requests = table.requests
        table.insert(5)
        again = Turns(table.respond).open(start, 4)
        assert [row async for row in again] == []
        assert offset_start(LISTING, limit=None, offset=None, position=again.position).ended
        assert table.requests == requests

    asyncio.run(scenario())
