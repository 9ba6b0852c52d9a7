# Generated from pandocast_sdk/_drivers/async_cursor_pages.py by tests/support/unasync.py; edit that file.
"""The cursor pages that users read and iterate from."""

from functools import partial
from typing import Generic, TypeVar

from pandocast_sdk._core.paging.cursor_paging import (
    CursorListing,
    CursorPosition,
    CursorSlice,
    cursor_after,
    fetch_cursor_page,
)
from pandocast_sdk._core.paging.positions import cursor_text
from pandocast_sdk._core.paging.prefetching import CursorPrefetch
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk._drivers.page_values import PageValue
from pandocast_sdk._drivers.sync_iteration import ItemIterator, PageIterator, PagesAhead
from pandocast_sdk._drivers.sync_prefetching import Prefetcher
from pandocast_sdk._drivers.sync_session import Session

__all__ = ["CursorPage"]

T = TypeVar("T")


class CursorPage(PageValue, Generic[T]):
    """One page of a list; iterating it yields every item from this page to the end of the list, lazily.

    The server may send an empty page in the middle of a list; only `has_more` tells whether it has ended.

    Attributes:
        next_cursor: The cursor of the next page, to store and continue there later; None at the end.
        has_more: Whether there is a next page.
    """

    _instead_of_len = (
        "`.items` has its items, `.has_more` tells whether others follow; no list has a `.total`"
    )

    def __init__(
        self, session: Session, listing: CursorListing[T], page: CursorSlice[T], prefetch: int = 0
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
        """Where the next page begins, as a string to store; pass it as `position` to continue there later.

        A list that continues at the end is empty. Unlike `next_cursor`, a position also keeps what detects a
        loop of cursors.
        """
        return self.position_after(len(self.items))

    def position_after(self, count: int) -> str:
        """Return where to continue after the first `count` items of this page; see `position`."""
        return cursor_text(self._listing, cursor_after(self._listing, self._page, count))

    def next_page(self) -> "CursorPage[T] | None":
        """Fetch the next page; None at the end.

        Raises:
            PandocastError: The page could not be fetched; calling again tries again.
            ResponseValidationError: A cursor came again, or a thousand pages in a row were empty: the list
                would never end.
        """
        if self._page.position is None:
            return None
        return get_cursor_page(self._session, self._listing, self._page.position, self._prefetch)

    def pages(self) -> "PageIterator[CursorPage[T]]":
        """Iterate over this page and those after it."""
        ahead = None
        if self._prefetch:
            ahead = prefetched_cursor_pages(self._session, self._listing, self._page.position, self._prefetch)
        return PageIterator(self._itself, partial(self.position_after, 0), ahead)

    def _itself(self) -> "CursorPage[T]":
        return self

    def _list_operation(self) -> Operation[object]:
        return self._listing.page_operation(None)

    def __iter__(self) -> ItemIterator[T]:
        return ItemIterator(self.pages())

    def __repr__(self) -> str:
        more = "more" if self.has_more else "none"
        return f"<{type(self).__name__} of {len(self.items)} items, {more} after it>"


def get_cursor_page(
    session: Session, listing: CursorListing[T], position: CursorPosition, prefetch: int
) -> CursorPage[T]:
    """Fetch the page at a position.

    Args:
        session: Runs the plans.
        listing: The list.
        position: Where the page begins.
        prefetch: How many pages its iterators fetch ahead.
    """
    page = session.run(fetch_cursor_page, listing, position)
    return CursorPage(session, listing, page, prefetch)


def prefetched_cursor_pages(
    session: Session, listing: CursorListing[T], position: CursorPosition | None, prefetch: int
) -> PagesAhead[CursorPage[T]]:
    """Return the pages from a position on, which are fetched ahead."""

    def page_of(page: CursorSlice[T]) -> CursorPage[T]:
        return CursorPage(session, listing, page, prefetch)

    return Prefetcher(session, CursorPrefetch(listing, prefetch), position, page_of)
