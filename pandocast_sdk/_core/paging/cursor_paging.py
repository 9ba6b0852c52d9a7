"""Cursor pages: the server's cursor alone says where a list goes on, and where it ends.

An empty page that has a cursor is no end. A cursor that comes again is an error, since following it would
never end: one that points at its own page is seen at once, and any longer circle by Brent's algorithm, which
remembers one cursor, a later one each time, at distances that double. So a circle is found after at most
three times as many pages as there are in it and before it, in constant memory.

Between two rows of a page there is no cursor. A position there names the page, and the rows of it that were
given out; what follows the last of them is given next. Where none of them is left, the page begins with what
is wanted: rows may have gone, but none came in front. Only the first page, which no cursor names, has rows
come in front: there, the rows that were still wanted are known too, and the search goes on until one is met.
"""

from collections.abc import Callable, Sequence
from math import inf
from typing import Generic, TypeVar

from attrs import evolve, field, frozen

from pandocast_sdk._core.call.plan import CallContext, call, request_record
from pandocast_sdk._core.paging.offset_pages import REMEMBERED, short_name
from pandocast_sdk._core.protocol import Plan
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.errors import ResponseValidationError

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


def _nameless(_row: object) -> str | None:
    return None


@frozen
class CursorListing(Generic[T]):
    """A list that can be read page by page.

    Attributes:
        page: How to ask for the page at a cursor, None for the first.
        name: Names a row, if it has a name; rows without are told by their number on the page.
    """

    page: Callable[[str | None], Operation[CursorRows[T]]]
    name: Callable[[T], str | None] = _nameless


def _check_cursor(_position: object, _field: object, cursor: str | None) -> None:
    if cursor == "":
        raise ValueError("cursor must not be empty; leave it out to begin with the first page")


@frozen
class CursorPosition:
    """Where in a list to go on: with a page, or behind some of its rows.

    Attributes:
        cursor: Names the page; None for the first.
        empty: How many pages in a row were empty just before.
        remembered: A cursor from further back, by which a circle shows.
        steps: How many pages ago that was.
        stride: After how many pages another is remembered.
        taken: How many rows from here on were given out before.
        given: The names of the last of these, as `short_name` gives them.
        wanted: On the first page, the names of the rows after these.
        lost: Whether neither was found so far, so that rows are passed over until one is.
        ended: Whether no row follows, so that there is nothing left to ask for.
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
        at: Where this page was asked for.
    """

    items: list[T]
    position: CursorPosition | None
    at: CursorPosition


def fetch_cursor_page(
    context: CallContext, listing: CursorListing[T], position: CursorPosition, *, expires: float = inf
) -> Plan[CursorSlice[T]]:
    """Fetch the page at a position, by one request.

    Raises:
        ResponseValidationError: The cursor for the next page comes again, or is longer than a URL may be, too
            many pages in a row were empty, or no row is left to tell the place by.
        PandocastError: What the call raises; the position is still good, and can be tried again.
    """
    if position.ended:
        return CursorSlice([], None, position)
    operation = listing.page(position.cursor)
    rows = yield from call(context, operation, expires=expires)
    skip, ahead = _place(listing, position, rows.items)
    items = list(rows.items[skip:])
    if rows.next_cursor:
        following = _following(ahead, rows.next_cursor, empty=not rows.items)
        fault = _fault(position, following)
    else:
        following, fault = None, "every row given out last has vanished" if ahead.lost else None
    if fault is not None:
        raise ResponseValidationError(fault, request=request_record(context, operation))
    return CursorSlice(items, following, position)


def cursor_after(listing: CursorListing[T], page: CursorSlice[T], count: int) -> CursorPosition:
    """Say where to go on when `count` of a page's items have been given out."""
    if count >= len(page.items):
        return evolve(page.at, ended=True) if page.position is None else page.position
    if count == 0:
        return page.at
    names = [None if name is None else short_name(name) for name in map(listing.name, page.items)]
    given = (*page.at.given, *(name for name in names[:count] if name is not None))
    wanted = [name for name in names[count:] if name is not None] if page.at.cursor is None else []
    return evolve(
        page.at,
        taken=page.at.taken + count,
        given=given[-REMEMBERED:],
        wanted=tuple(wanted[:REMEMBERED]),
        lost=False,
    )


def _place(
    listing: CursorListing[T], position: CursorPosition, items: Sequence[T]
) -> tuple[int, CursorPosition]:
    """Find the place behind the rows given out before.

    Returns:
        How many rows to pass over, and the position with what the next page has to know.
    """
    found = evolve(position, taken=0, given=(), wanted=(), lost=False)
    if not position.taken:
        return 0, found
    if not position.given and not position.wanted:
        skip = min(position.taken, len(items))
        return skip, evolve(found, taken=position.taken - skip)
    names = [name if name is None else short_name(name) for name in map(listing.name, items)]
    behind = [place + 1 for place, name in enumerate(names) if name in position.given]
    if behind:
        # More of them may follow on the next page, where pages were larger before.
        return behind[-1], evolve(position, lost=False) if behind[-1] == len(items) else found
    before = [place for place, name in enumerate(names) if name in position.wanted]
    if before:
        return before[0], found
    if position.cursor is None or position.lost or position.taken > len(position.given):
        return len(items), evolve(position, lost=True)
    return 0, found if items else position


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
