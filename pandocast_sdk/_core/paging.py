"""Offset pages that stay whole while rows are added.

The reference promises creation order, newest first, so a row added between two pages pushes everything one
place down, and every answer carries `total`, which tells how far. A pager therefore remembers where the next
row stood and how many rows there were then. It asks for one row too many, the last one it gave out, and goes
on behind it. A row that vanishes behind that place makes `total` tell too little, one before it does not: so
the place is never before where it is looked for, and a pager that does not find it looks further down. So
every row that existed at the start comes once, in constant memory.
"""

import hashlib
from collections.abc import Callable, Sequence
from math import inf
from typing import Generic, NamedTuple, Never, Protocol, TypeVar

from attrs import evolve, field, frozen

from pandocast_sdk._core.bounds import at_least
from pandocast_sdk._core.operation import Operation
from pandocast_sdk._core.plan import Terms, call
from pandocast_sdk._core.steps import Life
from pandocast_sdk.errors import RequestRecord, ResponseValidationError

MOST_ROWS = 100  # a page of the published API; one row more would be refused
REMEMBERED = 100  # rows given out whose names are kept, to find the place again
LONGEST_NAME = 64  # characters; of a longer name, its digest is kept
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
        given: The names of the last rows given out, as `short_name` gives them.
        ended: Whether no row follows, so that there is nothing left to ask for.
    """

    offset: int
    limit: int
    total: int | None = None
    growth: int = 0
    given: tuple[str, ...] = field(default=(), repr=False)
    ended: bool = False


class OffsetPage(NamedTuple, Generic[R]):
    """One page of rows, without those that earlier pages held, and where the next begins.

    Attributes:
        items: The rows.
        answer: What they were cut out of.
        skip: How many rows of the answer, given out before, stand before them.
        first: The place of the first of them in the list.
        at: Where this page was asked for.
        ended: Whether no row follows.
        growth: How many rows were added just before it was read.
    """

    items: list[R]
    answer: RowList[R]
    skip: int
    first: int
    at: Position
    ended: bool
    growth: int = 0

    @property
    def position(self) -> Position | None:
        """Where the next page begins; None at the end."""
        # Told when it is asked for, which not everybody does, and by the answer: `items` is the caller's.
        return None if self.ended else self.place(self._count)

    def after(self, count: int) -> Position:
        """Say where to go on when `count` of the items have been given out."""
        if count >= self._count:
            return self.position or evolve(self.place(count), ended=True)
        return self.place(count) if count else self.at

    def place(self, count: int) -> Position:
        """Give the place of an item as this page has it; `after` knows what is special at its ends."""
        rows = self.answer.items[self.skip : self.skip + count]
        given = (*self.at.given, *short_names(rows))[-REMEMBERED:]
        return Position(self.first + count, self.at.limit, self.answer.total, self.growth, given)

    @property
    def _count(self) -> int:
        return min(len(self.answer.items) - self.skip, self.at.limit)


class _NoRows(NamedTuple):
    """What a server would answer behind the end of a list."""

    total: int
    items: Sequence[Never] = ()
    has_more: bool = False


def beginning(*, limit: int | None, offset: int | None) -> Position:
    """Say where to begin to read a list, of whose pages nothing is known.

    Raises:
        ValueError: A number is below its bound.
    """
    return Position(at_least("offset", offset, 0) or 0, at_least("limit", limit, 1) or MOST_ROWS)


class PageRequest(NamedTuple):
    """Which rows to ask for: `size` of them, from place `first` on."""

    first: int
    size: int


class _Seen(NamedTuple, Generic[R]):
    """An answer and the place of its first row."""

    first: int
    page: RowList[R]


def short_name(name: str) -> str:
    """Give what is remembered of a row's name: itself, unless it is long."""
    if len(name) <= LONGEST_NAME:
        return name
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def short_names(rows: Sequence[Row]) -> list[str]:
    """Give what is remembered of the names of rows; see `short_name`."""
    names = [row.id for row in rows]
    if max(map(len, names), default=0) <= LONGEST_NAME:  # as ever: so it costs little on every page
        return names
    return [short_name(name) for name in names]


