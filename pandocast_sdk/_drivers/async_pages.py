"""Offset pages as users of the async clients meet them; the blocking twin is `sync_pages`."""

from collections.abc import Generator
from typing import Generic, TypeVar

from pandocast_sdk._core.paging.offset_pages import Listing, OffsetPage, PageRequest, Position, Row, RowList
from pandocast_sdk._core.paging.offset_paging import fetch_page
from pandocast_sdk._drivers.async_iteration import AsyncItemIterator, AsyncPageIterator
from pandocast_sdk._drivers.async_session import AsyncSession

__all__ = ["AsyncPage", "AsyncPages"]

R = TypeVar("R", bound=Row)


class AsyncPage(Generic[R]):
    """One page of a list; iterating it gives every item from this page to the end of the list, lazily.

    Attributes:
        total: How many there were on all pages when this one was read.
        has_more: What the server said of items after this page.
    """

    def __init__(
        self, session: AsyncSession, listing: Listing[R], page: OffsetPage[R], prefetch: int = 0
    ) -> None:
        self._session = session
        self._listing = listing
        self._page = page
        self._prefetch = prefetch
        self.total: int = page.answer.total
        self.has_more: bool = page.answer.has_more

    @property
    def items(self) -> list[R]:
        """The items of this page."""
        return self._page.items

    @property
    def position(self) -> str:
        """Where the next page begins, as text to store; `list(position=...)` goes on there.

        At the end of the list it says so, and the list that goes on there is empty.
        """
        return self.position_after(self._page.size)

    def position_after(self, count: int) -> str:
        """Say where to go on when `count` items of this page are dealt with; see `position`."""
        from pandocast_sdk._core.paging.positions import offset_text  # noqa: PLC0415 - a first call need not wait for it

        return offset_text(self._listing, self._page.after(count))

    async def next_page(self) -> "AsyncPage[R] | None":
        """Fetch the page after this one; None at the end.

        Items that were added meanwhile have pushed others onto the next page; they are not given again.

        Raises:
            PandocastError: The page could not be fetched; calling again tries again.
            ResponseValidationError: The list contradicts itself, so that going on could leave items out.
        """
        position = self._page.position
        if position is None:
            return None
        pages = AsyncPages(self._session, self._listing, position, self._prefetch)
        return await pages.first_page()

    def pages(self) -> "AsyncPageIterator[AsyncPage[R]]":
        """Iterate over this page and those after it."""
        start = self.position_after(0)
        if not self._prefetch:
            return AsyncPageIterator(self._itself, start)
        ahead = _AsyncPagesAhead(self._session, self._listing, self._page.position, self._prefetch)
        return AsyncPageIterator(self._itself, start, ahead)

    async def _itself(self) -> "AsyncPage[R]":
        return self

    def __aiter__(self) -> AsyncItemIterator[R]:
        return AsyncItemIterator(self.pages())

    def __repr__(self) -> str:
        return f"<AsyncPage of {len(self.items)} items, {self.total} in all>"


class _AsyncPagesAhead(Generic[R]):
    """The pages from a position on, fetched before they are wanted."""

    def __init__(
        self, session: AsyncSession, listing: Listing[R], position: Position | None, prefetch: int
    ) -> None:
        from pandocast_sdk._core.paging.prefetching import OffsetPrefetch  # noqa: PLC0415 - a first call need not wait for it
        from pandocast_sdk._drivers.async_prefetching import AsyncPrefetcher  # noqa: PLC0415 - likewise

        self._session = session
        self._listing = listing
        self._position = position
        self._prefetch = prefetch
        self._prefetcher: AsyncPrefetcher[Position, PageRequest, RowList[R], OffsetPage[R]] = AsyncPrefetcher(
            session, OffsetPrefetch(listing, prefetch)
        )

    def begin(self) -> None:
        if self._position is not None:
            self._prefetcher.look_ahead(self._position)

    async def next_page(self) -> AsyncPage[R] | None:
        if self._position is None:
            return None
        page = await self._prefetcher.fetch(self._position)
        self._position = page.position
        return AsyncPage(self._session, self._listing, page, self._prefetch)

    async def close(self) -> None:
        await self._prefetcher.close()


class AsyncPages(Generic[R]):
    """A list that is not read yet: `await` it for its first page, or use it in `async for` for every item."""

    def __init__(
        self, session: AsyncSession, listing: Listing[R], position: Position, prefetch: int = 0
    ) -> None:
        self._session = session
        self._listing = listing
        self._position = position
        self._prefetch = prefetch

    async def first_page(self) -> AsyncPage[R]:
        """Fetch the first page."""
        page = await self._session.run(fetch_page, self._listing, self._position)
        return AsyncPage(self._session, self._listing, page, self._prefetch)

    def pages(self) -> AsyncPageIterator[AsyncPage[R]]:
        """Iterate over the pages."""
        from pandocast_sdk._core.paging.positions import offset_text  # noqa: PLC0415 - a first call need not wait for it

        start = offset_text(self._listing, self._position)
        if not self._prefetch:
            return AsyncPageIterator(self.first_page, start)
        ahead = _AsyncPagesAhead(self._session, self._listing, self._position, self._prefetch)
        return AsyncPageIterator(ahead.next_page, start, ahead)

    def __await__(self) -> Generator[object, None, AsyncPage[R]]:
        return self.first_page().__await__()

    def __aiter__(self) -> AsyncItemIterator[R]:
        return AsyncItemIterator(self.pages())

    def __repr__(self) -> str:
        return f"<AsyncPages from item {self._position.offset}: await it, or iterate with async for>"


def open_async_list(
    session: AsyncSession, listing: Listing[R], position: Position, prefetch: int = 0
) -> AsyncPages[R]:
    """Give the list from a position on; nothing is sent yet.

    Args:
        session: Runs the plans.
        listing: The list.
        position: Where it begins.
        prefetch: How many pages its iterators fetch ahead.

    Raises:
        ValueError: `prefetch` is out of its bounds.
    """
    return AsyncPages(session, listing, position, 0 if prefetch == 0 else _checked(prefetch))


def _checked(prefetch: int) -> int:
    from pandocast_sdk._core.paging.prefetching import pages_ahead  # noqa: PLC0415 - a first call need not wait for it

    return pages_ahead(prefetch)
