"""Services whose total, has_more or page size is wrong: no list ends early without an error."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.content_table import ContentTable, OffsetReader

from pandocast_sdk._core.protocol import Outcome, Send
from pandocast_sdk.errors import ResponseValidationError


def test_an_empty_page_with_has_more_is_an_error() -> None:
    reader = OffsetReader(ContentTable([], has_more=lambda _truth: True), 10)
    with pytest.raises(ResponseValidationError, match="an empty page"):
        reader.next_page()


def read_to_the_error(reader: OffsetReader) -> None:
    with pytest.raises(ResponseValidationError):
        reader.all()


@pytest.mark.parametrize("limit", [1, 10, 100])
def test_a_has_more_that_is_always_true_ends_with_an_error(limit: int) -> None:
    table = ContentTable.of(25)
    table.has_more = lambda _truth: True
    reader = OffsetReader(table, limit)
    read_to_the_error(reader)
    assert reader.rows == table.rows
    assert table.requests <= 25 / limit + 3


@pytest.mark.parametrize("limit", [1, 10, 100])
def test_a_has_more_that_is_always_false_does_not_end_the_list_before_its_total(limit: int) -> None:
    table = ContentTable.of(25)
    table.has_more = lambda _truth: False
    assert OffsetReader(table, limit).all() == table.rows


@pytest.mark.parametrize("limit", [1, 10, 100])
@pytest.mark.parametrize("total", [0, -5, 3, 24])
def test_a_total_that_is_too_small_does_not_end_the_list(limit: int, total: int) -> None:
    table = ContentTable.of(25)
    table.total = lambda _table: total
    assert OffsetReader(table, limit).all() == table.rows


@pytest.mark.parametrize("limit", [1, 10, 100])
@pytest.mark.parametrize("total", [26, 10**9])
def test_a_list_that_ends_before_its_total_is_an_error(limit: int, total: int) -> None:
    table = ContentTable.of(25)
    table.total = lambda _table: total
    reader = OffsetReader(table, limit)
    read_to_the_error(reader)
    assert reader.rows == table.rows
    assert table.requests <= 25 / limit + 3


def test_a_total_of_zero_beside_rows_does_not_end_the_list() -> None:
    table = ContentTable.of(25)
    table.total = lambda _table: 0
    start, reader = list(table.rows), OffsetReader(table, 10)
    reader.next_page()
    table.insert(300)
    assert reader.all() == start


def test_an_empty_first_page_with_a_total_is_an_error() -> None:
    table = ContentTable([], total=lambda _table: 25)
    with pytest.raises(ResponseValidationError, match="ended after 0 of 25 rows"):
        OffsetReader(table, 10).next_page()


def test_rows_that_only_the_total_counts_are_requested_once() -> None:
    table = ContentTable.of(25)
    table.total = lambda _table: 25
    reader = OffsetReader(table, 10)
    reader.next_page()
    table.rows.clear()
    read_to_the_error(reader)
    assert table.requests == 2


def test_a_server_that_exceeds_the_limit_hides_no_row() -> None:
    table = ContentTable.of(25)

    def respond(send: Send) -> Outcome:
        url = send.request.url.replace("limit=10", "limit=17").replace("limit=11", "limit=18")
        return table.respond(send._replace(request=send.request._replace(url=url)))

    reader = OffsetReader(table, 10)
    while reader.position is not None:
        reader.next_page(respond)
    assert reader.rows == table.rows


@pytest.mark.parametrize("most_rows", [20, 50])
def test_a_server_with_smaller_pages_hides_no_row(most_rows: int) -> None:
    table = ContentTable.of(120)
    table.most_rows = most_rows
    start = list(table.rows)
    table.between = lambda table: table.insert(1)
    assert OffsetReader(table, 100).all() == start


@given(
    st.integers(0, 40),
    st.sampled_from([1, 2, 10, 100]),
    st.lists(st.tuples(st.integers(-5, 60), st.sampled_from(["truth", "yes", "no"])), max_size=60),
)
def test_no_wrong_total_or_has_more_ends_a_list_early_without_an_error(
    count: int, limit: int, lies: list[tuple[int, str]]
) -> None:
    """It may end only if the last response says, by its total and its has_more, that nothing follows."""
    table, left = ContentTable.of(count), iter(lies)
    lie: Iterator[tuple[int, str]] = iter(lambda: next(left, (count, "truth")), None)
    claims: list[str] = []

    def total(_table: ContentTable) -> int:
        number, more = next(lie)
        claims.append(more)
        return number

    table.total = total
    table.has_more = lambda truth: truth if claims[-1] == "truth" else claims[-1] == "yes"
    reader = OffsetReader(table, limit)
    try:
        reader.all()
    except ResponseValidationError:
        assert table.requests <= count + 100
    else:
        said_total, said_more = table.said[-1]
        assert not said_more
        assert said_total <= len(reader.rows) or reader.rows == table.rows
    assert reader.rows == table.rows[: len(reader.rows)], "no row twice, none left out between others"
