"""Iterators over the pages of any list for the async clients; the blocking twin is `sync_iteration`."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Generic, Protocol, Self, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class AsyncLinkedPage(Protocol[T_co]):
    """A page that can fetch the one after it."""

    @property
    def items(self) -> Sequence[T_co]: ...

    async def next_page(self) -> Self | None: ...


P = TypeVar("P", bound=AsyncLinkedPage[object])


class AsyncPageIterator(Generic[P]):
    """Pages one after the other; when one fails, the following `anext()` tries that page again."""

    def __init__(self, first_page: Callable[[], Awaitable[P]]) -> None:
        self._first_page = first_page
        self._last: P | None = None

    def __aiter__(self) -> AsyncIterator[P]:
        return self

    async def __anext__(self) -> P:
        if self._last is None:
            self._last = await self._first_page()
            return self._last
        page = await self._last.next_page()
        if page is None:
            raise StopAsyncIteration
        self._last = page
        return page


class AsyncItemIterator(Generic[T]):
    """Items of one page after the other; when a page fails, the following `anext()` tries that page again."""

    def __init__(self, pages: AsyncIterator[AsyncLinkedPage[T]]) -> None:
        self._pages = pages
        self._items: Iterator[T] = iter(())

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        while True:
            for item in self._items:
                return item
            self._items = iter((await anext(self._pages)).items)
