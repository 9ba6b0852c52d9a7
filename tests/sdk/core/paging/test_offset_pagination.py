"""Lists stay whole while rows come and go, and never end early without saying so."""

import pickle
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.content_table import LISTING, ContentTable
from support.wire import Player, context, failure

from pandocast_sdk._core.paging.offset_pages import OffsetPage, Position
from pandocast_sdk._core.paging.offset_paging import fetch_page
from pandocast_sdk._core.protocol import FailureKind, Outcome, Send
from pandocast_sdk.errors import APIConnectionError, ResponseValidationError
from pandocast_sdk.models.pandocast import Content

CONTEXT = context(max_retries=0)
LIMITS = [1, 2, 10, 50, 99, 100, 101]


class Reader:
    """Reads a list as a pager does: page after page, each from the position that the last one gave."""

    def __init__(self, table: ContentTable, limit: int, offset: int = 0) -> None:
        self.position: Position | None = Position(offset, limit)
        self.table = table
        self.rows: list[int] = []

    def next_page(self, respond: Callable[[Send], Outcome] | None = None) -> OffsetPage[Content]:
        assert self.position is not None
        page = Player().play(fetch_page(CONTEXT, LISTING, self.position), respond or self.table.respond)
        assert len(page.items) <= self.position.limit
        assert page.items or page.position is None, "an empty page is the last one"
        self.rows += [int(row.id[1:]) for row in page.items]
        self.position = page.position
        return page

    def all(self) -> list[int]:
        while self.position is not None:
            self.next_page()
        return self.rows


