"""Offset pages as users meet them: plain objects to read, and to iterate from."""

from typing import Generic, TypeVar

from pandocast_sdk._core.paging import Listing, OffsetPage, Position, Row, fetch_page
from pandocast_sdk._drivers.sync_iteration import ItemIterator, PageIterator
from pandocast_sdk._drivers.sync_session import SyncSession

R = TypeVar("R", bound=Row)


class Page(Generic[R]):
    """One page of a list; iterating it gives every item from this page to the end of the list, lazily.

    Attributes:
        items: The items of this page.
        total: How many there were on all pages when this one was read.
        has_more: What the server said of items after this page.
    """

    def __init__(self, session: SyncSession, listing: Listing[R], page: OffsetPage[R]) -> None:
        self._session = session
        self._listing = listing
        self._page = page
        self.items = page.items
        self.total = page.total
        self.has_more = page.has_more

    def next_page(self) -> "Page[R] | None":
        """Fetch the page after this one; None at the end.

        Items that were added meanwhile have pushed others onto the next page; they are not given again.

        Raises:
            PandocastError: The page could not be fetched; calling again tries again.
            ResponseValidationError: The list contradicts itself, so that going on could leave items out.
        """
        if self._page.position is None:
            return None
        return open_list(self._session, self._listing, self._page.position)

    def pages(self) -> "PageIterator[Page[R]]":
        """Iterate over this page and those after it."""
        return PageIterator(self)

    def __iter__(self) -> ItemIterator[R]:
        return ItemIterator(self.pages())

    def __repr__(self) -> str:
        return f"<Page of {len(self.items)} items, {self.total} in all>"


def open_list(session: SyncSession, listing: Listing[R], position: Position) -> Page[R]:
    """Fetch the page at a position."""
    return Page(session, listing, session.run(fetch_page, listing, position))
