"""Offset pages that stay whole while rows are added.

The reference promises creation order, newest first, so a row added between two pages moves all others down
by one, and every response has the `total`, which shows how far. A pager therefore remembers the index of the
next row and how many rows there were then. It requests one row too many, the last one it returned, and goes
on behind it. A row that is deleted behind that one makes the `total` show too small a shift, one before it
does not: so the row is never before the index where it is searched, and a pager that does not find it
searches further down. So every row that existed at the start comes once, in constant memory.
"""

from math import inf

from pandocast_sdk._core.call.context import CallContext, request_record
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.paging.offset_pages import (
    MOST_ROWS,
    Listing,
    NoRows,
    OffsetPage,
    PageRequest,
    Position,
    R,
    RowList,
)
from pandocast_sdk._core.paging.row_keys import index_behind, row_keys
from pandocast_sdk._core.protocol import Plan
from pandocast_sdk.errors import ResponseValidationError

_TRIES = 30  # requests for one page before the list counts as changing too fast


def fetch_page(
    context: CallContext, listing: Listing[R], position: Position, *, expires: float = inf
) -> Plan[OffsetPage[R]]:
    """Fetch the page that begins at a position.

    Raises:
        ResponseValidationError: The list contradicts itself, so that going on could leave rows out.
        PandocastError: What the calls raise; the position is still valid, and can be tried again.
    """
    if position.ended:
        return OffsetPage([], NoRows(position.total or 0), 0, position.offset, position, ended=True)
    if position.total is None:
        rows = yield from call(
            context, listing.page_operation(position.limit, position.offset), expires=expires
        )
        page = _page(position, position.offset, rows)
        if page is not None and page.items:
            return page
        _check_empty(context, listing, position, rows)
        return _checked_page(context, listing, position, position.offset, rows)
    return (yield from _search_page(context, listing, position, expires))


def _search_page(
    context: CallContext, listing: Listing[R], position: Position, expires: float
) -> Plan[OffsetPage[R]]:
    search = _Search(position)
    for _ in range(_TRIES):
        rows = yield from call(context, listing.page_operation(search.size, search.first), expires=expires)
        _check_empty(context, listing, Position(search.first, search.size), rows)
        search.record_total(rows.total)
        joined = _join(rows, position, search.first, is_behind=search.going_down)
        if joined is not None:
            page = _checked_page(
                context, listing, position, search.first, rows, skip=joined, growth=search.growth
            )
            if page.items or page.ended:
                return page
            if len(rows.items) == 1:
                raise _contradiction(
                    context, listing, position, "no row follows although the response says so"
                )
            position = page.position_at(0)
            search = _Search(position)
        elif rows.total == 0 and not rows.items:
            return OffsetPage([], rows, 0, 0, position, ended=True)
        elif not search.advance(rows):
            raise _contradiction(context, listing, position, "all rows that were returned last have vanished")
    raise _contradiction(context, listing, position, "the list changes faster than it can be read")


def first_request(position: Position) -> PageRequest:
    """Return the request that `fetch_page` makes first; at the end of a list it makes none."""
    if position.total is None:
        return PageRequest(position.offset, position.limit)
    search = _Search(position)
    return PageRequest(search.first, search.size)


def page_read_ahead(position: Position, request: PageRequest, rows: RowList[R]) -> OffsetPage[R] | None:
    """Return a page made of rows that were requested before it was known that the page begins there.

    Rows that are older than a response seen since cannot be checked as `fetch_page` does it: they may have
    had a smaller index than they have now. But if they include the last row returned, the rows behind that
    one are those that follow, whenever they were read: rows are only ever added in front.

    Returns:
        The page; None if it does not join, or seems to contradict itself, and has to be requested again.
    """
    joined = _join(rows, position, request.first)
    if joined is None or position.total is None or (not rows.items and rows.has_more):
        return None
    growth = rows.total - position.total
    page = _page(position, request.first, rows, skip=joined, growth=growth)
    return page if page is not None and (page.items or page.ended) else None


