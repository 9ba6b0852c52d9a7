"""Lists that are not read yet, to await or iterate over; the blocking twin, `sync_lists`, reads at once."""

from collections.abc import Generator
from functools import partial
from typing import Generic, NoReturn, TypeVar

from pandocast_sdk._core.paging.cursor_paging import CursorListing, CursorPosition
from pandocast_sdk._core.paging.offset_pages import Listing, Position
from pandocast_sdk._core.paging.positions import cursor_start, cursor_text, offset_start, offset_text
from pandocast_sdk._core.paging.prefetching import pages_ahead
from pandocast_sdk._core.paging.row_keys import Row
from pandocast_sdk._drivers.async_cursor_pages import (
    AsyncCursorPage,
    get_cursor_page,
    prefetched_cursor_pages,
)
from pandocast_sdk._drivers.async_iteration import AsyncItemIterator, AsyncPageIterator
from pandocast_sdk._drivers.async_pages import AsyncPage, get_page, prefetched_pages
from pandocast_sdk._drivers.async_session import AsyncSession

__all__ = ["AsyncCursorPages", "AsyncPages"]

_AWAIT_FIRST = "await its first page, which has `.items` and says by `.total` or `.has_more` what there is"

R = TypeVar("R", bound=Row)
T = TypeVar("T")


class AsyncPages(Generic[R]):
    """A list that is not read yet: `await` its first page, or iterate over every item in `async for`."""

    def __init__(
        self, session: AsyncSession, listing: Listing[R], position: Position, prefetch: int = 0
    ) -> None:
        self._session = session
        self._listing = listing
        self._position = position
        self._prefetch = prefetch

    async def first_page(self) -> AsyncPage[R]:
        """Fetch the first page."""
        return await get_page(self._session, self._listing, self._position, self._prefetch)

    def pages(self) -> AsyncPageIterator[AsyncPage[R]]:
        """Iterate over the pages."""
        start = partial(offset_text, self._listing, self._position)
        if not self._prefetch:
            return AsyncPageIterator(self.first_page, start)
        ahead = prefetched_pages(self._session, self._listing, self._position, self._prefetch)
        return AsyncPageIterator(ahead.next_page, start, ahead)

    def __await__(self) -> Generator[object, None, AsyncPage[R]]:
        return self.first_page().__await__()

    def __aiter__(self) -> AsyncItemIterator[R]:
        return AsyncItemIterator(self.pages())

    def __len__(self) -> NoReturn:
        raise TypeError(f"a list that is not read has no length: {_AWAIT_FIRST}")

    def __bool__(self) -> NoReturn:
        raise TypeError(f"a list that is not read is neither true nor false: {_AWAIT_FIRST}")

    def __repr__(self) -> str:
        return f"<AsyncPages from item {self._position.offset}: await it, or iterate with async for>"


class AsyncCursorPages(Generic[T]):
    """A list that is not read yet: `await` its first page, or iterate over every item in `async for`."""

    def __init__(
        self, session: AsyncSession, listing: CursorListing[T], position: CursorPosition, prefetch: int = 0
    ) -> None:
        self._session = session
        self._listing = listing
        self._position = position
        self._prefetch = prefetch

    async def first_page(self) -> AsyncCursorPage[T]:
        """Fetch the first page."""
        return await get_cursor_page(self._session, self._listing, self._position, self._prefetch)

    def pages(self) -> AsyncPageIterator[AsyncCursorPage[T]]:
        """Iterate over the pages."""
        start = partial(cursor_text, self._listing, self._position)
        if not self._prefetch:
            return AsyncPageIterator(self.first_page, start)
        ahead = prefetched_cursor_pages(self._session, self._listing, self._position, self._prefetch)
        return AsyncPageIterator(ahead.next_page, start, ahead)

    def __await__(self) -> Generator[object, None, AsyncCursorPage[T]]:
        return self.first_page().__await__()

    def __aiter__(self) -> AsyncItemIterator[T]:
        return AsyncItemIterator(self.pages())

    def __len__(self) -> NoReturn:
        raise TypeError(f"a list that is not read has no length: {_AWAIT_FIRST}")

    def __bool__(self) -> NoReturn:
        raise TypeError(f"a list that is not read is neither true nor false: {_AWAIT_FIRST}")

    def __repr__(self) -> str:
        return "<AsyncCursorPages: await it, or iterate with async for>"


def open_list(
    session: AsyncSession,
    listing: Listing[R],
    *,
    limit: int | None,
    offset: int | None,
    position: str | None,
    prefetch: int,
) -> AsyncPages[R]:
    """Return a list that starts at an offset or a position; nothing is sent yet.

    Args:
        session: Runs the plans.
        listing: The list.
        limit: Items per page.
        offset: How many items to skip.
        position: Where to continue: the position of an earlier page or iterator.
        prefetch: How many pages its iterators fetch ahead.

    Raises:
        ValueError: A number is out of range, or the position belongs to another list.
    """
    start = offset_start(listing, limit=limit, offset=offset, position=position)
    return AsyncPages(session, listing, start, pages_ahead(prefetch))


def open_cursor_list(
    session: AsyncSession,
    listing: CursorListing[T],
    *,
    cursor: str | None,
    position: str | None,
    prefetch: int,
) -> AsyncCursorPages[T]:
    """Return a list that starts at a cursor, a position or its beginning; nothing is sent yet.

    Args:
        session: Runs the plans.
        listing: The list.
        cursor: The cursor of the first page.
        position: Where to continue: the position of an earlier page or iterator.
        prefetch: How many pages its iterators fetch ahead.

    Raises:
        ValueError: The cursor is empty, the position belongs to another list, `prefetch` is out of range, or
            an argument of the list is invalid.
    """
    start = cursor_start(listing, cursor=cursor, position=position)
    return AsyncCursorPages(session, listing, start, pages_ahead(prefetch))
