"""Positions in an offset list, also between two rows of a page: the next row is found again."""

import pickle

import pytest
from support.content_table import ContentTable, OffsetReader

from pandocast_sdk.errors import ResponseValidationError


def test_a_position_pickles() -> None:
    table = ContentTable.of(25)
    reader = OffsetReader(table, 10)
    reader.next_page()
    reader.position = pickle.loads(pickle.dumps(reader.position))  # noqa: S301 - our own
    assert reader.all() == table.rows


@pytest.mark.parametrize("taken", range(26))
def test_a_position_within_a_page_goes_on_with_the_next_row(taken: int) -> None:
    table = ContentTable.of(25)
    reader, page = OffsetReader(table, 10), None
    for _ in range(taken // 10 + 1 if taken < 25 else 3):
        page = reader.next_page()
    assert page is not None
    position = page.position_after(taken - (len(reader.rows) - len(page.items)))
    reader.rows, reader.position = reader.rows[:taken], position
    assert position.ended == (taken == 25)
    if taken:
        table.insert(30)
    requests = table.requests
    assert reader.all() == list(range(25, 0, -1))
    assert (table.requests == requests) == position.ended, "no request is made at the end"


def test_a_position_within_a_page_remembers_rows_of_pages_before() -> None:
    table = ContentTable.of(50)
    reader = OffsetReader(table, 10)
    reader.next_page()
    page = reader.next_page()
    reader.position = page.position_after(3)
    table.delete([10, 11, 12])
    reader.rows = []
    assert reader.all() == list(range(37, 0, -1))


def test_a_row_with_a_long_id_is_found_again() -> None:
    table = ContentTable([10**150 - number for number in range(40)])
    reader = OffsetReader(table, 10)
    reader.next_page()
    assert reader.position is not None
    assert max(map(len, reader.position.given)) == 64
    assert reader.all() == table.rows


def test_a_position_whose_rows_are_all_deleted_is_an_error() -> None:
    table = ContentTable.of(50)
    reader = OffsetReader(table, 10)
    reader.next_page()
    table.delete(list(range(10)))
    for _ in range(2):
        with pytest.raises(ResponseValidationError, match="vanished") as caught:
            reader.next_page()
    assert caught.value.request.operation == "list_content"
    assert table.requests == 5, "each time, the whole list was looked through"