def fetch_page(
    terms: Terms, listing: Listing[R], position: Position, *, expires: float = inf
) -> Life[OffsetPage[R]]:
    """Fetch the page that begins at a position.

    Raises:
        ResponseValidationError: The list contradicts itself, so that going on could leave rows out.
        PandocastError: What the calls raise; the position is still good, and can be tried again.
    """
    if position.ended:
        return OffsetPage([], _NoRows(position.total or 0), 0, position.offset, position, ended=True)
    if position.total is None:
        answer = yield from call(terms, listing.page(position.limit, position.offset), expires=expires)
        seen = _seen(terms, listing, PageRequest(position.offset, position.limit), answer)
        return _sound(terms, listing, position, seen, skip=0)
    search = _Search(position)
    for _ in range(_TRIES):
        answer = yield from call(terms, listing.page(search.size, search.first), expires=expires)
        seen = _seen(terms, listing, PageRequest(search.first, search.size), answer)
        search.note(seen.page.total)
        joined = _join(seen, position.given)
        if joined is not None:
            page = _sound(terms, listing, position, seen, skip=joined, growth=search.growth)
            if page.items or page.ended:
                return page
            if len(seen.page.items) == 1:
                raise _contradiction(terms, listing, position, "no row follows where the answer says so")
            position = page.place(0)
            search = _Search(position)
        elif seen.page.total == 0 and not seen.page.items:
            return OffsetPage([], seen.page, 0, 0, position, ended=True)
        elif not search.goes_on(seen):
            raise _contradiction(terms, listing, position, "every row given out last has vanished")
    raise _contradiction(terms, listing, position, "the list changes faster than it can be read")


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
    joined = _join(_Seen(request.first, rows), position.given)
    if joined is None or position.total is None or (not rows.items and rows.has_more):
        return None
    growth = rows.total - position.total
    page = _page(position, _Seen(request.first, rows), skip=joined, growth=growth)
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


def _seen(terms: Terms, listing: Listing[R], asked: PageRequest, answer: RowList[R]) -> _Seen[R]:
    if not answer.items and answer.has_more:
        raise _contradiction(terms, listing, Position(*asked), "an empty page says that more rows follow")
    return _Seen(asked.first, answer)


def _join(seen: _Seen[R], given: Sequence[str]) -> int | None:
    """Find the row behind the last one that was given out; None where the page holds none of them."""
    known = set(given)
    places = [place for place, name in enumerate(short_names(seen.page.items)) if name in known]
    return places[-1] + 1 if places else None


def _page(position: Position, seen: _Seen[R], *, skip: int, growth: int) -> OffsetPage[R] | None:
    """Cut a page out of an answer; None where the answer ends before its own total."""
    answer, first = seen.page, seen.first + skip
    items = list(answer.items[skip : skip + position.limit])
    ended = not answer.has_more and first + len(items) >= answer.total
    if not (ended or items or answer.has_more):
        return None
    return OffsetPage(items, answer, skip, first, position, ended, max(0, growth))


def _sound(
    terms: Terms, listing: Listing[R], position: Position, seen: _Seen[R], *, skip: int, growth: int = 0
) -> OffsetPage[R]:
    page = _page(position, seen, skip=skip, growth=growth)
    if page is None:
        ended = f"the list ended after {seen.first + skip} of {seen.page.total} rows"
        raise _contradiction(terms, listing, position, ended)
    return page


def _contradiction(
    terms: Terms, listing: Listing[R], position: Position, message: str
) -> ResponseValidationError:
    asked = listing.page(position.limit, position.offset)
    record = RequestRecord(asked.method, f"{terms.options.base_url}{asked.path}?{asked.query}", asked.name)
    return ResponseValidationError(message, request=record)
