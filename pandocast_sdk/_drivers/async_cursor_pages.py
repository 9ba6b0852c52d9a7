"""Cursor pages as users of the async clients meet them; the blocking twin is `sync_cursor_pages`."""

from collections.abc import Generator
from typing import Generic, TypeVar

from pandocast_sdk._core.cursor_paging import CursorListing, CursorPosition, CursorSlice, fetch_cursor_page
from pandocast_sdk._drivers.async_iteration import AsyncItemIterator, AsyncPageIterator
from pandocast_sdk._drivers.async_session import AsyncSession

T = TypeVar("T")


class AsyncCursorPage(Generic[T]):
    """One page of a list; iterating it gives every item from this page to the end of the list, lazily.

    The server may send an empty page in the middle of a list; only `has_more` tells of the end.

    Attributes:
        items: The items of this page.
        next_cursor: Names the page after this one, and can be stored to go on there later; None at the end.
        has_more: Whether there is a page after this one.
    """

    def __init__(self, session: AsyncSession, listing: CursorListing[T], page: CursorSlice[T]) -> None:
        self._session = session
        self._listing = listing
        self._position = page.position
        self.items = page.items
        self.next_cursor = None if page.position is None else page.position.cursor
        self.has_more = page.position is not None

    async def next_page(self) -> "AsyncCursorPage[T] | None":
        """Fetch the page after this one; None at the end.

        Raises:
            PandocastError: The page could not be fetched; calling again tries again.
            ResponseValidationError: A cursor came again, or a thousand pages in a row were empty, so that
                the list would never end.
        """
        if self._position is None:
            return None
        return await _fetch(self._session, self._listing, self._position)

    def pages(self) -> "AsyncPageIterator[AsyncCursorPage[T]]":
        """Iterate over this page and those after it."""
        return AsyncPageIterator(self._itself)

    async def _itself(self) -> "AsyncCursorPage[T]":
        return self

    def __aiter__(self) -> AsyncItemIterator[T]:
        return AsyncItemIterator(self.pages())

    def __repr__(self) -> str:
        return f"<AsyncCursorPage of {len(self.items)} items, {'more' if self.has_more else 'none'} after it>"


class AsyncCursorPages(Generic[T]):
    """A list that is not read yet: `await` it for its first page, or use it in `async for` for every item."""

    def __init__(self, session: AsyncSession, listing: CursorListing[T], position: CursorPosition) -> None:
        self._session = session
        self._listing = listing
        self._position = position

    async def first_page(self) -> AsyncCursorPage[T]:
        """Fetch the first page."""
        return await _fetch(self._session, self._listing, self._position)

    def pages(self) -> AsyncPageIterator[AsyncCursorPage[T]]:
        """Iterate over the pages."""
        return AsyncPageIterator(self.first_page)

    def __await__(self) -> Generator[object, None, AsyncCursorPage[T]]:
        return self.first_page().__await__()

    def __aiter__(self) -> AsyncItemIterator[T]:
        return AsyncItemIterator(self.pages())

    def __repr__(self) -> str:
        return "<AsyncCursorPages: await it, or iterate with async for>"


def open_async_cursor_list(
    session: AsyncSession, listing: CursorListing[T], cursor: str | None
) -> AsyncCursorPages[T]:
    """Give the list from a cursor on, None for its beginning; nothing is sent yet.

    Raises:
        ValueError: The cursor is empty, or the list cannot be asked for like this.
    """
    listing.page(cursor)  # says now, and not only when it is awaited, what is wrong with the arguments
    return AsyncCursorPages(session, listing, CursorPosition(cursor))


async def _fetch(
    session: AsyncSession, listing: CursorListing[T], position: CursorPosition
) -> AsyncCursorPage[T]:
    return AsyncCursorPage(session, listing, await session.run(fetch_cursor_page, listing, position))
