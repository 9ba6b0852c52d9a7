"""Lists that go on by cursor: read to the cursor's end, and never for ever."""

import json
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.wire import Player, context, failure, response

from pandocast_sdk._core.paging.cursor_paging import (
    LONGEST_CURSOR,
    MOST_EMPTY_PAGES,
    CursorListing,
    CursorPosition,
    CursorRows,
    CursorSlice,
    fetch_cursor_page,
)
from pandocast_sdk._core.protocol import FailureKind, Outcome, Send, WireResponse
from pandocast_sdk._core.requests.operation import Operation, query_string
from pandocast_sdk.errors import APIConnectionError, InternalServerError, ResponseValidationError

CONTEXT = context(max_retries=0)

Wire = Mapping[str, object]


def list_things(cursor: str | None) -> Operation[CursorRows[str]]:
    return Operation("list_things", "GET", "/things", read_things, query_string({"cursor": cursor}))


def read_things(response: WireResponse) -> CursorRows[str]:
    page = json.loads(response.body)
    return CursorRows(page["things"], page.get("nextCursor"))


@dataclass
class Service:
    """Pages by the cursor that asks for them."""

    pages: Callable[[str | None], Wire]
    requested: list[str | None] = field(default_factory=list)

    def respond(self, send: Send) -> Outcome:
        (cursor,) = parse_qs(urlsplit(send.request.url).query).get("cursor", [None])
        self.requested.append(cursor)
        return response(200, self.pages(cursor))


def numbered(following: Callable[[int], int | None], rows: Callable[[int], list[str]]) -> Service:
    """A service whose cursors are numbers; the first page is number 0."""

    def page(cursor: str | None) -> Wire:
        number = int(cursor or 0)
        after = following(number)
        return {"things": rows(number), "nextCursor": None if after is None else str(after)}

    return Service(page)


def in_a_row(pages: list[list[str]]) -> Service:
    return numbered(lambda number: number + 1 if number + 1 < len(pages) else None, pages.__getitem__)


class Reader:
    """Reads a list as a pager does: page after page, each from the position that the last one gave."""

    def __init__(self, service: Service, cursor: str | None = None) -> None:
        self.service = service
        self.position: CursorPosition | None = CursorPosition(cursor)
        self.rows: list[str] = []

    def next_page(self, respond: Callable[[Send], Outcome] | None = None) -> CursorSlice[str]:
        assert self.position is not None
        plan = fetch_cursor_page(CONTEXT, CursorListing(list_things), self.position)
        page = Player().play(plan, respond or self.service.respond)
        self.rows += page.items
        self.position = page.position
        return page

    def all(self) -> list[str]:
        while self.position is not None:
            assert len(self.service.requested) < 5000, "a loop"
            self.next_page()
        return self.rows


PAGES = st.lists(st.lists(st.text(max_size=3), max_size=4), min_size=1, max_size=30)


@given(PAGES)
def test_every_row_of_every_page_comes_in_order_however_many_pages_are_empty(pages: list[list[str]]) -> None:
    service = in_a_row(pages)
    assert Reader(service).all() == [row for page in pages for row in page]
    assert service.requested == [None, *(str(number) for number in range(1, len(pages)))]


@given(PAGES, st.lists(st.booleans(), max_size=60))
def test_a_page_that_failed_can_be_tried_again(pages: list[list[str]], fails: list[bool]) -> None:
    service, failing = in_a_row(pages), iter(fails)
    reader = Reader(service)

    def respond(send: Send) -> Outcome:
        return failure(FailureKind.BROKEN) if next(failing, False) else service.respond(send)

    while reader.position is not None:
        before = reader.position
        try:
            reader.next_page(respond)
        except APIConnectionError:
            assert reader.position is before
    assert reader.rows == [row for page in pages for row in page]
    assert service.requested == [None, *(str(number) for number in range(1, len(pages)))]


@pytest.mark.parametrize("end", [{}, {"nextCursor": None}, {"nextCursor": ""}])
@pytest.mark.parametrize("things", [[], ["a"]])
def test_a_cursor_that_is_missing_null_or_empty_is_the_end(end: Wire, things: list[str]) -> None:
    page = Reader(Service(lambda _cursor: {"things": things, **end})).next_page()
    assert (page.items, page.position) == (things, None)


def test_a_list_can_begin_at_a_cursor() -> None:
    service = in_a_row([["a"], ["b"], ["c"], ["d"]])
    assert Reader(service, "2").all() == ["c", "d"]
    assert service.requested == ["2", "3"]


def test_an_empty_cursor_is_rejected() -> None:
    with pytest.raises(ValueError, match="cursor must not be empty"):
        CursorPosition("")


@pytest.mark.parametrize("cursor", ["a+b/c==", "&cursor=x#?", "ключ", " ", "\0\r\n", "None", "0"])
def test_a_cursor_is_sent_back_unchanged(cursor: str) -> None:
    pages: dict[str | None, Wire] = {
        None: {"things": ["a"], "nextCursor": cursor},
        cursor: {"things": ["b"]},
    }
    assert Reader(Service(pages.__getitem__)).all() == ["a", "b"]


def test_rows_that_the_service_repeats_are_returned_twice() -> None:
    """Where a row stands in the list is for the server's cursor to say."""
    assert Reader(in_a_row([["a", "b"], ["b", "c"]])).all() == ["a", "b", "b", "c"]


