"""The offset pages that users read and iterate from."""

from functools import partial
from typing import Generic, TypeVar

from pandocast_sdk._core.paging.offset_pages import Listing, OffsetPage, Position
from pandocast_sdk._core.paging.offset_paging import fetch_page
from pandocast_sdk._core.paging.positions import offset_text
from pandocast_sdk._core.paging.prefetching import OffsetPrefetch
from pandocast_sdk._core.paging.row_keys import Row
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk._drivers.async_iteration import AsyncItemIterator, AsyncPageIterator, AsyncPagesAhead
from pandocast_sdk._drivers.async_prefetching import AsyncPrefetcher
from pandocast_sdk._drivers.async_session import AsyncSession
from pandocast_sdk._drivers.page_values import PageValue

__all__ = ["AsyncPage"]

R = TypeVar("R", bound=Row)


class AsyncPage(PageValue, Generic[R]):
    """One page of a list; iterating it yields every item from this page to the end of the list, lazily.

    Attributes:
        total: How many items the list had when this page was read.
        has_more: Whether there were more items after this page, according to the server.
    """

    _instead_of_len = "`.items` has its items, `.total` counts those of the whole list"

    def __init__(
        self, session: AsyncSession, listing: Listing[R], page: OffsetPage[R], prefetch: int = 0
    ) -> None:
        self._session = session
        self._listing = listing
        self._page = page
        self._prefetch = prefetch
        self.total: int = page.rows.total
        self.has_more: bool = page.rows.has_more

    @property
    def items(self) -> list[R]:
        """The items of this page."""
        return self._page.items

    @property
    def position(self) -> str:
        """Where the next page begins, as a string to store; pass it as `position` to continue there later.

        A list that continues at the end is empty.
        """
        return self.position_after(self._page.size)

    def position_after(self, count: int) -> str:
        """Return where to continue after the first `count` items of this page; see `position`."""
        return offset_text(self._listing, self._page.position_after(count))

    async def next_page(self) -> "AsyncPage[R] | None":
        """Fetch the next page; None at the end.

        Items that new ones have pushed onto the next page are not returned again.

        Raises:
            PandocastError: The page could not be fetched; calling again tries again.
            ResponseValidationError: The list contradicts itself: continuing could skip items.
        """
        position = self._page.position
        if position is None:
            return None
        return await get_page(self._session, self._listing, position, self._prefetch)

    def pages(self) -> "AsyncPageIterator[AsyncPage[R]]":
        """Iterate over this page and those after it."""
        ahead = None
        if self._prefetch:
            ahead = prefetched_pages(self._session, self._listing, self._page.position, self._prefetch)
        return AsyncPageIterator(self._itself, partial(self.position_after, 0), ahead)

    async def _itself(self) -> "AsyncPage[R]":
        return self

    def _list_operation(self) -> Operation[object]:
        return self._listing.page_operation(1, 0)

    def __aiter__(self) -> AsyncItemIterator[R]:
        return AsyncItemIterator(self.pages())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self.items)} items, {self.total} in all>"


async def get_page(
    session: AsyncSession, listing: Listing[R], position: Position, prefetch: int
) -> AsyncPage[R]:
    """Fetch the page at a position.

    Args:
        session: Runs the plans.
        listing: The list.
        position: Where the page begins.
        prefetch: How many pages its iterators fetch ahead.
    """
    page = await session.run(fetch_page, listing, position)
    return AsyncPage(session, listing, page, prefetch)


def prefetched_pages(
    session: AsyncSession, listing: Listing[R], position: Position | None, prefetch: int
) -> AsyncPagesAhead[AsyncPage[R]]:
    """Return the pages from a position on, which are fetched ahead."""

    def page_of(page: OffsetPage[R]) -> AsyncPage[R]:
        return AsyncPage(session, listing, page, prefetch)

    return AsyncPrefetcher(session, OffsetPrefetch(listing, prefetch), position, page_of)
