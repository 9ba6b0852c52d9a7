"""Rows whose ids cannot be read and whose bytes are equal: as many come as there are, and no other twice."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.content_table import CONTEXT, LISTING, ContentTable
from support.wire import Player, response

from pandocast_sdk._core.paging.cursor_paging import (
    CursorListing,
    CursorPosition,
    CursorRows,
    cursor_after,
    fetch_cursor_page,
)
from pandocast_sdk._core.paging.next_row import NextRow, Remembered, find_next_row, is_decided
from pandocast_sdk._core.paging.offset_pages import Position
from pandocast_sdk._core.paging.offset_paging import fetch_page
from pandocast_sdk._core.paging.row_keys import index_behind
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.models.pandocast import Content
from pandocast_sdk.models.unreadable import Unreadable

NULL = "raw:null"
VOID = "raw:{}"


@pytest.mark.parametrize(
    ("keys", "given_keys", "expected", "behind"),
    [
        (["a", "b", "c"], ["a", "b"], 0, 2),
        (["a", "b", "c"], ["x"], 0, None),
        ([NULL, "b"], [NULL], 0, 1),
        (["a", NULL, "b", NULL], ["a", NULL], 1, 2),
        (["a", NULL, NULL, "b"], ["a", NULL], 1, 2),
        ([NULL, "x", "a", NULL, "b"], ["a", NULL], 3, 4),
        ([NULL, "x"], ["a", NULL], 3, None),
        ([NULL, NULL, NULL, "a"], [NULL, NULL], 1, 2),
        (["a", VOID, NULL, "b"], ["a", NULL], 1, 1),
        (["a", VOID, "b"], ["a", NULL, VOID], 1, 2),
        ([None, "a", None], ["a"], 0, 2),
        ([VOID, NULL], ["a", NULL, VOID], 0, 1),
        ([VOID, "b", "c", NULL], ["a", NULL, VOID], 0, 1),
        (["a", NULL, NULL, NULL], ["a", NULL, VOID, NULL], 2, 3),
        (["a", NULL, NULL, NULL, "b"], ["x", NULL, "a", NULL, NULL], 2, 3),
        (["raw:1", "raw:3", NULL], [NULL, "raw:1", "raw:2"], 0, 1),
    ],
)
def test_where_the_rows_end_that_were_returned(
    keys: list[str | None], given_keys: list[str], expected: int, behind: int | None
) -> None:
    assert index_behind(keys, given_keys, expected=expected) == behind


@pytest.mark.parametrize(
    ("keys", "given_keys", "wanted", "index"),
    [
        # Nothing was deleted.
        ([NULL, NULL, NULL], [NULL], [NULL, NULL], 1),
        ([VOID, NULL, NULL], [VOID, NULL], [NULL], 2),
        # A key of one side alone says where its row is.
        ([NULL, "b"], ["a", NULL], ["b"], 1),
        ([VOID, "b", "c", NULL], ["a", NULL, VOID], ["b", "c", NULL], 1),
        ([NULL, "a", NULL, "b"], [NULL, "a", VOID, NULL], ["b"], 3),
        ([NULL, NULL, "b"], ["a", NULL], [NULL, "b"], 1),
        # One of two equal rows was deleted: it may be the one that was returned.
        ([NULL, VOID, "x"], [NULL, VOID], [VOID], 1),
        ([NULL, NULL], [NULL], [NULL, NULL], 0),
        (["b", NULL, "c"], ["a", NULL], ["b", NULL, "c"], 0),
        # All were deleted.
        (["x", "y"], [NULL, "a"], ["b"], 0),
    ],
)
def test_the_next_row_behind_a_cursor(
    keys: list[str], given_keys: list[str], wanted: list[str], index: int
) -> None:
    assert find_next_row(keys, Remembered(0, given_keys, wanted, moved=False), ended=True) == NextRow(index)


@pytest.mark.parametrize(
    ("keys", "given_keys", "wanted", "index"),
    [
        (["x", "a", NULL, NULL], ["a", NULL], [NULL], 3),
        (["x", NULL, NULL], [NULL], [NULL], 2),
        (["x", NULL, NULL, "b"], ["a", NULL], [NULL, "b"], 2),
        ([NULL, "x", NULL, "b"], ["a", NULL], [NULL, "b"], 2),
        (["x", "b", "c"], ["a"], ["b", "c"], 1),
        ([NULL, NULL, "b"], [NULL], ["b"], 2),
    ],
)
def test_the_next_row_behind_rows_that_were_added(
    keys: list[str], given_keys: list[str], wanted: list[str], index: int
) -> None:
    assert find_next_row(keys, Remembered(0, given_keys, wanted, moved=True), ended=True) == NextRow(index)


@pytest.mark.parametrize(
    ("keys", "given_keys", "wanted", "needed"),
    [
        ([NULL, "x"], [NULL], ["a"], 1),
        ([NULL, NULL, "a", "x"], [NULL], [NULL, "a"], 3),
        ([NULL, "a", "x"], [NULL], [NULL, "a"], 2),
        ([NULL, "x", "x"], [NULL], [NULL, "a"], 2),
        ([NULL, NULL, NULL, "x"], [NULL], [NULL, NULL], 3),
    ],
)
def test_rows_are_read_until_equal_ones_are_told_apart(
    keys: list[str], given_keys: list[str], wanted: list[str], needed: int
) -> None:
    remembered = Remembered(0, given_keys, wanted, moved=False)
    decided = [is_decided(keys[:count], remembered, ended=False) for count in range(1, len(keys) + 1)]
    assert decided.index(True) + 1 == needed
    assert is_decided(keys[:1], remembered, ended=True)


@dataclass
class Table(ContentTable):
    """A list in which rows are as others are.

    Attributes:
        kinds: What rows are, in turn: a JSON value, or None for a row with an id.
    """

    kinds: Sequence[str | None] = (None,)

    def as_json(self, row: int) -> object:
        kind = self.kinds[row % len(self.kinds)]
        return super().as_json(row) if kind is None else json.loads(kind)

    def came_as(self, row: int) -> int | str:
        return self.kinds[row % len(self.kinds)] or row


def read(row: Content) -> int | str:
    return int(row.id[1:]) if row.unreadable is None else row.unreadable.raw.decode()


@given(
    st.integers(0, 250),
    st.sampled_from([1, 2, 3, 7, 50, 100]),
    st.lists(st.integers(0, 130), max_size=30),
    st.lists(st.sampled_from([None, "null", "{}", "87.5"]), min_size=1, max_size=9),
)
def test_all_of_them_come_however_many_rows_are_added_in_front(
    count: int, limit: int, additions: list[int], kinds: list[str | None]
) -> None:
    table, left = Table(list(range(count, 0, -1)), kinds=kinds), iter(additions)
    table.between = lambda table: table.insert(next(left, 0))
    start = [table.came_as(row) for row in table.rows]
    came: list[int | str] = []
    position: Position | None = Position(0, limit)
    while position is not None:
        page = Player().play(fetch_page(CONTEXT, LISTING, position), table.respond)
        came += map(read, page.items)
        position = page.position
    assert came == start


class Null:
    """A row that is `null`."""

    unreadable = Unreadable(("body: Input should be an object",), b"null")


@dataclass
class Feed:
    """A list by cursor, in which every row that three divides is `null`."""

    rows: list[int]
    limit: int

    def listing(self) -> CursorListing[int | Null]:
        return CursorListing(self._page, lambda row: str(row) if isinstance(row, int) else None)

    def _page(self, cursor: str | None) -> Operation[CursorRows[int | Null]]:
        return Operation("list_rows", "GET", "/rows", lambda _answer: self._read(cursor))

    def _read(self, cursor: str | None) -> CursorRows[int | Null]:
        rows = [row for row in self.rows if cursor is None or row < int(cursor)]
        page = rows[: self.limit]
        following = str(page[-1]) if len(rows) > len(page) else None
        return CursorRows([row if row % 3 else Null() for row in page], following)

    def take(self, position: CursorPosition, count: int) -> tuple[list[int | None], CursorPosition]:
        rows: list[int | Null] = []
        while True:
            page = Player().play(
                fetch_cursor_page(CONTEXT, self.listing(), position), lambda _send: response(200)
            )
            left = count - len(rows)
            rows += page.items[:left]
            if left < len(page.items) or page.position is None:
                return numbers(rows), cursor_after(self.listing(), page, left)
            position = page.position


def numbers(rows: Sequence[int | Null]) -> list[int | None]:
    return [row if isinstance(row, int) else None for row in rows]


@given(
    st.integers(1, 60),
    st.integers(1, 25),
    st.integers(1, 25),
    st.lists(st.integers(1, 9), min_size=60, max_size=60),
    st.integers(0, 30),
)
def test_all_of_them_come_by_cursor_from_any_position(
    count: int, limit: int, later_limit: int, steps: list[int], added: int
) -> None:
    feed = Feed(list(range(count, 0, -1)), limit)
    came, position = feed.take(CursorPosition(), 1)
    if count % 3:  # a row with an id is left to find the others by
        # None of those in front is equal: no total tells it from those behind.
        feed.rows[:0] = [row for row in range(count + added, count, -1) if row % 3]
    feed.limit = later_limit
    for step in steps:
        rows, position = feed.take(position, step)
        came += rows
    assert position.ended
    assert came == [row if row % 3 else None for row in range(count, 0, -1)]
