"""What to ask for before it is wanted, and what such an answer is good for.

A pager decides alone which rows come next. What was asked for ahead is a store of answers to the requests
that it is about to make: where the list has moved meanwhile, an answer does not join, is thrown away, and the
pager asks anew. So reading ahead changes when requests are made, and never which rows are given out.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from itertools import chain, count, islice, takewhile
from typing import Generic, TypeVar

from attrs import evolve

from pandocast_sdk._core.call.plan import CallContext, call
from pandocast_sdk._core.paging.cursor_paging import (
    CursorListing,
    CursorPosition,
    CursorSlice,
    fetch_cursor_page,
)
from pandocast_sdk._core.paging.offset_pages import Listing, OffsetPage, PageRequest, Position, Row, RowList
from pandocast_sdk._core.paging.offset_paging import fetch_page, first_request, page_read_ahead
from pandocast_sdk._core.protocol import Plan
from pandocast_sdk._core.requests.validation import within

MOST_AHEAD = 32  # pages; more would only fill the memory, and the line for the rate limit
_LONGEST_REST = 63  # pages

R = TypeVar("R", bound=Row)
T = TypeVar("T")
Pos = TypeVar("Pos")
Key = TypeVar("Key")
Ans = TypeVar("Ans")
Pg = TypeVar("Pg")


def pages_ahead(prefetch: int) -> int:
    """Check how many pages to fetch ahead.

    Raises:
        ValueError: It is not a whole number from 0 to 32.
    """
    return within("prefetch", prefetch, 0, MOST_AHEAD)


class PrefetchStrategy(ABC, Generic[Pos, Key, Ans, Pg]):
    """How one kind of list is read ahead; each iterator has one of its own, which learns as it goes.

    A key stands for a request that is made ahead, an answer for what it gave.
    """

    @abstractmethod
    def key(self, position: Pos) -> Key:
        """Give the request that the page at a position begins with."""

    @abstractmethod
    def wanted(self, position: Pos, answers: Mapping[Key, Ans], more: int) -> list[Key]:
        """Say what to have asked for, in order, the request for a position first.

        Args:
            position: Where the next page begins.
            answers: What has been answered.
            more: How many pages are wanted besides those that are read ahead.
        """

    @abstractmethod
    def ask(self, context: CallContext, key: Key) -> Plan[Ans]:
        """Make one request."""

    @abstractmethod
    def take(self, position: Pos, key: Key, answer: Ans) -> Pg | None:
        """Make the page at a position of an answer; None where it does not join."""

    @abstractmethod
    def fetch(self, context: CallContext, position: Pos) -> Plan[Pg]:
        """Fetch the page at a position, as if nothing had been asked for."""

    @abstractmethod
    def missed(self) -> None:
        """Learn that an answer did not join, or that requests were made where no page begins any more."""

    @abstractmethod
    def note(self, position: Pos, page: Pg) -> Pos | None:
        """Learn from the page at a position, and say where the next one begins; None at the end."""


class OffsetPrefetch(PrefetchStrategy[Position, PageRequest, RowList[R], OffsetPage[R]]):
    """Reads offset pages ahead, all at once: while the list stands still, their places are known.

    Where an answer does not join, the list moves; then one page is read ahead, and twice as many after each
    that does join. Where that happens again, some pages pass before the next try, each time twice as many: a
    list that never stands still must not cost many requests for nothing.
    """

    def __init__(self, listing: Listing[R], most: int) -> None:
        self._listing = listing
        self._most = self._depth = most
        self._rest = 0  # pages that pass after the next miss; while they do, the depth is below zero
        self._short: int | None = None

    def key(self, position: Position) -> PageRequest:
        # What the list grows by from now on, a request that is made now will not show.
        return first_request(evolve(position, growth=0))

    def wanted(
        self,
        position: Position,
        answers: Mapping[PageRequest, RowList[R]],  # noqa: ARG002 - the places do not depend on them
        more: int,
    ) -> list[PageRequest]:
        if position.ended:
            return []
        first, size = self.key(position)
        if position.total is None:
            return [PageRequest(first, size)]
        # A request begins with the last row of the one before.
        stride = max(1, min(size, self._short or size) - 1)
        total = position.total
        following = takewhile(lambda place: place + 1 < total, count(first + stride, stride))
        places = islice(chain((first,), following), max(0, self._depth) + more)
        return [PageRequest(place, size) for place in places]

    def ask(self, context: CallContext, key: PageRequest) -> Plan[RowList[R]]:
        return call(context, self._listing.page(key.size, key.first))

    def take(self, position: Position, key: PageRequest, answer: RowList[R]) -> OffsetPage[R] | None:
        page = page_read_ahead(position, key, answer)
        if page is not None:
            self._rest //= 2
        return page

    def fetch(self, context: CallContext, position: Position) -> Plan[OffsetPage[R]]:
        return fetch_page(context, self._listing, position)

    def missed(self) -> None:
        self._depth, self._rest = -self._rest, min(2 * self._rest + 1, _LONGEST_REST)

    def note(self, position: Position, page: OffsetPage[R]) -> Position | None:
        self._depth = min(self._most, max(self._depth + 1, 2 * self._depth))
        # A service may give fewer rows than it is asked for.
        read = len(page.answer.items)
        self._short = read if read < first_request(position).size else None
        return page.position


class CursorPrefetch(PrefetchStrategy[CursorPosition, CursorPosition, CursorSlice[T], CursorSlice[T]]):
    """Reads cursor pages ahead, one after the other: only a page tells where the next one is."""

    def __init__(self, listing: CursorListing[T], most: int) -> None:
        self._listing = listing
        self._most = most

    def key(self, position: CursorPosition) -> CursorPosition:
        return position

    def wanted(
        self, position: CursorPosition, answers: Mapping[CursorPosition, CursorSlice[T]], more: int
    ) -> list[CursorPosition]:
        links: list[CursorPosition] = []
        following: CursorPosition | None = position
        while following is not None and not following.ended and len(links) < self._most + more:
            links.append(following)
            answer = answers.get(following)
            following = None if answer is None else answer.position
        return links

    def ask(self, context: CallContext, key: CursorPosition) -> Plan[CursorSlice[T]]:
        return fetch_cursor_page(context, self._listing, key)

    def take(
        self,
        position: CursorPosition,  # noqa: ARG002 - the answer is the page, and always joins
        key: CursorPosition,  # noqa: ARG002
        answer: CursorSlice[T],
    ) -> CursorSlice[T] | None:
        return answer

    def fetch(self, context: CallContext, position: CursorPosition) -> Plan[CursorSlice[T]]:
        return fetch_cursor_page(context, self._listing, position)

    def missed(self) -> None:
        """There is nothing to learn: a cursor always leads on."""

    def note(
        self,
        position: CursorPosition,  # noqa: ARG002 - as above
        page: CursorSlice[T],
    ) -> CursorPosition | None:
        return page.position
