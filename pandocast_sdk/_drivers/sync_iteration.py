"""Iterators over the pages of any list, and over their items, that survive a failing page."""

from collections.abc import Iterator, Sequence
from typing import Generic, Protocol, Self, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class LinkedPage(Protocol[T_co]):
    """A page that can fetch the one after it."""

    @property
    def items(self) -> Sequence[T_co]: ...

    def next_page(self) -> Self | None: ...


P = TypeVar("P", bound=LinkedPage[object])


class PageIterator(Generic[P]):
    """Pages one after the other; when one fails, the following `next()` tries that page again."""

    def __init__(self, first: P) -> None:
        self._last = first
        self._begun = False

    def __iter__(self) -> Iterator[P]:
        return self

    def __next__(self) -> P:
        if not self._begun:
            self._begun = True
            return self._last
        page = self._last.next_page()
        if page is None:
            raise StopIteration
        self._last = page
        return page


class ItemIterator(Generic[T]):
    """Items of one page after the other; when a page fails, the following `next()` tries that page again."""

    def __init__(self, pages: Iterator[LinkedPage[T]]) -> None:
        self._pages = pages
        self._items: Iterator[T] = iter(())

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        while True:
            for item in self._items:
                return item
            self._items = iter(next(self._pages).items)
