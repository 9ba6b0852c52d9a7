"""Positions between two rows of a cursor page: the next row is found, whatever came and went meanwhile."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.wire import Player, context, response

from pandocast_sdk._core.paging.cursor_paging import (
    CursorListing,
    CursorPosition,
    CursorRows,
    CursorSlice,
    cursor_after,
    fetch_cursor_page,
)
from pandocast_sdk._core.paging.row_keys import row_key
from pandocast_sdk._core.protocol import Outcome, Send
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.errors import ResponseValidationError
from pandocast_sdk.models.unreadable import Unreadable

CONTEXT = context(max_retries=0)


class BadRow(int):
    """A row without an id, that could not be read."""

    @property
    def unreadable(self) -> Unreadable:
        return Unreadable(("id: Field required",), b"%d" % self)


def row_id(row: int) -> str | None:
    return None if isinstance(row, BadRow) else str(row)


@dataclass
class Feed:
    """Rows newest first; a cursor names the row that its page begins behind, were it there or not.

    Every so many rows, `faulty`, cannot be read; 0 for none. Only rows that `step` divides are shown; the
    others are left out after a page was cut, as services do.
    """

    rows: list[int]
    limit: int
    named: bool = True
    step: int = 1
    faulty: int = 0
    requested: list[str | None] = field(default_factory=list)

    def listing(self) -> CursorListing[int]:
        if self.named:
            return CursorListing(self._page, row_id)
        return CursorListing(self._page)

    def _page(self, cursor: str | None) -> Operation[CursorRows[int]]:
        return Operation("list_rows", "GET", "/rows", lambda _answer: self._read(cursor))

    def _read(self, cursor: str | None) -> CursorRows[int]:
        self.requested.append(cursor)
        rows = [row for row in self.rows if cursor is None or row < int(cursor)]
        page = rows[: self.limit]
        shown = [row for row in page if row % self.step == 0]
        if self.faulty:
            shown = [row if row % self.faulty else BadRow(row) for row in shown]
        return CursorRows(shown, str(page[-1]) if len(rows) > len(page) else None)

    def fetch(self, position: CursorPosition) -> CursorSlice[int]:
        return Player().play(fetch_cursor_page(CONTEXT, self.listing(), position), respond)

    def rest(self, position: CursorPosition) -> list[int]:
        rows: list[int] = []
        following: CursorPosition | None = position
        while following is not None:
            page = self.fetch(following)
            rows += page.items
            following = page.position
        return rows

    def after(self, count: int) -> CursorPosition:
        """Take so many rows, and say where the next one is."""
        page = self.fetch(CursorPosition())
        while count > len(page.items):
            count -= len(page.items)
            assert page.position is not None
            page = self.fetch(page.position)
        return cursor_after(self.listing(), page, count)


def respond(_send: Send) -> Outcome:
    return response(200)


def feed(count: int, limit: int, *, named: bool = True) -> Feed:
    return Feed(list(range(count, 0, -1)), limit, named)


GONE = st.sets(st.integers(1, 60))


@given(
    st.integers(0, 60),
    st.integers(1, 25),
    st.integers(1, 25),
    st.data(),
    st.integers(0, 70),
    GONE,
    GONE,
    st.sampled_from([0, 1, 2, 3]),
)
def test_every_row_that_stays_comes_once(  # noqa: PLR0917 - drawn
    count: int,
    limit: int,
    later_limit: int,
    data: st.DataObject,
    added: int,
    gone: set[int],
    later: set[int],
    faulty: int,
) -> None:
    """Rows come in front and go anywhere, twice, and the size of pages changes on the way."""
    table = feed(count, limit)
    table.faulty = faulty
    taken = data.draw(st.integers(0, count))
    position = table.after(taken)
    came = table.rows[:taken]
    table.limit = later_limit
    names = sorted(remembered_rows(position))
    if names:
        gone = gone - {data.draw(st.sampled_from(names))}  # one is left to find the position by
    table.rows = [row for row in range(count + added, 0, -1) if row not in gone]
    wanted = [row for row in table.rows if row <= count - taken]
    more = data.draw(st.integers(0, len(wanted)))
    rest, position = take(table, position, more)
    assert rest == (wanted[:more] if taken else table.rows[:more])
    if taken:
        came += rest
        if position.cursor is not None and not position.lost:  # else it is found by its rows again
            table.rows = [row for row in table.rows if row not in later]
        came += table.rest(position)
        alive = {row for row in range(1, count + 1) if row in table.rows}
        assert len(came) == len(set(came))
        assert alive <= set(came)
        assert came == sorted(came, reverse=True)


def remembered_rows(position: CursorPosition) -> set[int]:
    names = {row_key(row, row_id(row)): int(row) for number in range(61) for row in (number, BadRow(number))}
    return {names[name] for name in (*position.given, *position.wanted)}


def take(table: Feed, position: CursorPosition, count: int) -> tuple[list[int], CursorPosition]:
    rows: list[int] = []
    while True:
        page = table.fetch(position)
        left = count - len(rows)
        rows += page.items[:left]
        if left < len(page.items) or page.position is None:
            return rows, cursor_after(table.listing(), page, left)
        position = page.position


def test_rows_that_leave_the_list_once_they_are_returned_hide_no_others() -> None:
    """As when each draft of those in review is approved."""
    table, came = feed(50, 10), list[int]()
    position = CursorPosition()
    while not position.ended:
        rows, position = take(table, position, 3)
        came += rows
        table.rows = [row for row in table.rows if row not in rows]
    assert came == list(range(50, 0, -1))


@pytest.mark.parametrize("later_limit", [1, 2, 9])
def test_empty_pages_do_not_hide_the_next_row(later_limit: int) -> None:
    table = feed(30, 9)
    table.step = 3
    position = table.after(5)
    table.limit = later_limit
    assert table.rest(position) == [15, 12, 9, 6, 3]


def test_on_the_first_page_the_rows_that_follow_are_searched_too() -> None:
    table = feed(30, 10)
    position = table.after(4)
    table.rows = [*range(57, 30, -1), *range(26, 0, -1)]
    assert table.rest(position) == list(range(26, 0, -1))


def test_a_position_whose_rows_have_all_vanished_is_an_error() -> None:
    table = feed(30, 10)
    position = table.after(4)
    table.rows = [*range(60, 30, -1), *range(20, 0, -1)]
    for _ in range(2):
        with pytest.raises(ResponseValidationError, match="all rows that were returned last have vanished"):
            table.rest(position)


def test_a_position_that_was_found_again_is_not_lost_any_more() -> None:
    table = feed(2, 2)
    position = table.after(1)
    table.rows, table.limit = [3, 2, 1], 1
    for _ in range(2):
        following = table.fetch(position).position
        assert following is not None
        position = following
    table.rows = [3, 2]
    assert table.rest(position) == []


def test_a_position_behind_a_cursor_goes_on_with_its_page() -> None:
    table = feed(30, 10)
    position = table.after(14)
    table.rows = list(range(15, 0, -1))
    table.requested.clear()
    assert table.rest(position) == list(range(15, 0, -1))
    assert table.requested == ["21", "6"]


@given(st.integers(1, 40), st.integers(1, 12), st.integers(1, 12), st.data())
def test_rows_without_ids_are_skipped_by_their_number(
    count: int, limit: int, later_limit: int, data: st.DataObject
) -> None:
    table = feed(count, limit, named=False)
    taken = data.draw(st.integers(0, count))
    position = table.after(taken)
    table.limit = later_limit
    assert table.rest(position) == table.rows[taken:]


def test_the_last_hundred_rows_are_remembered() -> None:
    table = feed(600, 300)
    position = table.after(500)
    assert len(position.given) == 100
    table.rows = [row for row in table.rows if row % 2]
    assert table.rest(position) == [row for row in range(100, 0, -1) if row % 2]
    table.rows = [*range(300, 250, -1), *range(100, 0, -1)]
    with pytest.raises(ResponseValidationError, match="vanished"):
        table.rest(position)


def test_no_request_is_made_at_the_end() -> None:
    table = feed(10, 10)
    position = table.after(10)
    table.requested.clear()
    table.rows = list(range(20, 0, -1))
    assert table.rest(position) == []
    assert table.requested == []
