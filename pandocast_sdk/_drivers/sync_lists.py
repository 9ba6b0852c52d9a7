"""Lists of the blocking clients, whose first page is read at once; the awaiting twin is `async_lists`."""

from typing import TypeVar

from pandocast_sdk._core.paging.cursor_paging import CursorListing
from pandocast_sdk._core.paging.offset_pages import Listing
from pandocast_sdk._core.paging.positions import cursor_start, offset_start
from pandocast_sdk._core.paging.prefetching import pages_ahead
from pandocast_sdk._core.paging.row_keys import Row
from pandocast_sdk._drivers.sync_cursor_pages import CursorPage, get_cursor_page
from pandocast_sdk._drivers.sync_pages import Page, get_page
from pandocast_sdk._drivers.sync_session import Session

__all__ = ["CursorPage", "Page", "open_cursor_list", "open_list"]

R = TypeVar("R", bound=Row)
T = TypeVar("T")


def open_list(
    session: Session,
    listing: Listing[R],
    *,
    limit: int | None,
    offset: int | None,
    position: str | None,
    prefetch: int,
) -> Page[R]:
    """Fetch the page at an offset or a position.

    Args:
        session: Runs the plans.
        listing: The list.
        limit: Items per page.
        offset: How many items to skip.
        position: Where to continue: the position of an earlier page or iterator.
        prefetch: How many pages its iterators fetch ahead.

    Raises:
        ValueError: A number is out of range, or the position belongs to another list; nothing was sent.
    """
    start = offset_start(listing, limit=limit, offset=offset, position=position)
    return get_page(session, listing, start, pages_ahead(prefetch))


def open_cursor_list(
    session: Session,
    listing: CursorListing[T],
    *,
    cursor: str | None,
    position: str | None,
    prefetch: int,
) -> CursorPage[T]:
    """Fetch the page at a cursor or a position, or else the first.

    Args:
        session: Runs the plans.
        listing: The list.
        cursor: The cursor of the page.
        position: Where to continue: the position of an earlier page or iterator.
        prefetch: How many pages its iterators fetch ahead.

    Raises:
        ValueError: The cursor is empty, the position belongs to another list, or `prefetch` is out of range;
            nothing was sent.
    """
    start = cursor_start(listing, cursor=cursor, position=position)
    return get_cursor_page(session, listing, start, pages_ahead(prefetch))