class _Search:
    """The search for the last row returned, one page after the other.

    Attributes:
        first: The index of the first row to request.
        size: How many rows to request.
        growth: How many rows the list grew by between the last two responses.
        going_down: Whether it goes from the earliest possible index, page by page, to the end.
    """

    def __init__(self, position: Position) -> None:
        self._position = position
        self._total = position.total or 0
        self.going_down = False
        self._steady = True  # nothing has moved since that began
        self.growth = 0
        # One row more than a page, if the service allows it, so that the overlap costs the caller nothing.
        self.size = max(2, min(position.limit + 1, max(position.limit, MOST_ROWS)))
        self.first = self._aim(position.growth)

    def record_total(self, total: int) -> None:
        """Record how many rows there are now."""
        self.growth, self._total = total - self._total, total
        self._steady = self._steady and self.growth == 0

    def advance(self, rows: RowList[R]) -> bool:
        """Move on from a page without the row; return False if all pages that could have it were read."""
        first, earliest, end = self.first, self._earliest(), self.first + len(rows.items)
        self.size = max(self.size, MOST_ROWS)
        if not self.going_down:
            if not first <= earliest < end:
                # So many rows have come or gone that the page missed it.
                self.first = self._aim(self.growth)
                return self.first != first or self.growth != 0
            self._steady = True
        self.going_down = bool(rows.items) and (end < self._total or rows.has_more)
        self.first = end if self.going_down else earliest
        return self.going_down or not self._steady

    def _earliest(self) -> int:
        return max(0, self._position.offset - 1 + self._total - (self._position.total or 0))

    def _aim(self, growth: int) -> int:
        """Return the first index for a page that has the row even if the list grows so much again."""
        return self._earliest() + max(0, growth - self.size // 4)


def _check_empty(context: CallContext, listing: Listing[R], requested: Position, rows: RowList[R]) -> None:
    if rows.has_more and not rows.items:
        raise _contradiction(context, listing, requested, "an empty page says that more rows follow")


def _join(rows: RowList[R], position: Position, first: int, *, is_behind: bool = False) -> int | None:
    """Return the index of the row behind the last one returned; None if the page has none of those.

    Args:
        rows: The page.
        position: The position of the row behind.
        first: The index of the page's first row in the list.
        is_behind: Whether all rows in front of the page that could be the last one were read, in vain.
    """
    expected = position.offset - 1 + rows.total - (position.total or 0) - first
    if is_behind or first == 0:
        expected = max(0, expected)  # it is not in front of the page: rows behind it were deleted
    if expected >= len(rows.items):
        return None  # nor is it before that index: all of these are in front of it
    return index_behind(row_keys(rows.items), position.given, expected=expected)


def _page(
    position: Position, offset: int, rows: RowList[R], *, skip: int = 0, growth: int = 0
) -> OffsetPage[R] | None:
    """Return a page taken from rows that begin at `offset`; None if they end before their own total."""
    items = list(rows.items[skip : skip + position.limit])
    first = offset + skip
    ended = not rows.has_more and first + len(items) >= rows.total
    if not (ended or items or rows.has_more):
        return None
    return OffsetPage(items, rows, skip, first, position, ended, max(0, growth))


def _checked_page(
    context: CallContext,
    listing: Listing[R],
    position: Position,
    offset: int,
    rows: RowList[R],
    *,
    skip: int = 0,
    growth: int = 0,
) -> OffsetPage[R]:
    page = _page(position, offset, rows, skip=skip, growth=growth)
    if page is None:
        message = f"the list ended after {offset + skip} of {rows.total} rows"
        raise _contradiction(context, listing, position, message)
    return page


def _contradiction(
    context: CallContext, listing: Listing[R], position: Position, message: str
) -> ResponseValidationError:
    operation = listing.page_operation(position.limit, position.offset)
    return ResponseValidationError(message, request=request_record(context, operation))
