"""Offset pages that stay whole while rows are added.

The reference promises creation order, newest first, so a row added between two pages pushes everything one
place down, and every answer carries `total`, which tells how far. A pager therefore remembers where the next
row stood and how many rows there were then. It asks for one row too many, the last one it gave out, and goes
on behind it. A row that vanishes behind that place makes `total` tell too little, one before it does not: so
the place is never before where it is looked for, and a pager that does not find it looks further down. So
every row that existed at the start comes once, in constant memory.
"""

from collections.abc import Sequence
from math import inf

from pandocast_sdk._core.call.plan import CallContext, call, request_record
from pandocast_sdk._core.paging.offset_pages import (
    MOST_ROWS,
    Listing,
    NoRows,
    OffsetPage,
    PageRequest,
    Position,
    R,
    RowList,
    short_names,
)
from pandocast_sdk._core.protocol import Plan
from pandocast_sdk.errors import ResponseValidationError

_TRIES = 30  # requests for one page before the list is said to move too fast


def fetch_page(
    context: CallContext, listing: Listing[R], position: Position, *, expires: float = inf
) -> Plan[OffsetPage[R]]:
    """Fetch the page that begins at a position.

    Raises:
        ResponseValidationError: The list contradicts itself, so that going on could leave rows out.
        PandocastError: What the calls raise; the position is still good, and can be tried again.
    """
    if position.ended:
        return OffsetPage([], NoRows(position.total or 0), 0, position.offset, position, ended=True)
    if position.total is None:
        answer = yield from call(context, listing.page(position.limit, position.offset), expires=expires)
        page = _page(position, position.offset, answer)
        if page is not None and page.items:
            return page
        _check_empty(context, listing, position, answer)
        return _sound(context, listing, position, position.offset, answer)
    return (yield from _search_page(context, listing, position, expires))


def _search_page(
    context: CallContext, listing: Listing[R], position: Position, expires: float
) -> Plan[OffsetPage[R]]:
    search = _Search(position)
    for _ in range(_TRIES):
        answer = yield from call(context, listing.page(search.size, search.first), expires=expires)
        _check_empty(context, listing, Position(search.first, search.size), answer)
        search.note(answer.total)
        joined = _join(answer, position.given)
        if joined is not None:
            page = _sound(context, listing, position, search.first, answer, skip=joined, growth=search.growth)
            if page.items or page.ended:
                return page
            if len(answer.items) == 1:
                raise _contradiction(context, listing, position, "no row follows where the answer says so")
            position = page.place(0)
            search = _Search(position)
        elif answer.total == 0 and not answer.items:
            return OffsetPage([], answer, 0, 0, position, ended=True)
        elif not search.goes_on(answer):
            raise _contradiction(context, listing, position, "every row given out last has vanished")
    raise _contradiction(context, listing, position, "the list changes faster than it can be read")


def first_request(position: Position) -> PageRequest:
    """Say what `fetch_page` asks for first; a position at the end has nothing to ask for."""
    if position.total is None:
        return PageRequest(position.offset, position.limit)
    search = _Search(position)
    return PageRequest(search.first, search.size)


def page_read_ahead(position: Position, request: PageRequest, rows: RowList[R]) -> OffsetPage[R] | None:
    """Make a page of rows that were asked for before it was known that the page begins there.

    What is older than an answer seen since cannot be judged as `fetch_page` judges: rows may stand further up
    in it than they do now. But where it holds the last row given out, the rows behind that one are those that
    follow, whenever it was read: rows are only ever added in front.

    Returns:
        The page; None where it does not join, or seems to contradict itself, and has to be asked for anew.
    """
    joined = _join(rows, position.given)
    if joined is None or position.total is None or (not rows.items and rows.has_more):
        return None
    growth = rows.total - position.total
    page = _page(position, request.first, rows, skip=joined, growth=growth)
    return page if page is not None and (page.items or page.ended) else None


class _Search:
    """Where to look for the last row given out, one page after the other.

    Attributes:
        first: The first row to ask for.
        size: How many rows to ask for.
        growth: How many rows the list grew by between the last two answers.
    """

    def __init__(self, position: Position) -> None:
        self._position = position
        self._total = position.total or 0
        self._going_down = False  # from where it can be at the earliest, page by page to the end
        self._steady = True  # nothing has moved since that was begun
        self.growth = 0
        # One row more than a page, where the service allows it, so that the overlap costs the caller nothing.
        self.size = max(2, min(position.limit + 1, max(position.limit, MOST_ROWS)))
        self.first = self._aim(position.growth)

    def note(self, total: int) -> None:
        """Take up how many rows there are now."""
        self.growth, self._total = total - self._total, total
        self._steady = self._steady and self.growth == 0

    def goes_on(self, answer: RowList[R]) -> bool:
        """Choose the next page after one without the row; False when all that could have it were seen."""
        first, earliest, end = self.first, self._earliest(), self.first + len(answer.items)
        self.size = max(self.size, MOST_ROWS)
        if not self._going_down:
            if not first <= earliest < end:
                # So much has come or gone that the page was beside it.
                self.first = self._aim(self.growth)
                return self.first != first or self.growth != 0
            self._steady = True
        self._going_down = bool(answer.items) and (end < self._total or answer.has_more)
        self.first = end if self._going_down else earliest
        return self._going_down or not self._steady

    def _earliest(self) -> int:
        return max(0, self._position.offset - 1 + self._total - (self._position.total or 0))

    def _aim(self, growth: int) -> int:
        """Choose the first row so that the one looked for is on the page if the list grows so much again."""
        return self._earliest() + max(0, growth - self.size // 4)


def _check_empty(context: CallContext, listing: Listing[R], asked: Position, answer: RowList[R]) -> None:
    if answer.has_more and not answer.items:
        raise _contradiction(context, listing, asked, "an empty page says that more rows follow")


def _join(answer: RowList[R], given: Sequence[str]) -> int | None:
    """Find the row behind the last one that was given out; None where the page holds none of them."""
    known = set(given)
    places = [place for place, name in enumerate(short_names(answer.items)) if name in known]
    return places[-1] + 1 if places else None


def _page(
    position: Position, asked: int, answer: RowList[R], *, skip: int = 0, growth: int = 0
) -> OffsetPage[R] | None:
    """Cut a page out of an answer, whose first row is `asked`; None where it ends before its own total."""
    items = list(answer.items[skip : skip + position.limit])
    first = asked + skip
    ended = not answer.has_more and first + len(items) >= answer.total
    if not (ended or items or answer.has_more):
        return None
    return OffsetPage(items, answer, skip, first, position, ended, max(0, growth))


def _sound(
    context: CallContext,
    listing: Listing[R],
    position: Position,
    asked: int,
    answer: RowList[R],
    *,
    skip: int = 0,
    growth: int = 0,
) -> OffsetPage[R]:
    page = _page(position, asked, answer, skip=skip, growth=growth)
    if page is None:
        ended = f"the list ended after {asked + skip} of {answer.total} rows"
        raise _contradiction(context, listing, position, ended)
    return page


def _contradiction(
    context: CallContext, listing: Listing[R], position: Position, message: str
) -> ResponseValidationError:
    operation = listing.page(position.limit, position.offset)
    return ResponseValidationError(message, request=request_record(context, operation))
