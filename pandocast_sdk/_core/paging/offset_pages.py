"""What offset pages are made of: lists, positions in them, and the pages themselves."""

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, Never, Protocol, TypeVar

from attrs import evolve, field, frozen

from pandocast_sdk._core.paging.row_keys import Row, row_keys
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk._core.requests.validation import at_least

MOST_ROWS = 100  # a page of the published API; one row more would be refused
REMEMBERED = 100  # returned rows whose keys are kept, to find the next row again


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
    """A list that can be read page by page.

    Attributes:
        page_operation: Returns the operation for one page, from its limit and offset.
    """

    page_operation: Callable[[int, int], Operation[RowList[R]]]


@frozen
class Position:
    """Where in a list the next page begins; a plain value that can be stored.

    Attributes:
        offset: The index of the next row, from 0.
        limit: Rows a page.
        total: How many rows there were when `offset` was true; None before the first page.
        growth: How many rows were added between the last two responses.
        given: The keys of the last rows returned; see `row_key`.
        ended: Whether no row follows, so that there is nothing left to request.
    """

    offset: int
    limit: int
    total: int | None = None
    growth: int = 0
    given: tuple[str, ...] = field(default=(), repr=False)
    ended: bool = False


class OffsetPage(NamedTuple, Generic[R]):
    """One page of rows, without those of earlier pages, and where the next begins.

    Attributes:
        items: The rows.
        rows: The service's page that they were taken from.
        skip: How many rows of that page, returned before, come before them.
        first: The index of the first of them in the list.
        at: The position of this page.
        ended: Whether no row follows.
        growth: How many rows were added just before it was read.
    """

    items: list[R]
    rows: RowList[R]
    skip: int
    first: int
    at: Position
    ended: bool
    growth: int = 0

    @property
    def size(self) -> int:
        """How many rows it has."""
        return min(len(self.rows.items) - self.skip, self.at.limit)

    @property
    def position(self) -> Position | None:
        """Where the next page begins; None at the end."""
        # Computed when needed, which is not always, and from `rows`: `items` is the caller's.
        return None if self.ended else self.position_at(self.size)

    def position_after(self, count: int) -> Position:
        """Return where to go on when `count` of the items have been returned.

        Raises:
            ValueError: It is not a whole number, or is negative.
        """
        if at_least("count", count, 0) >= self.size:
            return self.position or evolve(self.position_at(count), ended=True)
        return self.position_at(count) if count else self.at

    def position_at(self, count: int) -> Position:
        """Return the position of an item of this page; `position_after` handles its two ends."""
        rows = self.rows.items[self.skip : self.skip + count]
        given = (*self.at.given, *row_keys(rows))[-REMEMBERED:]
        return Position(self.first + count, self.at.limit, self.rows.total, self.growth, given)


class NoRows(NamedTuple):
    """What a server would return behind the end of a list."""

    total: int
    items: Sequence[Never] = ()
    has_more: bool = False


def first_position(*, limit: int | None, offset: int | None) -> Position:
    """Return the position at which to begin reading a list.

    Raises:
        ValueError: A number is below its bound.
    """
    size = MOST_ROWS if limit is None else at_least("limit", limit, 1)
    return Position(0 if offset is None else at_least("offset", offset, 0), size)


class PageRequest(NamedTuple):
    """Which rows to request: `size` of them, from index `first` on."""

    first: int
    size: int
