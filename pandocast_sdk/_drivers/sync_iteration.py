# Generated from pandocast_sdk/_drivers/async_iteration.py by tests/support/unasync.py; edit that file.
"""Iterators over the pages of any list, and over their items, that survive a failing page."""

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

_CLOSED = "this iterator was closed before the end of its list; its position tells where to go on"

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class LinkedPage(Protocol[T_co]):
    """A page that can fetch the one after it."""

    @property
    def items(self) -> Sequence[T_co]: ...

    @property
    def position(self) -> str: ...

    def position_after(self, count: int) -> str: ...

    def next_page(self) -> Self | None: ...


P = TypeVar("P", bound=LinkedPage[object])
P_co = TypeVar("P_co", bound=LinkedPage[object], covariant=True)


class PagesAhead(Protocol[P_co]):
    """Fetches the pages after the first before they are wanted."""

    def begin(self) -> None: ...

    def next_page(self) -> P_co | None: ...

    def close(self) -> None: ...


class PageIterator(Generic[P]):
    """Pages one after the other; when one fails, the following `next()` tries that page again.

    It can be used in `with`. One that fetches ahead has to end somehow: closed, used up, or forgotten.
    """

    def __init__(
        self,
        first_page: Callable[[], P | None],
        start: Callable[[], str],
        ahead: PagesAhead[P] | None = None,
    ) -> None:
        self._first_page = first_page
        self._start = start
        self._ahead = ahead
        self._last: P | None = None
        self._closed = False

    @property
    def position(self) -> str:
        """Where the next page begins; give it to the list's method as `position` to go on there later."""
        return self._start() if self._last is None else self._last.position

    def close(self) -> None:
        """End it: nothing that was fetched ahead is left behind, no thread and no slot of the window.

        It waits for the responses to requests that were sent already.
        A following `next()` raises `RuntimeError`, since the list has not come to its end; `position` can
        still be read.
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
                self._ahead.begin()
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
    """What items are taken from: an iterator of pages."""

    @property
    def position(self) -> str: ...

    def close(self) -> None: ...

    def __next__(self) -> LinkedPage[T_co]: ...


class ItemIterator(Generic[T]):
    """Items of one page after the other; when a page fails, the following `next()` tries that page again.

    It can be used in `with`. One that fetches ahead has to end somehow: closed, used up, or forgotten.
    """

    def __init__(self, pages: PageSource[T]) -> None:
        self._pages = pages
        self._page: LinkedPage[T] | None = None
        self._items: Sequence[T] = ()
        self._taken = 0
        self._closed = False

    @property
    def position(self) -> str:
        """Where the next item is; give it to the list's method as `position` to go on there later.

        Nothing that was given out comes again there, and nothing is left out.
        """
        return self._pages.position if self._page is None else self._page.position_after(self._taken)

    def close(self) -> None:
        """End it: nothing that was fetched ahead is left behind, no thread and no slot of the window.

        It waits for the responses to requests that were sent already.
        A following `next()` raises `RuntimeError`, since the list has not come to its end; `position` can
        still be read.
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
