"""Offset pages as users of the async clients meet them; the blocking twin is `sync_pages`."""

from collections.abc import Generator
from typing import Generic, TypeVar

from pandocast_sdk._core.paging import Listing, OffsetPage, Position, Row, fetch_page
from pandocast_sdk._drivers.async_iteration import AsyncItemIterator, AsyncPageIterator
from pandocast_sdk._drivers.async_session import AsyncSession

R = TypeVar("R", bound=Row)


class AsyncPage(Generic[R]):
    """One page of a list; iterating it gives every item from this page to the end of the list, lazily.

    Attributes:
        items: The items of this page.
        total: How many there were on all pages when this one was read.
        has_more: What the server said of items after this page.
    """

    def __init__(self, session: AsyncSession, listing: Listing[R], page: OffsetPage[R]) -> None:
        self._session = session
        self._listing = listing
        self._page = page
        self.items = page.items
        self.total = page.total
        self.has_more = page.has_more

    async def next_page(self) -> "AsyncPage[R] | None":
        """Fetch the page after this one; None at the end.

        Items that were added meanwhile have pushed others onto the next page; they are not given again.

        Raises:
            PandocastError: The page could not be fetched; calling again tries again.
            ResponseValidationError: The list contradicts itself, so that going on could leave items out.
        """
        if self._page.position is None:
            return None
        return await open_async_list(self._session, self._listing, self._page.position)

    def pages(self) -> "AsyncPageIterator[AsyncPage[R]]":
        """Iterate over this page and those after it."""
        return AsyncPageIterator(self._itself)

    async def _itself(self) -> "AsyncPage[R]":
        return self

    def __aiter__(self) -> AsyncItemIterator[R]:
        return AsyncItemIterator(self.pages())

    def __repr__(self) -> str:
        return f"<AsyncPage of {len(self.items)} items, {self.total} in all>"


class AsyncPages(Generic[R]):
    """A list that is not read yet: `await` it for its first page, or use it in `async for` for every item."""

    def __init__(self, session: AsyncSession, listing: Listing[R], position: Position) -> None:
        self._session = session
        self._listing = listing
        self._position = position

    async def first_page(self) -> AsyncPage[R]:
        """Fetch the first page."""
        page = await self._session.run(fetch_page, self._listing, self._position)
        return AsyncPage(self._session, self._listing, page)

    def pages(self) -> AsyncPageIterator[AsyncPage[R]]:
        """Iterate over the pages."""
        return AsyncPageIterator(self.first_page)

    def __await__(self) -> Generator[object, None, AsyncPage[R]]:
        return self.first_page().__await__()

    def __aiter__(self) -> AsyncItemIterator[R]:
        return AsyncItemIterator(self.pages())

    def __repr__(self) -> str:
        return f"<AsyncPages from item {self._position.offset}: await it, or iterate with async for>"


def open_async_list(session: AsyncSession, listing: Listing[R], position: Position) -> AsyncPages[R]:
    """Give the list from a position on; nothing is sent yet."""
    return AsyncPages(session, listing, position)
