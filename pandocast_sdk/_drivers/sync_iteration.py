# Generated from pandocast_sdk/_drivers/async_iteration.py by tests/support/unasync.py; edit that file.
"""Iterators over the pages of any list, and over their items; they survive a page that fails."""

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

_CLOSED = "this iterator was closed before the end of its list; continue at its position"

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class LinkedPage(Protocol[T_co]):
    """A page that can fetch the next one."""

    @property
    def items(self) -> Sequence[T_co]: ...

    @property
    def position(self) -> str: ...

    def position_after(self, count: int) -> str: ...

    def next_page(self) -> Self | None: ...


P = TypeVar("P", bound=LinkedPage[object])
P_co = TypeVar("P_co", bound=LinkedPage[object], covariant=True)


class PagesAhead(Protocol[P_co]):
    """Pages that are fetched ahead."""

    def start(self) -> None: ...

    def next_page(self) -> P_co | None: ...

    def close(self) -> None: ...


class PageIterator(Generic[P]):
    """Iterates over pages; after a failure, `next()` tries the same page again.

    To stop fetching ahead before the end, close it, use it in `with`, or drop it.
    """

    def __init__(
        self,
        first_page: Callable[[], P | None],
        first_position: Callable[[], str],
        ahead: PagesAhead[P] | None = None,
    ) -> None:
        self._first_page = first_page
        self._first_position = first_position
        self._ahead = ahead
        self._last: P | None = None
        self._closed = False

    @property
    def position(self) -> str:
        """Where the next page begins; pass it as `position` to continue there later."""
        return self._first_position() if self._last is None else self._last.position

    def close(self) -> None:
        """Close the iterator, and leave no thread and no slot of the rate limit behind.

        It waits for the responses to requests that were sent already.
        A later `next()` raises `RuntimeError`, since the list has not ended; `position` stays readable.
        """
        self._closed = True
        if self._ahead is not None:
            self._ahead.close()

    def __iter__(self) -> Iterator[P]:
        return self

    def __next__(self) -> P:
        if self._closed:
            raise RuntimeError(_CLOSED)
        if self._last is None:
            page = self._first_page()
            if self._ahead is not None:
                self._ahead.start()
        else:
            page = (self._last if self._ahead is None else self._ahead).next_page()
        if page is None:
            raise StopIteration
        self._last = page
        return page

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class PageSource(Protocol[T_co]):
    """An iterator of pages, whose items are iterated over."""

    @property
    def position(self) -> str: ...

    def close(self) -> None: ...

    def __next__(self) -> LinkedPage[T_co]: ...


class ItemIterator(Generic[T]):
    """Iterates over items; when a page has failed, `next()` tries the same page again.

    To stop fetching ahead before the end, close it, use it in `with`, or drop it.
    """

    def __init__(self, pages: PageSource[T]) -> None:
        self._pages = pages
        self._page: LinkedPage[T] | None = None
        self._items: Sequence[T] = ()
        self._taken = 0
        self._closed = False

    @property
    def position(self) -> str:
        """Where the next item is; pass it as `position` to continue there later.

        No item comes twice, and none is skipped.
        """
        return self._pages.position if self._page is None else self._page.position_after(self._taken)

    def close(self) -> None:
        """Close the iterator, and leave no thread and no slot of the rate limit behind.

        It waits for the responses to requests that were sent already.
        A later `next()` raises `RuntimeError`, since the list has not ended; `position` stays readable.
        """
        self._closed = True
        self._pages.close()

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        if self._closed:
            raise RuntimeError(_CLOSED)
        while self._taken >= len(self._items):
            self._page = next(self._pages)
            self._items, self._taken = self._page.items, 0
        item = self._items[self._taken]
        self._taken += 1
        return item

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