def lost(reader: Reader, start: list[int]) -> list[int]:
    """Rows that existed at the start, exist still, and did not come."""
    came, alive = set(reader.rows), set(reader.table.rows)
    return [row for row in start if row in alive and row not in came]


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("count", [0, 1, 2, 99, 100, 101, 200, 250])
def test_a_list_that_stands_still_is_read_once(count: int, limit: int) -> None:
    table = ContentTable.of(count)
    assert Reader(table, limit).all() == table.rows
    # One page of a hundred is not read with one row more: the service would refuse that.
    assert table.requests <= -(-count // min(limit, 99)) + 1


@pytest.mark.parametrize("limit", LIMITS)
def test_no_page_asks_for_more_rows_than_the_service_gives(limit: int) -> None:
    asked: list[int] = []
    table = ContentTable.of(250)

    def respond(send: Send) -> Outcome:
        asked.append(int(parse_qs(urlsplit(send.request.url).query)["limit"][0]))
        table.insert(3)
        return table.respond(send)

    reader = Reader(table, limit)
    while reader.position is not None:
        reader.next_page(respond)
    assert max(asked) <= max(limit, 100)
    assert asked[0] == limit


def test_a_list_can_be_read_from_an_offset_on() -> None:
    table = ContentTable.of(30)
    assert Reader(table, 10, offset=5).all() == table.rows[5:]
    assert Reader(table, 10, offset=30).all() == []
    assert Reader(table, 10, offset=500).all() == []


@pytest.mark.parametrize("limit", [1, 2, 10, 50, 99, 100])
@pytest.mark.parametrize("added", [1, 3, 50, 130, 200])
def test_rows_added_between_requests_neither_hide_nor_double_others(added: int, limit: int) -> None:
    table = ContentTable.of(250)
    start = list(table.rows)
    table.between = lambda table: table.insert(added)
    assert Reader(table, limit).all() == start
    assert table.requests <= 250 / limit * 1.3 + 4


CHANGES = st.lists(st.tuples(st.integers(0, 150), st.lists(st.integers(0, 400), max_size=12)), max_size=40)


@given(st.integers(0, 300), st.sampled_from([1, 2, 10, 50, 99, 100]), CHANGES)
def test_every_row_that_stays_comes_once_and_in_order(
    count: int, limit: int, changes: list[tuple[int, list[int]]]
) -> None:
    """Whatever comes and goes between the requests, until that stops; an error can be tried again."""
    left = iter(changes)

    def change(table: ContentTable) -> None:
        added, deleted = next(left, (0, []))
        table.insert(added)
        table.delete(deleted)

    table = ContentTable.of(count)
    table.between = change
    start, reader, errors = list(table.rows), Reader(table, limit), 0
    while reader.position is not None:
        try:
            reader.next_page()
        except ResponseValidationError:
            if not any(int(name[1:]) in table.rows for name in reader.position.given):
                return  # nothing is left to tell the place by
            errors += 1
            assert errors <= 3
    assert len(reader.rows) == len(set(reader.rows)), "a row came twice"
    assert reader.rows == sorted(reader.rows, reverse=True)
    assert lost(reader, start) == []
    assert table.requests <= 2 * (count / limit) + 2 * len(changes) + 40


@given(st.lists(st.booleans(), max_size=40), st.sampled_from([2, 10, 100]), st.integers(0, 5))
def test_a_page_that_failed_is_read_when_it_is_tried_again(fails: list[bool], limit: int, added: int) -> None:
    table, failing = ContentTable.of(60), iter(fails)
    start = list(table.rows)
    table.between = lambda table: table.insert(added)
    reader = Reader(table, limit)

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


def test_a_position_is_a_plain_value_that_goes_on_in_another_process() -> None:
    table = ContentTable.of(25)
    reader = Reader(table, 10)
    reader.next_page()
    reader.position = pickle.loads(pickle.dumps(reader.position))  # noqa: S301 - our own
    assert reader.all() == table.rows


@pytest.mark.parametrize("taken", range(26))
def test_a_position_within_a_page_goes_on_with_the_next_row(taken: int) -> None:
    table = ContentTable.of(25)
    reader, page = Reader(table, 10), None
    for _ in range(taken // 10 + 1 if taken < 25 else 3):
        page = reader.next_page()
    assert page is not None
    place = page.position_after(taken - (len(reader.rows) - len(page.items)))
    reader.rows, reader.position = reader.rows[:taken], place
    assert place.ended == (taken == 25)
    if taken:
        table.insert(30)
    requests = table.requests
    assert reader.all() == list(range(25, 0, -1))
    assert (table.requests == requests) == place.ended, "at the end nothing is asked for"


def test_a_position_within_a_page_remembers_rows_of_pages_before() -> None:
    table = ContentTable.of(50)
    reader = Reader(table, 10)
    reader.next_page()
    page = reader.next_page()
    reader.position = page.position_after(3)
    table.delete([10, 11, 12])
    reader.rows = []
    assert reader.all() == list(range(37, 0, -1))


def test_a_row_with_a_long_name_is_found_again() -> None:
    table = ContentTable([10**150 - number for number in range(40)])
    reader = Reader(table, 10)
    reader.next_page()
    assert reader.position is not None
    assert max(map(len, reader.position.given)) == 64
    assert reader.all() == table.rows


def test_when_everything_is_deleted_the_list_is_over() -> None:
    table = ContentTable.of(50)
    reader = Reader(table, 10)
    reader.next_page()
    table.rows.clear()
    assert reader.next_page().items == []
    assert reader.position is None


def test_rows_deleted_further_down_make_the_place_lie_further_down_than_the_total_says() -> None:
    table = ContentTable.of(500)
    start, reader = list(table.rows), Reader(table, 10)
    reader.next_page()
    table.delete(list(range(100, 400)))
    table.insert(300)
    assert reader.all() == [row for row in start if row in table.rows]


def test_when_every_row_given_out_is_deleted_the_place_is_lost_and_that_is_told() -> None:
    table = ContentTable.of(50)
    reader = Reader(table, 10)
    reader.next_page()
    table.delete(list(range(10)))
    for _ in range(2):
        with pytest.raises(ResponseValidationError, match="vanished") as caught:
            reader.next_page()
    assert caught.value.request.operation == "list_content"
    assert table.requests == 5, "each time, the whole list was looked through"


def test_an_empty_page_that_says_more_is_an_error() -> None:
    reader = Reader(ContentTable([], has_more=lambda _truth: True), 10)
    with pytest.raises(ResponseValidationError, match="an empty page"):
        reader.next_page()


def read_to_the_error(reader: Reader) -> None:
    with pytest.raises(ResponseValidationError):
        reader.all()


@pytest.mark.parametrize("limit", [1, 10, 100])
def test_a_list_that_always_says_more_ends_with_an_error_and_not_with_a_loop(limit: int) -> None:
    table = ContentTable.of(25)
    table.has_more = lambda _truth: True
    reader = Reader(table, limit)
    read_to_the_error(reader)
    assert reader.rows == table.rows
    assert table.requests <= 25 / limit + 3


@pytest.mark.parametrize("limit", [1, 10, 100])
def test_a_list_that_never_says_more_is_read_as_far_as_its_total_goes(limit: int) -> None:
    table = ContentTable.of(25)
    table.has_more = lambda _truth: False
    assert Reader(table, limit).all() == table.rows


@pytest.mark.parametrize("limit", [1, 10, 100])
@pytest.mark.parametrize("total", [0, -5, 3, 24])
def test_a_total_that_is_too_small_does_not_end_the_list(limit: int, total: int) -> None:
    table = ContentTable.of(25)
    table.total = lambda _table: total
    assert Reader(table, limit).all() == table.rows


@pytest.mark.parametrize("limit", [1, 10, 100])
@pytest.mark.parametrize("total", [26, 10**9])
def test_a_list_that_ends_before_its_total_is_an_error(limit: int, total: int) -> None:
    table = ContentTable.of(25)
    table.total = lambda _table: total
    reader = Reader(table, limit)
    read_to_the_error(reader)
    assert reader.rows == table.rows
    assert table.requests <= 25 / limit + 3


def test_a_total_of_nothing_beside_rows_does_not_end_the_list() -> None:
    table = ContentTable.of(25)
    table.total = lambda _table: 0
    start, reader = list(table.rows), Reader(table, 10)
    reader.next_page()
    table.insert(300)
    assert reader.all() == start


def test_a_first_page_without_the_rows_that_its_total_tells_of_is_an_error() -> None:
    table = ContentTable([], total=lambda _table: 25)
    with pytest.raises(ResponseValidationError, match="ended after 0 of 25 rows"):
        Reader(table, 10).next_page()


def test_rows_that_only_the_total_knows_of_are_not_asked_for_again_and_again() -> None:
    table = ContentTable.of(25)
    table.total = lambda _table: 25
    reader = Reader(table, 10)
    reader.next_page()
    table.rows.clear()
    read_to_the_error(reader)
    assert table.requests == 2


def test_a_list_that_leaps_each_time_ends_with_an_error_that_can_be_tried_again() -> None:
    leaps = iter([500, 0] * 20)
    table = ContentTable.of(250)
    table.between = lambda table: table.insert(next(leaps, 0))
    start, reader = list(table.rows), Reader(table, 10)
    reader.next_page()
    with pytest.raises(ResponseValidationError, match="changes faster than it can be read"):
        reader.next_page()
    assert table.requests == 31
    assert reader.all() == start


def test_a_server_that_gives_more_rows_than_asked_for_hides_none() -> None:
    table = ContentTable.of(25)

    def respond(send: Send) -> Outcome:
        url = send.request.url.replace("limit=10", "limit=17").replace("limit=11", "limit=18")
        return table.respond(send._replace(request=send.request._replace(url=url)))

    reader = Reader(table, 10)
    while reader.position is not None:
        reader.next_page(respond)
    assert reader.rows == table.rows


@pytest.mark.parametrize("most_rows", [20, 50])
def test_a_server_with_smaller_pages_hides_none(most_rows: int) -> None:
    table = ContentTable.of(120)
    table.most_rows = most_rows
    start = list(table.rows)
    table.between = lambda table: table.insert(1)
    assert Reader(table, 100).all() == start


@given(
    st.integers(0, 40),
    st.sampled_from([1, 2, 10, 100]),
    st.lists(st.tuples(st.integers(-5, 60), st.sampled_from(["truth", "yes", "no"])), max_size=60),
)
def test_no_lie_makes_a_list_end_early_without_a_word(
    count: int, limit: int, lies: list[tuple[int, str]]
) -> None:
    """It may end only where the last answer says, in both its numbers, that nothing follows."""
    table, left = ContentTable.of(count), iter(lies)
    lie: Iterator[tuple[int, str]] = iter(lambda: next(left, (count, "truth")), None)
    told: list[str] = []

    def total(_table: ContentTable) -> int:
        number, more = next(lie)
        told.append(more)
        return number

    table.total = total
    table.has_more = lambda truth: truth if told[-1] == "truth" else told[-1] == "yes"
    reader = Reader(table, limit)
    try:
        reader.all()
    except ResponseValidationError:
        assert table.requests <= count + 100
    else:
        said_total, said_more = table.said[-1]
        assert not said_more
        assert said_total <= len(reader.rows) or reader.rows == table.rows
    assert reader.rows == table.rows[: len(reader.rows)], "no row twice, none left out between others"
