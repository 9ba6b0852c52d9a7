"""Lists stay whole while rows come and go, and never end early without saying so."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.content_table import ContentTable, OffsetReader
from support.wire import failure

from pandocast_sdk._core.protocol import FailureKind, Outcome, Send
from pandocast_sdk.errors import APIConnectionError, ResponseValidationError

LIMITS = [1, 2, 10, 50, 99, 100, 101]
FAULTY = st.sampled_from([0, 1, 2, 3, 7])
"""Every so many rows cannot be read."""


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("count", [0, 1, 2, 99, 100, 101, 200, 250])
def test_a_list_that_does_not_change_is_read_once(count: int, limit: int) -> None:
    table = ContentTable.of(count)
    assert OffsetReader(table, limit).all() == table.rows
    # One page of a hundred is not read with one row more: the service would refuse that.
    assert table.requests <= -(-count // min(limit, 99)) + 1


@pytest.mark.parametrize("limit", LIMITS)
def test_no_page_requests_more_rows_than_the_service_allows(limit: int) -> None:
    limits: list[int] = []
    table = ContentTable.of(250)

    def respond(send: Send) -> Outcome:
        limits.append(int(parse_qs(urlsplit(send.request.url).query)["limit"][0]))
        table.insert(3)
        return table.respond(send)

    reader = OffsetReader(table, limit)
    while reader.position is not None:
        reader.next_page(respond)
    assert max(limits) <= max(limit, 100)
    assert limits[0] == limit


def test_a_list_can_begin_at_an_offset() -> None:
    table = ContentTable.of(30)
    assert OffsetReader(table, 10, offset=5).all() == table.rows[5:]
    assert OffsetReader(table, 10, offset=30).all() == []
    assert OffsetReader(table, 10, offset=500).all() == []


@pytest.mark.parametrize("limit", [1, 2, 10, 50, 99, 100])
@pytest.mark.parametrize("added", [1, 3, 50, 130, 200])
def test_rows_added_between_requests_neither_hide_nor_repeat_others(added: int, limit: int) -> None:
    table = ContentTable.of(250)
    start = list(table.rows)
    table.between = lambda table: table.insert(added)
    assert OffsetReader(table, limit).all() == start
    assert table.requests <= 250 / limit * 1.3 + 4


def lost(reader: OffsetReader, start: list[int]) -> list[int]:
    """Rows that existed at the start, exist still, and did not come."""
    came, alive = set(reader.rows), set(reader.table.rows)
    return [row for row in start if row in alive and row not in came]


CHANGES = st.lists(st.tuples(st.integers(0, 150), st.lists(st.integers(0, 400), max_size=12)), max_size=40)


@given(st.integers(0, 300), st.sampled_from([1, 2, 10, 50, 99, 100]), CHANGES, FAULTY)
def test_every_row_that_stays_comes_once_and_in_order(
    count: int, limit: int, changes: list[tuple[int, list[int]]], faulty: int
) -> None:
    """Whatever comes and goes between the requests, until that stops; an error can be tried again."""
    left = iter(changes)

    def change(table: ContentTable) -> None:
        added, deleted = next(left, (0, []))
        table.insert(added)
        table.delete(deleted)

    table = ContentTable.of(count, faulty)
    table.between = change
    start, reader, errors = list(table.rows), OffsetReader(table, limit), 0
    while reader.position is not None:
        try:
            reader.next_page()
        except ResponseValidationError:
            if not table.has(reader.position.given):
                return  # nothing is left to find the next row by
            errors += 1
            assert errors <= 3
    assert len(reader.rows) == len(set(reader.rows)), "a row came twice"
    assert reader.rows == sorted(reader.rows, reverse=True)
    assert lost(reader, start) == []
    assert table.requests <= 2 * (count / limit) + 2 * len(changes) + 40


@given(st.lists(st.booleans(), max_size=40), st.sampled_from([2, 10, 100]), st.integers(0, 5), FAULTY)
def test_a_page_that_failed_can_be_tried_again(
    fails: list[bool], limit: int, added: int, faulty: int
) -> None:
    table, failing = ContentTable.of(60, faulty), iter(fails)
    start = list(table.rows)
    table.between = lambda table: table.insert(added)
    reader = OffsetReader(table, limit)

    def respond(send: Send) -> Outcome:
        return failure(FailureKind.BROKEN) if next(failing, False) else table.respond(send)

    for _ in range(200):
        if reader.position is None:
            break
        before = reader.position
        try:
            reader.next_page(respond)
        except APIConnectionError:
            assert reader.position is before
    assert reader.rows == start


def test_a_list_whose_rows_are_all_deleted_ends() -> None:
    table = ContentTable.of(50)
    reader = OffsetReader(table, 10)
    reader.next_page()
    table.rows.clear()
    assert reader.next_page().items == []
    assert reader.position is None


def test_rows_deleted_further_down_do_not_hide_the_next_row() -> None:
    table = ContentTable.of(500)
    start, reader = list(table.rows), OffsetReader(table, 10)
    reader.next_page()
    table.delete(list(range(100, 400)))
    table.insert(300)
    assert reader.all() == [row for row in start if row in table.rows]


@pytest.mark.parametrize("added", [0, 1, 99, 100, 101])
def test_a_row_that_cannot_be_read_is_found_where_rows_behind_it_were_deleted(added: int) -> None:
    table = ContentTable.of(3, faulty=1)
    start, reader = list(table.rows), OffsetReader(table, 1)
    reader.next_page()
    table.insert(added)
    table.delete([added + 1])
    assert reader.all() == [row for row in start if row in table.rows]


def test_a_list_that_changes_too_fast_is_an_error_that_can_be_tried_again() -> None:
    leaps = iter([500, 0] * 20)
    table = ContentTable.of(250)
    table.between = lambda table: table.insert(next(leaps, 0))
    start, reader = list(table.rows), OffsetReader(table, 10)
    reader.next_page()
    with pytest.raises(ResponseValidationError, match="changes faster than it can be read"):
        reader.next_page()
    assert table.requests == 31
    assert reader.all() == start
