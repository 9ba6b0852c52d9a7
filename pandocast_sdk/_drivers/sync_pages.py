"""Offset pages as users meet them: plain objects to read, and to iterate from."""

from typing import Generic, TypeVar

from pandocast_sdk._core.paging.offset_pages import Listing, OffsetPage, PageRequest, Position, Row, RowList
from pandocast_sdk._core.paging.offset_paging import fetch_page
from pandocast_sdk._drivers.sync_iteration import ItemIterator, PageIterator
from pandocast_sdk._drivers.sync_session import SyncSession

__all__ = ["Page"]

R = TypeVar("R", bound=Row)


class Page(Generic[R]):
    """One page of a list; iterating it gives every item from this page to the end of the list, lazily.

    Attributes:
        total: How many there were on all pages when this one was read.
        has_more: What the server said of items after this page.
    """

    def __init__(
        self, session: SyncSession, listing: Listing[R], page: OffsetPage[R], prefetch: int = 0
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

    def next_page(self) -> "Page[R] | None":
        """Fetch the page after this one; None at the end.

        Items that were added meanwhile have pushed others onto the next page; they are not given again.

        Raises:
            PandocastError: The page could not be fetched; calling again tries again.
            ResponseValidationError: The list contradicts itself, so that going on could leave items out.
        """
        position = self._page.position
        if position is None:
            return None
        return open_list(self._session, self._listing, position, self._prefetch)

    def pages(self) -> "PageIterator[Page[R]]":
        """Iterate over this page and those after it."""
        if not self._prefetch:
            return PageIterator(self)
        ahead = _PagesAhead(self._session, self._listing, self._page.position, self._prefetch)
        return PageIterator(self, ahead)

    def __iter__(self) -> ItemIterator[R]:
        return ItemIterator(self.pages())

    def __repr__(self) -> str:
        return f"<Page of {len(self.items)} items, {self.total} in all>"


class _PagesAhead(Generic[R]):
    """The pages from a position on, fetched before they are wanted."""

    def __init__(
        self, session: SyncSession, listing: Listing[R], position: Position | None, prefetch: int
    ) -> None:
        from pandocast_sdk._core.paging.prefetching import OffsetPrefetch  # noqa: PLC0415 - a first call need not wait for it
        from pandocast_sdk._drivers.sync_prefetching import Prefetcher  # noqa: PLC0415 - likewise

        self._session = session
        self._listing = listing
        self._position = position
        self._prefetch = prefetch
        self._prefetcher: Prefetcher[Position, PageRequest, RowList[R], OffsetPage[R]] = Prefetcher(
            session, OffsetPrefetch(listing, prefetch)
        )

    def begin(self) -> None:
        if self._position is not None:
            self._prefetcher.look_ahead(self._position)

    def next_page(self) -> Page[R] | None:
        if self._position is None:
            return None
        page = self._prefetcher.fetch(self._position)
        self._position = page.position
        return Page(self._session, self._listing, page, self._prefetch)

    def close(self) -> None:
        self._prefetcher.close()


def open_list(session: SyncSession, listing: Listing[R], position: Position, prefetch: int = 0) -> Page[R]:
    """Fetch the page at a position.

    Args:
        session: Runs the plans.
        listing: The list.
        position: Where the page begins.
        prefetch: How many pages its iterators fetch ahead.

    Raises:
        ValueError: `prefetch` is out of its bounds; nothing was sent.
    """
    ahead = 0 if prefetch == 0 else _checked(prefetch)
    return Page(session, listing, session.run(fetch_page, listing, position), ahead)


def _checked(prefetch: int) -> int:
    from pandocast_sdk._core.paging.prefetching import pages_ahead  # noqa: PLC0415 - a first call need not wait for it

    return pages_ahead(prefetch)
