"""Cursor pages: the server's cursor alone says where a list goes on, and where it ends.

An empty page that has a cursor is no end. A cursor that comes again is an error, since following it would
never end: one that points at its own page is seen at once, and any longer circle by Brent's algorithm, which
remembers one cursor, a later one each time, at distances that double. So a circle is found after at most
three times as many pages as there are in it and before it, in constant memory.
"""

from collections.abc import Callable, Sequence
from math import inf
from typing import Generic, TypeVar

from attrs import evolve, field, frozen

from pandocast_sdk._core.operation import Operation
from pandocast_sdk._core.plan import Terms, call
from pandocast_sdk._core.steps import Life
from pandocast_sdk.errors import RequestRecord, ResponseValidationError

MOST_EMPTY_PAGES = 1000  # in a row, each of them a request, before a list is said to go nowhere
LONGEST_CURSOR = 8000  # bytes in UTF-8: many servers refuse a request line that is longer

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@frozen
class CursorRows(Generic[T_co]):
    """One page as a service sends it, without its names for things.

    Attributes:
        items: The rows.
        next_cursor: Names the next page; None or empty at the end.
    """

    items: Sequence[T_co]
    next_cursor: str | None


@frozen
class CursorListing(Generic[T]):
    """A list that can be read page by page: how to ask for the page at a cursor, None for the first."""

    page: Callable[[str | None], Operation[CursorRows[T]]]


def _check_cursor(_position: object, _field: object, cursor: str | None) -> None:
    if cursor == "":
        raise ValueError("cursor must not be empty; leave it out to begin with the first page")


@frozen
class CursorPosition:
    """Where in a list the next page begins.

    Attributes:
        cursor: Names the page; None for the first.
        empty: How many pages in a row were empty just before.
        remembered: A cursor from further back, by which a circle shows.
        steps: How many pages ago that was.
        stride: After how many pages another is remembered.
    """

    cursor: str | None = field(default=None, validator=_check_cursor)
    empty: int = field(default=0, repr=False)
    remembered: str | None = field(default=None, repr=False)
    steps: int = field(default=0, repr=False)
    stride: int = field(default=1, repr=False)


@frozen
class CursorSlice(Generic[T]):
    """One page of rows, and where the next begins.

    Attributes:
        items: The rows.
        position: Where the next page begins; None at the end.
    """

    items: list[T]
    position: CursorPosition | None


def fetch_cursor_page(
    terms: Terms, listing: CursorListing[T], position: CursorPosition, *, expires: float = inf
) -> Life[CursorSlice[T]]:
    """Fetch the page at a position, by one request.

    Raises:
        ResponseValidationError: The cursor for the next page comes again, or is longer than a URL may be, or
            too many pages in a row were empty.
        PandocastError: What the call raises; the position is still good, and can be tried again.
    """
    asked = listing.page(position.cursor)
    rows = yield from call(terms, asked, expires=expires)
    if not rows.next_cursor:
        return CursorSlice(list(rows.items), None)
    following = _following(position, rows.next_cursor, empty=not rows.items)
    fault = _fault(position, following)
    if fault is not None:
        url = f"{terms.options.base_url}{asked.path}"
        record = RequestRecord(asked.method, f"{url}?{asked.query}" if asked.query else url, asked.name)
        raise ResponseValidationError(fault, request=record)
    return CursorSlice(list(rows.items), following)


def _following(position: CursorPosition, cursor: str, *, empty: bool) -> CursorPosition:
    """Take one step of Brent's algorithm."""
    following = evolve(position, cursor=cursor, empty=position.empty + 1 if empty else 0)
    if position.steps < position.stride:
        return evolve(following, steps=position.steps + 1)
    return evolve(following, remembered=position.cursor, steps=1, stride=2 * position.stride)


def _fault(position: CursorPosition, following: CursorPosition) -> str | None:
    cursor = following.cursor or ""
    if cursor in {position.cursor, following.remembered}:
        return "the cursor for the next page is one that was there before: the list would never end"
    if len(cursor.encode("utf-8", "surrogatepass")) > LONGEST_CURSOR:
        return f"the cursor for the next page is longer than {LONGEST_CURSOR} bytes"
    if following.empty >= MOST_EMPTY_PAGES:
        return f"{MOST_EMPTY_PAGES} pages in a row were empty and said that others follow"
    return None
