"""Cursor pages as users meet them: plain objects to read, and to iterate from."""

from typing import Generic, TypeVar

from pandocast_sdk._core.cursor_paging import CursorListing, CursorPosition, CursorSlice, fetch_cursor_page
from pandocast_sdk._drivers.sync_iteration import ItemIterator, PageIterator
from pandocast_sdk._drivers.sync_session import SyncSession

T = TypeVar("T")


class CursorPage(Generic[T]):
    """One page of a list; iterating it gives every item from this page to the end of the list, lazily.

    The server may send an empty page in the middle of a list; only `has_more` tells of the end.

    Attributes:
        items: The items of this page.
        next_cursor: Names the page after this one, and can be stored to go on there later; None at the end.
        has_more: Whether there is a page after this one.
    """

    def __init__(self, session: SyncSession, listing: CursorListing[T], page: CursorSlice[T]) -> None:
        self._session = session
        self._listing = listing
        self._position = page.position
        self.items = page.items
        self.next_cursor = None if page.position is None else page.position.cursor
        self.has_more = page.position is not None

    def next_page(self) -> "CursorPage[T] | None":
        """Fetch the page after this one; None at the end.

        Raises:
            PandocastError: The page could not be fetched; calling again tries again.
            ResponseValidationError: A cursor came again, or a thousand pages in a row were empty, so that
                the list would never end.
        """
        if self._position is None:
            return None
        return _fetch(self._session, self._listing, self._position)

    def pages(self) -> "PageIterator[CursorPage[T]]":
        """Iterate over this page and those after it."""
        return PageIterator(self)

    def __iter__(self) -> ItemIterator[T]:
        return ItemIterator(self.pages())

    def __repr__(self) -> str:
        return f"<CursorPage of {len(self.items)} items, {'more' if self.has_more else 'none'} after it>"


def open_cursor_list(session: SyncSession, listing: CursorListing[T], cursor: str | None) -> CursorPage[T]:
    """Fetch the page at a cursor, None for the first.

    Raises:
        ValueError: The cursor is empty; nothing was sent.
    """
    return _fetch(session, listing, CursorPosition(cursor))


def _fetch(session: SyncSession, listing: CursorListing[T], position: CursorPosition) -> CursorPage[T]:
    return CursorPage(session, listing, session.run(fetch_cursor_page, listing, position))
