"""Cursor pages as users meet them: plain objects to read, and to iterate from."""

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
from pandocast_sdk._drivers.sync_iteration import ItemIterator, PageIterator
from pandocast_sdk._drivers.sync_prefetching import Prefetcher
from pandocast_sdk._drivers.sync_session import SyncSession

__all__ = ["CursorPage"]

T = TypeVar("T")


class CursorPage(Generic[T]):
    """One page of a list; iterating it gives every item from this page to the end of the list, lazily.

    The server may send an empty page in the middle of a list; only `has_more` tells of the end.

    Attributes:
        next_cursor: Names the page after this one, and can be stored to go on there later; None at the end.
        has_more: Whether there is a page after this one.
    """

    def __init__(
        self, session: SyncSession, listing: CursorListing[T], page: CursorSlice[T], prefetch: int = 0
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

    def next_page(self) -> "CursorPage[T] | None":
        """Fetch the page after this one; None at the end.

        Raises:
            PandocastError: The page could not be fetched; calling again tries again.
            ResponseValidationError: A cursor came again, or a thousand pages in a row were empty, so that
                the list would never end.
        """
        if self._page.position is None:
            return None
        return _fetch(self._session, self._listing, self._page.position, self._prefetch)

    def pages(self) -> "PageIterator[CursorPage[T]]":
        """Iterate over this page and those after it."""
        if not self._prefetch:
            return PageIterator(self)
        ahead = _PagesAhead(self._session, self._listing, self._page.position, self._prefetch)
        return PageIterator(self, ahead)

    def __iter__(self) -> ItemIterator[T]:
        return ItemIterator(self.pages())

    def __repr__(self) -> str:
        return f"<CursorPage of {len(self.items)} items, {'more' if self.has_more else 'none'} after it>"


class _PagesAhead(Generic[T]):
    """The pages from a position on, fetched before they are wanted."""

    def __init__(
        self,
        session: SyncSession,
        listing: CursorListing[T],
        position: CursorPosition | None,
        prefetch: int,
    ) -> None:
        self._session = session
        self._listing = listing
        self._position = position
        self._prefetch = prefetch
        self._prefetcher: Prefetcher[CursorPosition, CursorPosition, CursorSlice[T], CursorSlice[T]]
        self._prefetcher = Prefetcher(session, CursorPrefetch(listing, prefetch))

    def begin(self) -> None:
        if self._position is not None:
            self._prefetcher.look_ahead(self._position)

    def next_page(self) -> CursorPage[T] | None:
        if self._position is None:
            return None
        page = self._prefetcher.fetch(self._position)
        self._position = page.position
        return CursorPage(self._session, self._listing, page, self._prefetch)

    def close(self) -> None:
        self._prefetcher.close()


def open_cursor_list(
    session: SyncSession,
    listing: CursorListing[T],
    cursor: str | None,
    *,
    position: str | None = None,
    prefetch: int = 0,
) -> CursorPage[T]:
    """Fetch the page at a cursor or a position, or else the first.

    Args:
        session: Runs the plans.
        listing: The list.
        cursor: Names the page.
        position: Where to go on: what an earlier page or iterator gave.
        prefetch: How many pages its iterators fetch ahead.

    Raises:
        ValueError: The cursor is empty, the position is none of this list, or `prefetch` is out of its
            bounds; nothing was sent.
    """
    start = cursor_start(listing, cursor=cursor, position=position)
    return _fetch(session, listing, start, pages_ahead(prefetch))


def _fetch(
    session: SyncSession, listing: CursorListing[T], position: CursorPosition, prefetch: int
) -> CursorPage[T]:
    page = session.run(fetch_cursor_page, listing, position)
    return CursorPage(session, listing, page, prefetch)