def test_a_cursor_of_its_own_page_is_an_error_before_any_row_repeats() -> None:
    """As when a service does not know the parameter, and gives its first page to every request."""
    reader = Reader(Service(lambda _cursor: {"things": ["a", "b"], "nextCursor": "c"}))
    with pytest.raises(ResponseValidationError, match="would never end") as caught:
        reader.all()
    assert reader.rows == ["a", "b"]
    assert reader.service.requested == [None, "c"]
    assert caught.value.request.url == "https://api.example/api/v1/things?cursor=c"
    assert (caught.value.request.operation, caught.value.status_code) == ("list_things", None)


@pytest.mark.parametrize("last", range(1, 10))
def test_a_cursor_of_its_own_page_is_an_error_however_late_it_comes(last: int) -> None:
    reader = Reader(numbered(lambda number: min(number + 1, last), lambda number: [str(number)]))
    with pytest.raises(ResponseValidationError, match="would never end"):
        reader.all()
    assert reader.rows == [str(number) for number in range(last)]
    assert len(reader.service.requested) == last + 1


@given(st.integers(0, 60), st.integers(1, 60), st.booleans())
def test_every_cycle_of_cursors_is_found_soon(before: int, length: int, given_start: bool) -> None:  # noqa: FBT001
    """Whether it begins with the first page or leads into itself later."""
    last = before + length
    service = numbered(lambda number: number + 1 if number < last else before + 1, lambda _number: ["row"])
    reader = Reader(service, "1" if given_start else None)
    with pytest.raises(ResponseValidationError, match="would never end"):
        reader.all()
    assert len(service.requested) <= 3 * (before + length) + 1
    requested = len(service.requested)
    with pytest.raises(ResponseValidationError, match="would never end"):
        reader.next_page()
    assert service.requested[requested:] == [service.requested[requested - 1]], "the same page is tried again"


@given(st.integers(1, 300))
def test_cursors_that_do_not_repeat_are_no_cycle(count: int) -> None:
    assert Reader(in_a_row([["row"]] * count)).all() == ["row"] * count


def test_a_position_is_a_plain_value_that_stays_small() -> None:
    """It can go on in another process, and what it remembers of a long list does not grow."""
    reader, sizes = Reader(in_a_row([["row"]] * 500)), set[int]()
    while reader.position is not None:
        stored = pickle.dumps(reader.position)
        sizes.add(len(stored))
        reader.position = pickle.loads(stored)  # noqa: S301 - our own
        reader.next_page()
    assert len(reader.rows) == 500
    assert max(sizes) - min(sizes) < 30


def test_a_wrong_cursor_that_is_corrected_can_be_followed() -> None:
    service = in_a_row([["a"], ["b"], ["c"]])
    reader = Reader(service)
    reader.next_page()
    with pytest.raises(ResponseValidationError):
        reader.next_page(lambda _send: response(200, {"things": ["stale"], "nextCursor": "1"}))
    assert reader.all() == ["a", "b", "c"]


def endless(empty: Callable[[int], bool]) -> Service:
    return numbered(lambda number: number + 1, lambda number: [] if empty(number) else [str(number)])


def test_too_many_empty_pages_in_a_row_are_an_error() -> None:
    reader = Reader(endless(lambda number: number > 0))
    with pytest.raises(ResponseValidationError, match=f"{MOST_EMPTY_PAGES} pages in a row were empty"):
        reader.all()
    assert reader.rows == ["0"]
    assert len(reader.service.requested) == 1 + MOST_EMPTY_PAGES


def test_rows_between_empty_pages_reset_their_count() -> None:
    reader = Reader(endless(lambda number: number % MOST_EMPTY_PAGES != 0))
    while len(reader.rows) < 4:
        reader.next_page()
    assert reader.rows == [str(number * MOST_EMPTY_PAGES) for number in range(4)]


@pytest.mark.parametrize(("letter", "bytes_each"), [("x", 1), ("é", 2), ("😀", 4)])
def test_a_cursor_too_long_for_a_url_is_an_error(letter: str, bytes_each: int) -> None:
    fits = letter * (LONGEST_CURSOR // bytes_each)
    assert Reader(Service(partial(once, fits))).all() == ["a", "b"]
    with pytest.raises(ResponseValidationError, match="longer than"):
        Reader(Service(partial(once, fits + letter))).next_page()


def once(cursor: str, requested: str | None) -> Wire:
    return {"things": ["a"], "nextCursor": cursor} if requested is None else {"things": ["b"]}


def test_a_page_is_fetched_before_the_deadline_of_the_caller() -> None:
    sent: list[float] = []

    def respond(send: Send) -> Outcome:
        sent.append(send.expires)
        return response(200, {"things": []})

    plan = fetch_cursor_page(CONTEXT, CursorListing(list_things), CursorPosition(), expires=7.0)
    Player().play(plan, respond)
    assert sent == [7.0]


def test_errors_of_the_call_are_raised_unchanged() -> None:
    reader = Reader(in_a_row([["a"]]))
    with pytest.raises(InternalServerError):
        reader.next_page(lambda _send: response(500))
    with pytest.raises(ResponseValidationError):
        reader.next_page(lambda _send: response(200, b"not JSON"))
    assert reader.all() == ["a"]
