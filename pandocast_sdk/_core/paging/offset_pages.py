"""What offset pages are made of: lists, places in them, and the pages themselves."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, Never, Protocol, TypeVar

from attrs import evolve, field, frozen

from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk._core.requests.validation import at_least

MOST_ROWS = 100  # a page of the published API; one row more would be refused
REMEMBERED = 100  # rows given out whose names are kept, to find the place again
LONGEST_NAME = 64  # characters; of a longer name, its digest is kept


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
    def size(self) -> int:
        """How many rows it has."""
        return min(len(self.answer.items) - self.skip, self.at.limit)

    @property
    def position(self) -> Position | None:
        """Where the next page begins; None at the end."""
        # Told when it is asked for, which not everybody does, and by the answer: `items` is the caller's.
        return None if self.ended else self.place(self.size)

    def after(self, count: int) -> Position:
        """Say where to go on when `count` of the items have been given out."""
        if count >= self.size:
            return self.position or evolve(self.place(count), ended=True)
        return self.place(count) if count else self.at

    def place(self, count: int) -> Position:
        """Give the place of an item as this page has it; `after` knows what is special at its ends."""
        rows = self.answer.items[self.skip : self.skip + count]
        given = (*self.at.given, *short_names(rows))[-REMEMBERED:]
        return Position(self.first + count, self.at.limit, self.answer.total, self.growth, given)


class NoRows(NamedTuple):
    """What a server would answer behind the end of a list."""

    total: int
    items: Sequence[Never] = ()
    has_more: bool = False


def first_position(*, limit: int | None, offset: int | None) -> Position:
    """Say where to begin to read a list, of whose pages nothing is known.

    Raises:
        ValueError: A number is below its bound.
    """
    size = MOST_ROWS if limit is None else at_least("limit", limit, 1)
    return Position(0 if offset is None else at_least("offset", offset, 0), size)


class PageRequest(NamedTuple):
    """Which rows to ask for: `size` of them, from place `first` on."""

    first: int
    size: int


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
