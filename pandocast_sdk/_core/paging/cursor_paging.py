"""Cursor pages: the server's cursor alone decides where a list goes on, and where it ends.

An empty page that has a cursor is not the end. A cursor that repeats is an error, since following it would
never end: one that points at its own page is noticed at once, and any longer cycle by Brent's algorithm,
which remembers one cursor, a later one each time, at distances that double. So a cycle is found after at most
three times as many pages as there are in it and before it, in constant memory.

Between two rows of a page there is no cursor. A position there has the cursor of the page and the keys of
those of its rows that were returned; the row behind the last of them is next. If none of them is left, the
page begins with the next row: rows may have been deleted, but none were added in front. That happens only to
the first page, which has no cursor: there, the keys of the rows that follow are known too, and the search
goes on until one of them is found. They are also known where a row is known by its bytes alone.
"""

from collections.abc import Callable, Sequence
from math import inf
from typing import Generic, TypeVar

from attrs import evolve, field, frozen

from pandocast_sdk._core.call.context import CallContext, request_record
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.paging.next_row import NextRow, Remembered, find_next_row, is_decided
from pandocast_sdk._core.paging.offset_pages import REMEMBERED
from pandocast_sdk._core.paging.row_keys import is_of_bytes, row_key
from pandocast_sdk._core.protocol import Plan
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk._core.requests.validation import at_least
from pandocast_sdk.errors import ResponseValidationError

MOST_EMPTY_PAGES = 1000  # in a row, each of them a request, before a list counts as endless
LONGEST_CURSOR = 8000  # bytes in UTF-8: many servers refuse a request line that is longer

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@frozen
class CursorRows(Generic[T_co]):
    """One page of a service, whatever the names of its fields.

    Attributes:
        items: The rows.
        next_cursor: The cursor of the next page; None or empty at the end.
    """

    items: Sequence[T_co]
    next_cursor: str | None


def _no_id(_row: object) -> str | None:
    return None


@frozen
class CursorListing(Generic[T]):
    """A list that can be read page by page.

    Attributes:
        page_operation: Returns the operation for the page at a cursor, None for the first.
        row_id: Returns the id of a row; None if rows have none, and are known by their index on the page.
            An id that cannot be read is None, too: such a row is known by its bytes.
    """

    page_operation: Callable[[str | None], Operation[CursorRows[T]]]
    row_id: Callable[[T], str | None] = _no_id


def _check_cursor(_position: object, _field: object, cursor: str | None) -> None:
    if cursor == "":
        raise ValueError("cursor must not be empty; omit it to begin with the first page")


@frozen
class CursorPosition:
    """Where in a list to go on: with a page, or behind some of its rows.

    Attributes:
        cursor: The cursor of the page; None for the first.
        empty: How many pages in a row were empty just before.
        remembered: An earlier cursor, by which a cycle is noticed.
        steps: How many pages ago that was.
        stride: After how many pages another is remembered.
        taken: How many rows from here on were returned before.
        given: The keys of the last of these; see `row_key`.
        wanted: On the first page, or where a row is known by its bytes, the keys of the rows after these.
        lost: Whether none of both was found so far, so that rows are skipped until one is.
        ended: Whether no row follows, so that there is nothing left to request.
    """

    cursor: str | None = field(default=None, validator=_check_cursor)
    empty: int = field(default=0, repr=False)
    remembered: str | None = field(default=None, repr=False)
    steps: int = field(default=0, repr=False)
    stride: int = field(default=1, repr=False)
    taken: int = field(default=0, repr=False)
    given: tuple[str, ...] = field(default=(), repr=False)
    wanted: tuple[str, ...] = field(default=(), repr=False)
    lost: bool = field(default=False, repr=False)
    ended: bool = False


@frozen
class CursorSlice(Generic[T]):
    """One page of rows, and where the next begins.

    Attributes:
        items: The rows.
        position: Where the next page begins; None at the end.
        at: The position of this page.
    """

    items: list[T]
    position: CursorPosition | None
    at: CursorPosition


@frozen
class _Response(Generic[T]):
    """What the request for a page returned: its rows, and the position of the next page."""

    position: CursorPosition
    items: Sequence[T]
    following: CursorPosition | None


def fetch_cursor_page(
    context: CallContext, listing: CursorListing[T], position: CursorPosition, *, expires: float = inf
) -> Plan[CursorSlice[T]]:
    """Fetch the page at a position: by one request, or by more where equal rows hide which row is next.

    Raises:
        ResponseValidationError: The cursor for the next page repeats, or is longer than a URL may be; too
            many pages in a row were empty; or no row is left by which the next could be found.
        PandocastError: What the call raises; the position is still valid, and can be tried again.
    """
    if position.ended:
        return CursorSlice([], None, position)
    responses = [(yield from _fetch(context, listing, position, expires))]
    if not position.taken and not position.wanted:
        (first,) = responses
        return CursorSlice(list(first.items), first.following, position)
    if not position.given and not position.wanted:
        return _page_by_number(position, *responses)
    remembered = _remembered(position)
    keys = _row_keys(listing, responses[0].items)
    while True:
        following = responses[-1].following
        if following is None or is_decided(keys, remembered, ended=False):
            break
        responses.append((yield from _fetch(context, listing, following, expires)))
        keys += _row_keys(listing, responses[-1].items)
    found = find_next_row(keys, remembered, ended=following is None)
    if following is None and not found.found:
        message = "all rows that were returned last have vanished"
        raise _contradiction(context, listing, position, message)
    return _page_of_next_row(listing, position, responses, found)


