"""Cursor pages as users of the async clients meet them; the blocking twin is `sync_cursor_pages`."""

from collections.abc import Generator
from typing import Generic, TypeVar

from pandocast_sdk._core.paging.cursor_paging import (
    CursorListing,
    CursorPosition,
    CursorSlice,
    cursor_after,
    fetch_cursor_page,
)
from pandocast_sdk._core.paging.positions import cursor_start, cursor_text
from pandocast_sdk._core.paging.prefetching import CursorPrefetch, pages_ahead
from pandocast_sdk._drivers.async_iteration import AsyncItemIterator, AsyncPageIterator
from pandocast_sdk._drivers.async_prefetching import AsyncPrefetcher
from pandocast_sdk._drivers.async_session import AsyncSession

__all__ = ["AsyncCursorPage", "AsyncCursorPages"]

T = TypeVar("T")


class AsyncCursorPage(Generic[T]):
    """One page of a list; iterating it gives every item from this page to the end of the list, lazily.

    The server may send an empty page in the middle of a list; only `has_more` tells of the end.

    Attributes:
        next_cursor: Names the page after this one, and can be stored to go on there later; None at the end.
        has_more: Whether there is a page after this one.
    """

    def __init__(
        self, session: AsyncSession, listing: CursorListing[T], page: CursorSlice[T], prefetch: int = 0
    ) -> None:
        self._session = session
        self._listing = listing
        self._page = page
        self._prefetch = prefetch
        self.next_cursor: str | None = None if page.position is None else page.position.cursor
        self.has_more: bool = page.position is not None

    @property
    def items(self) -> list[T]:
        """The items of this page."""
        return self._page.items

    @property
    def position(self) -> str:
        """Where the next page begins, as text to store; the list's method goes on there, given `position`.

        At the end of the list it says so, and the list that goes on there is empty. It also remembers what
        shows a circle of cursors, which `next_cursor` alone does not.
        """
        return self.position_after(len(self.items))

    def position_after(self, count: int) -> str:
        """Say where to go on when `count` items of this page are dealt with; see `position`."""
        return cursor_text(self._listing, cursor_after(self._listing, self._page, count))

    async def next_page(self) -> "AsyncCursorPage[T] | None":
        """Fetch the page after this one; None at the end.

        Raises:
            PandocastError: The page could not be fetched; calling again tries again.
            ResponseValidationError: A cursor came again, or a thousand pages in a row were empty, so that
                the list would never end.
        """
        if self._page.position is None:
            return None
        return await _fetch(self._session, self._listing, self._page.position, self._prefetch)

    def pages(self) -> "AsyncPageIterator[AsyncCursorPage[T]]":
        """Iterate over this page and those after it."""
        start = self.position_after(0)
        if not self._prefetch:
            return AsyncPageIterator(self._itself, start)
        ahead = _AsyncPagesAhead(self._session, self._listing, self._page.position, self._prefetch)
        return AsyncPageIterator(self._itself, start, ahead)

    async def _itself(self) -> "AsyncCursorPage[T]":
        return self

    def __aiter__(self) -> AsyncItemIterator[T]:
        return AsyncItemIterator(self.pages())

    def __repr__(self) -> str:
        return f"<AsyncCursorPage of {len(self.items)} items, {'more' if self.has_more else 'none'} after it>"


class _AsyncPagesAhead(Generic[T]):
    """The pages from a position on, fetched before they are wanted."""

    def __init__(
        self,
        session: AsyncSession,
        listing: CursorListing[T],
        position: CursorPosition | None,
        prefetch: int,
    ) -> None:
        self._session = session
        self._listing = listing
        self._position = position
        self._prefetch = prefetch
        self._prefetcher: AsyncPrefetcher[CursorPosition, CursorPosition, CursorSlice[T], CursorSlice[T]]
        self._prefetcher = AsyncPrefetcher(session, CursorPrefetch(listing, prefetch))

    def begin(self) -> None:
        if self._position is not None:
            self._prefetcher.look_ahead(self._position)

    async def next_page(self) -> AsyncCursorPage[T] | None:
        if self._position is None:
            return None
        page = await self._prefetcher.fetch(self._position)
        self._position = page.position
        return AsyncCursorPage(self._session, self._listing, page, self._prefetch)

    async def close(self) -> None:
        await self._prefetcher.close()


class AsyncCursorPages(Generic[T]):
    """A list that is not read yet: `await` it for its first page, or use it in `async for` for every item."""

    def __init__(
        self, session: AsyncSession, listing: CursorListing[T], position: CursorPosition, prefetch: int = 0
    ) -> None:
        self._session = session
        self._listing = listing
        self._position = position
        self._prefetch = prefetch

    async def first_page(self) -> AsyncCursorPage[T]:
        """Fetch the first page."""
        return await _fetch(self._session, self._listing, self._position, self._prefetch)

    def pages(self) -> AsyncPageIterator[AsyncCursorPage[T]]:
        """Iterate over the pages."""
        start = cursor_text(self._listing, self._position)
        if not self._prefetch:
            return AsyncPageIterator(self.first_page, start)
        ahead = _AsyncPagesAhead(self._session, self._listing, self._position, self._prefetch)
        return AsyncPageIterator(ahead.next_page, start, ahead)

    def __await__(self) -> Generator[object, None, AsyncCursorPage[T]]:
        return self.first_page().__await__()

    def __aiter__(self) -> AsyncItemIterator[T]:
        return AsyncItemIterator(self.pages())

    def __repr__(self) -> str:
        return "<AsyncCursorPages: await it, or iterate with async for>"


def open_async_cursor_list(
    session: AsyncSession,
    listing: CursorListing[T],
    cursor: str | None,
    *,
    position: str | None = None,
    prefetch: int = 0,
) -> AsyncCursorPages[T]:
    """Give the list from a cursor or a position on, or else from its beginning; nothing is sent yet.

    Args:
        session: Runs the plans.
        listing: The list.
        cursor: Names the page to begin with.
        position: Where to go on: what an earlier page or iterator gave.
        prefetch: How many pages its iterators fetch ahead.

    Raises:
        ValueError: The cursor is empty, the position is none of this list, `prefetch` is out of its bounds,
            or the list cannot be asked for like this.
    """
    start = cursor_start(listing, cursor=cursor, position=position)
    return AsyncCursorPages(session, listing, start, pages_ahead(prefetch))


async def _fetch(
    session: AsyncSession, listing: CursorListing[T], position: CursorPosition, prefetch: int
) -> AsyncCursorPage[T]:
    page = await session.run(fetch_cursor_page, listing, position)
    return AsyncCursorPage(session, listing, page, prefetch)
