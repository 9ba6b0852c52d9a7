"""Offset pages that stay whole while rows are added.

The reference promises creation order, newest first, so a row added between two pages pushes everything one
place down, and every answer carries `total`, which tells how far. A pager therefore remembers where the next
row stood and how many rows there were then. It asks for one row too many, the last one it gave out, and goes
on behind it. A row that vanishes behind that place makes `total` tell too little, one before it does not: so
the place is never before where it is looked for, and a pager that does not find it looks further down. So
every row that existed at the start comes once, in constant memory.
"""

from collections.abc import Callable, Sequence
from math import inf
from typing import Generic, NamedTuple, Protocol, TypeVar

from attrs import field, frozen

from pandocast_sdk._core.operation import Operation
from pandocast_sdk._core.plan import Terms, call
from pandocast_sdk._core.steps import Life
from pandocast_sdk.errors import RequestRecord, ResponseValidationError

MOST_ROWS = 100  # a page of the published API; one row more would be refused
_REMEMBERED = 100  # rows given out whose names are kept, to find the place again
_TRIES = 30  # requests for one page before the list is said to move too fast


class Row(Protocol):
    """A row of a list: it has a name of its own."""

    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=Row)
R_co = TypeVar("R_co", bound=Row, covariant=True)


class RowList(Protocol[R_co]):
    """One page as a service sends it."""

    @property
    def items(self) -> Sequence[R_co]: ...

    @property
    def total(self) -> int: ...

    @property
    def has_more(self) -> bool: ...


@frozen
class Listing(Generic[R]):
    """A list that can be read page by page: how to ask for rows `offset` to `offset + limit`."""

    page: Callable[[int, int], Operation[RowList[R]]]


@frozen
class Position:
    """Where in a list the next page begins; a plain value that can be stored.

    Attributes:
        offset: The next row's place, from 0.
        limit: Rows a page.
        total: How many rows there were when `offset` was true; None before the first page.
        growth: How many rows were added between the last two answers.
        given: The names of the last rows given out.
    """

    offset: int
    limit: int
    total: int | None = None
    growth: int = 0
    given: tuple[str, ...] = field(default=(), repr=False)


@frozen
class OffsetPage(Generic[R]):
    """One page of rows, without those that earlier pages held, and where the next begins.

    Attributes:
        items: The rows.
        total: How many rows there were on all pages when this one was read.
        has_more: What the server said of rows after this page.
        position: Where the next page begins; None at the end.
    """

    items: list[R]
    total: int
    has_more: bool
    position: Position | None


class _Seen(NamedTuple, Generic[R]):
    """An answer and the place of its first row."""

    first: int
    page: RowList[R]


def fetch_page(
    terms: Terms, listing: Listing[R], position: Position, *, expires: float = inf
) -> Life[OffsetPage[R]]:
    """Fetch the page that begins at a position.

    Raises:
        ResponseValidationError: The list contradicts itself, so that going on could leave rows out.
        PandocastError: What the calls raise; the position is still good, and can be tried again.
    """
    if position.total is None:
        seen = yield from _ask(terms, listing, position.offset, position.limit, expires)
        return _page(terms, listing, position, seen, skip=0)
    search = _Search(position)
    for _ in range(_TRIES):
        seen = yield from _ask(terms, listing, search.first, search.size, expires)
        search.note(seen.page.total)
        joined = _join(seen, position.given)
        if joined is not None:
            page = _page(terms, listing, position, seen, skip=joined, growth=search.growth)
            if page.items or page.position is None:
                return page
            if len(seen.page.items) == 1:
                raise _contradiction(terms, listing, position, "no row follows where the answer says so")
            position = page.position
            search = _Search(position)
        elif seen.page.total == 0 and not seen.page.items:
            return OffsetPage([], 0, seen.page.has_more, None)
        elif not search.goes_on(seen):
            raise _contradiction(terms, listing, position, "every row given out last has vanished")
    raise _contradiction(terms, listing, position, "the list changes faster than it can be read")


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

    def goes_on(self, seen: _Seen[R]) -> bool:
        """Choose the next page after one without the row; False when all that could have it were seen."""
        earliest, end = self._earliest(), seen.first + len(seen.page.items)
        self.size = max(self.size, MOST_ROWS)
        if not self._going_down:
            if not seen.first <= earliest < end:
                # So much has come or gone that the page was beside it.
                self.first = self._aim(self.growth)
                return self.first != seen.first or self.growth != 0
            self._steady = True
        self._going_down = bool(seen.page.items) and (end < self._total or seen.page.has_more)
        self.first = end if self._going_down else earliest
        return self._going_down or not self._steady

    def _earliest(self) -> int:
        return max(0, self._position.offset - 1 + self._total - (self._position.total or 0))

    def _aim(self, growth: int) -> int:
        """Choose the first row so that the one looked for is on the page if the list grows so much again."""
        return self._earliest() + max(0, growth - self.size // 4)


def _ask(terms: Terms, listing: Listing[R], first: int, size: int, expires: float) -> Life[_Seen[R]]:
    page = yield from call(terms, listing.page(size, first), expires=expires)
    if not page.items and page.has_more:
        raise _contradiction(
            terms, listing, Position(first, size), "an empty page says that more rows follow"
        )
    return _Seen(first, page)


def _join(seen: _Seen[R], given: Sequence[str]) -> int | None:
    """Find the row behind the last one that was given out; None where the page holds none of them."""
    known = set(given)
    places = [place for place, row in enumerate(seen.page.items) if row.id in known]
    return places[-1] + 1 if places else None


def _page(
    terms: Terms, listing: Listing[R], position: Position, seen: _Seen[R], *, skip: int, growth: int = 0
) -> OffsetPage[R]:
    items = list(seen.page.items[skip : skip + position.limit])
    offset = seen.first + skip + len(items)
    total, has_more = seen.page.total, seen.page.has_more
    if offset >= total and not has_more:
        return OffsetPage(items, total, has_more, None)
    if not has_more and not items:
        raise _contradiction(terms, listing, position, f"the list ended after {offset} of {total} rows")
    given = (*position.given, *(row.id for row in items))[-_REMEMBERED:]
    return OffsetPage(items, total, has_more, Position(offset, position.limit, total, max(0, growth), given))


def _contradiction(
    terms: Terms, listing: Listing[R], position: Position, message: str
) -> ResponseValidationError:
    asked = listing.page(position.limit, position.offset)
    record = RequestRecord(asked.method, f"{terms.options.base_url}{asked.path}?{asked.query}", asked.name)
    return ResponseValidationError(message, request=record)