def _fetch(
    context: CallContext, listing: CursorListing[T], position: CursorPosition, expires: float
) -> Plan[_Response[T]]:
    operation = listing.page_operation(position.cursor)
    rows = yield from call(context, operation, expires=expires)
    if not rows.next_cursor:
        return _Response(position, rows.items, None)
    following = _following(position, rows.next_cursor, empty=not rows.items)
    fault = _fault(position, following)
    if fault is not None:
        raise _contradiction(context, listing, position, fault)
    return _Response(position, rows.items, following)


def _contradiction(
    context: CallContext, listing: CursorListing[T], position: CursorPosition, message: str
) -> ResponseValidationError:
    operation = listing.page_operation(position.cursor)
    return ResponseValidationError(message, request=request_record(context, operation))


def cursor_after(listing: CursorListing[T], page: CursorSlice[T], count: int) -> CursorPosition:
    """Return where to go on when `count` of a page's items have been returned.

    Raises:
        ValueError: It is not a whole number, or is negative.
    """
    if at_least("count", count, 0) >= len(page.items):
        return evolve(page.at, ended=True) if page.position is None else page.position
    if count == 0:
        return page.at
    keys = _row_keys(listing, page.items)
    given, wanted = (*page.at.given, *keys[:count]), keys[count:]
    return _behind_rows(page.at, page.at.taken + count, given, wanted)


def _behind_rows(
    position: CursorPosition, taken: int, given: Sequence[str], wanted: Sequence[str]
) -> CursorPosition:
    known = [*given[-REMEMBERED:], *wanted[:REMEMBERED]]
    if position.cursor is not None and not any(map(is_of_bytes, known)):
        wanted = ()
    return evolve(
        position,
        taken=taken,
        given=tuple(given[-REMEMBERED:]),
        wanted=tuple(wanted[:REMEMBERED]),
        lost=False,
    )


def _row_keys(listing: CursorListing[T], items: Sequence[T]) -> list[str]:
    keys = [row_key(row, listing.row_id(row)) for row in items]
    return [] if None in keys else [key or "" for key in keys]  # then rows are known by their number


def _remembered(position: CursorPosition) -> Remembered:
    before = max(0, position.taken - len(position.given))
    return Remembered(before, position.given, position.wanted, position.cursor is None or position.lost)


def _page_by_number(position: CursorPosition, response: _Response[T]) -> CursorSlice[T]:
    skip, following = min(position.taken, len(response.items)), response.following
    if following is not None:
        following = evolve(following, taken=position.taken - skip)
    return CursorSlice(list(response.items[skip:]), following, position)


def _page_of_next_row(
    listing: CursorListing[T], position: CursorPosition, responses: Sequence[_Response[T]], found: NextRow
) -> CursorSlice[T]:
    """Return the rest of the page that has the next row; it is empty if that is on none of them."""
    skip = found.index
    for response in responses:
        if skip < len(response.items):
            break
        skip -= len(response.items)
    else:
        taken, following = found.before + len(found.rest), responses[-1].following
        if following is not None and (taken or not found.found):
            wanted, lost = position.wanted, not found.found
            following = evolve(following, taken=taken, given=tuple(found.rest), wanted=wanted, lost=lost)
        return CursorSlice([], following, responses[-1].position)
    keys, at = _row_keys(listing, response.items), response.position
    # What is there now is known better than what was there.
    at = _behind_rows(at, skip, keys[:skip], keys[skip:]) if skip or at.cursor is None else _page_start(at)
    return CursorSlice(list(response.items[skip:]), response.following, at)


def _page_start(position: CursorPosition) -> CursorPosition:
    return evolve(position, taken=0, given=(), wanted=(), lost=False)


def _following(position: CursorPosition, cursor: str, *, empty: bool) -> CursorPosition:
    """Take one step of Brent's algorithm."""
    following = evolve(_page_start(position), cursor=cursor, empty=position.empty + 1 if empty else 0)
    if position.steps < position.stride:
        return evolve(following, steps=position.steps + 1)
    return evolve(following, remembered=position.cursor, steps=1, stride=2 * position.stride)


def _fault(position: CursorPosition, following: CursorPosition) -> str | None:
    cursor = following.cursor or ""
    if cursor in {position.cursor, following.remembered}:
        return "the cursor for the next page repeats an earlier one: the list would never end"
    if len(cursor.encode("utf-8", "surrogatepass")) > LONGEST_CURSOR:
        return f"the cursor for the next page is longer than {LONGEST_CURSOR} bytes"
    if following.empty >= MOST_EMPTY_PAGES:
        return f"{MOST_EMPTY_PAGES} pages in a row were empty and had a cursor for another"
    return None
