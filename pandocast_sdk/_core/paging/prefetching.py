"""Which requests to make ahead, and which page their responses make.

A pager alone decides which rows come next. What was fetched ahead is a cache of responses to the requests
that it is about to make: if the list has moved meanwhile, a response does not join, is thrown away, and the
pager makes the request again. So prefetching changes when requests are made, and never which rows come.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from itertools import chain, count, islice, takewhile
from typing import Generic, TypeVar

from attrs import evolve

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.paging.cursor_paging import (
    CursorListing,
    CursorPosition,
    CursorSlice,
    fetch_cursor_page,
)
from pandocast_sdk._core.paging.offset_pages import Listing, OffsetPage, PageRequest, Position, RowList
from pandocast_sdk._core.paging.offset_paging import fetch_page, first_request, page_read_ahead
from pandocast_sdk._core.paging.row_keys import Row
from pandocast_sdk._core.protocol import Plan
from pandocast_sdk._core.requests.validation import in_range

MOST_AHEAD = 32  # pages; more would only fill the memory, and the queue for the rate limit
_LONGEST_REST = 63  # pages

R = TypeVar("R", bound=Row)
T = TypeVar("T")
PositionT = TypeVar("PositionT")
RequestT = TypeVar("RequestT")
ResponseT = TypeVar("ResponseT")
PageT = TypeVar("PageT")


def pages_ahead(prefetch: int) -> int:
    """Return how many pages to fetch ahead.

    Raises:
        ValueError: It is not a whole number from 0 to 32.
    """
    return in_range("prefetch", prefetch, 0, MOST_AHEAD)


class PrefetchStrategy(ABC, Generic[PositionT, RequestT, ResponseT, PageT]):
    """How one kind of list is fetched ahead; each iterator has one of its own, which adapts as it goes."""

    @abstractmethod
    def key(self, position: PositionT) -> RequestT:
        """Return the request that the page at a position begins with."""

    @abstractmethod
    def requests_ahead(
        self, position: PositionT, responses: Mapping[RequestT, ResponseT], more: int
    ) -> list[RequestT]:
        """Return the requests to be made by now, in order, the one for the position first.

        Args:
            position: Where the next page begins.
            responses: The responses so far.
            more: How many pages are needed besides those that are fetched ahead.
        """

    @abstractmethod
    def fetch_ahead(self, context: CallContext, key: RequestT) -> Plan[ResponseT]:
        """Make one request."""

    @abstractmethod
    def page_from(self, position: PositionT, key: RequestT, response: ResponseT) -> PageT | None:
        """Return the page at a position, made from a response; None if that does not join."""

    @abstractmethod
    def fetch(self, context: CallContext, position: PositionT) -> Plan[PageT]:
        """Fetch the page at a position, as if nothing had been fetched ahead."""

    @abstractmethod
    def record_miss(self) -> None:
        """Record that a response did not join, or that requests were made where no page begins any more."""

    @abstractmethod
    def record_page(self, position: PositionT, page: PageT) -> PositionT | None:
        """Record the page at a position, and return where the next one begins; None at the end."""


class OffsetPrefetch(PrefetchStrategy[Position, PageRequest, RowList[R], OffsetPage[R]]):
    """Fetches offset pages ahead, all at once: while the list does not change, their offsets are known.

    If a response does not join, the list moves: then one page is fetched ahead, and twice as many after each
    that joins. If that happens again, some pages pass before the next attempt, each time twice as many: a
    list that keeps moving must not cost many requests for nothing.
    """

    def __init__(self, listing: Listing[R], most: int) -> None:
        self._listing = listing
        self._most = self._depth = most
        self._rest = 0  # pages that pass after the next miss; while they do, the depth is below zero
        self._short: int | None = None

    def key(self, position: Position) -> PageRequest:
        # A request that is made now will not show what the list grows by from now on.
        return first_request(evolve(position, growth=0))

    def requests_ahead(
        self,
        position: Position,
        responses: Mapping[PageRequest, RowList[R]],  # noqa: ARG002 - the offsets do not depend on them
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
        following = takewhile(lambda offset: offset + 1 < total, count(first + stride, stride))
        offsets = islice(chain((first,), following), max(0, self._depth) + more)
        return [PageRequest(offset, size) for offset in offsets]

    def fetch_ahead(self, context: CallContext, key: PageRequest) -> Plan[RowList[R]]:
        return call(context, self._listing.page_operation(key.size, key.first))

    def page_from(self, position: Position, key: PageRequest, response: RowList[R]) -> OffsetPage[R] | None:
        page = page_read_ahead(position, key, response)
        if page is not None:
            self._rest //= 2
        return page

    def fetch(self, context: CallContext, position: Position) -> Plan[OffsetPage[R]]:
        return fetch_page(context, self._listing, position)

    def record_miss(self) -> None:
        self._depth, self._rest = -self._rest, min(2 * self._rest + 1, _LONGEST_REST)

    def record_page(self, position: Position, page: OffsetPage[R]) -> Position | None:
        self._depth = min(self._most, max(self._depth + 1, 2 * self._depth))
        # A service may return fewer rows than the limit.
        read = len(page.rows.items)
        self._short = read if read < first_request(position).size else None
        return page.position


class CursorPrefetch(PrefetchStrategy[CursorPosition, CursorPosition, CursorSlice[T], CursorSlice[T]]):
    """Fetches cursor pages ahead, one after the other: only a page has the cursor of the next."""

    def __init__(self, listing: CursorListing[T], most: int) -> None:
        self._listing = listing
        self._most = most

    def key(self, position: CursorPosition) -> CursorPosition:
        return position

    def requests_ahead(
        self, position: CursorPosition, responses: Mapping[CursorPosition, CursorSlice[T]], more: int
    ) -> list[CursorPosition]:
        links: list[CursorPosition] = []
        following: CursorPosition | None = position
        while following is not None and not following.ended and len(links) < self._most + more:
            links.append(following)
            response = responses.get(following)
            following = None if response is None else response.position
        return links

    def fetch_ahead(self, context: CallContext, key: CursorPosition) -> Plan[CursorSlice[T]]:
        return fetch_cursor_page(context, self._listing, key)

    def page_from(
        self,
        position: CursorPosition,  # noqa: ARG002 - the response is the page, and always joins
        key: CursorPosition,  # noqa: ARG002
        response: CursorSlice[T],
    ) -> CursorSlice[T] | None:
        return response

    def fetch(self, context: CallContext, position: CursorPosition) -> Plan[CursorSlice[T]]:
        return fetch_cursor_page(context, self._listing, position)

    def record_miss(self) -> None:
        """Do nothing: a cursor always leads on."""

    def record_page(
        self,
        position: CursorPosition,  # noqa: ARG002 - as above
        page: CursorSlice[T],
    ) -> CursorPosition | None:
        return page.position
