"""Offset pages that stay whole while rows are added.

The reference promises creation order, newest first, so a row added between two pages pushes everything one
place down, and every answer carries `total`, which tells how far. A pager therefore remembers where the next
row stood and how many rows there were then. It asks for one row too many, the last one it gave out, and goes
on behind it: where that row is not where it should be, rows have vanished, and the pager steps back until a
row it has given out turns up. So every row that existed at the start comes once, in constant memory.
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

    @property
    def end(self) -> int:
        return self.first + len(self.page.items)


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
    # One row more than a page, where the service allows it, so that the overlap costs the caller nothing.
    size = max(2, min(position.limit + 1, max(position.limit, MOST_ROWS)))
    first, total, stepping_back = _aim(position.offset, position.growth, size), position.total, False
    for _ in range(_TRIES):
        seen = yield from _ask(terms, listing, first, size, expires)
        growth, total = seen.page.total - total, seen.page.total
        joined = _join(seen, position.given)
        if joined is not None:
            page = _page(terms, listing, position, seen, skip=joined, growth=growth)
            if page.items or page.position is None:
                return page
            position, stepping_back = page.position, False
            first = _aim(position.offset, growth, size)
            continue
        if total == 0:
            return OffsetPage([], 0, seen.page.has_more, None)
        wanted = position.offset + total - (position.total or 0)
        # The last row given out should be here and is not: rows have vanished, so look where it may be now.
        stepping_back = stepping_back or seen.first < wanted <= seen.end
        if stepping_back and seen.first == 0:
            raise _contradiction(terms, listing, position, "every row given out last has vanished")
        first = max(0, seen.first - size + 1) if stepping_back else _aim(wanted, growth, size)
    raise _contradiction(terms, listing, position, "the list changes faster than it can be read")


def _ask(terms: Terms, listing: Listing[R], first: int, size: int, expires: float) -> Life[_Seen[R]]:
    page = yield from call(terms, listing.page(size, first), expires=expires)
    if not page.items and page.has_more:
        raise _contradiction(
            terms, listing, Position(first, size), "an empty page says that more rows follow"
        )
    return _Seen(first, page)


def _aim(wanted: int, growth: int, size: int) -> int:
    """Choose the first row to ask for, so that the row before `wanted` is on the page after such growth."""
    margin = size // 4
    return max(0, wanted - 1 + max(0, growth - margin))


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
