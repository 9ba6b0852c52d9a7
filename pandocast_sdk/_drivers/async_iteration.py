"""Iterators over the pages of any list, and over their items; they survive a page that fails."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

_CLOSED = "this iterator was closed before the end of its list; continue at its position"

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class AsyncLinkedPage(Protocol[T_co]):
    """A page that can fetch the next one."""

    @property
    def items(self) -> Sequence[T_co]: ...

    @property
    def position(self) -> str: ...

    def position_after(self, count: int) -> str: ...

    async def next_page(self) -> Self | None: ...


P = TypeVar("P", bound=AsyncLinkedPage[object])
P_co = TypeVar("P_co", bound=AsyncLinkedPage[object], covariant=True)


class AsyncPagesAhead(Protocol[P_co]):
    """Pages that are fetched ahead."""

    def start(self) -> None: ...

    async def next_page(self) -> P_co | None: ...

    async def close(self) -> None: ...


class AsyncPageIterator(Generic[P]):
    """Iterates over pages; after a failure, `anext()` tries the same page again.

    To stop fetching ahead before the end, close it, use it in `async with`, or drop it.
    """

    def __init__(
        self,
        first_page: Callable[[], Awaitable[P | None]],
        first_position: Callable[[], str],
        ahead: AsyncPagesAhead[P] | None = None,
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

    async def close(self) -> None:
        """Close the iterator, and leave no task and no slot of the rate limit behind.

        Requests that are under way are cancelled.
        A later `anext()` raises `RuntimeError`, since the list has not ended; `position` stays readable.
        """
        self._closed = True
        if self._ahead is not None:
            await self._ahead.close()

    def __aiter__(self) -> AsyncIterator[P]:
        return self

    async def __anext__(self) -> P:
        if self._closed:
            raise RuntimeError(_CLOSED)
        if self._last is None:
            page = await self._first_page()
            if self._ahead is not None:
                self._ahead.start()
        else:
            page = await (self._last if self._ahead is None else self._ahead).next_page()
        if page is None:
            raise StopAsyncIteration
        self._last = page
        return page

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class AsyncPageSource(Protocol[T_co]):
    """An iterator of pages, whose items are iterated over."""

    @property
    def position(self) -> str: ...

    async def close(self) -> None: ...

    async def __anext__(self) -> AsyncLinkedPage[T_co]: ...


class AsyncItemIterator(Generic[T]):
    """Iterates over items; when a page has failed, `anext()` tries the same page again.

    To stop fetching ahead before the end, close it, use it in `async with`, or drop it.
    """

    def __init__(self, pages: AsyncPageSource[T]) -> None:
        self._pages = pages
        self._page: AsyncLinkedPage[T] | None = None
        self._items: Sequence[T] = ()
        self._taken = 0
        self._closed = False

    @property
    def position(self) -> str:
        """Where the next item is; pass it as `position` to continue there later.

        No item comes twice, and none is skipped.
        """
        return self._pages.position if self._page is None else self._page.position_after(self._taken)

    async def close(self) -> None:
        """Close the iterator, and leave no task and no slot of the rate limit behind.

        Requests that are under way are cancelled.
        A later `anext()` raises `RuntimeError`, since the list has not ended; `position` stays readable.
        """
        self._closed = True
        await self._pages.close()

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    async def __anext__(self) -> T:
        if self._closed:
            raise RuntimeError(_CLOSED)
        while self._taken >= len(self._items):
            self._page = await anext(self._pages)
            self._items, self._taken = self._page.items, 0
        item = self._items[self._taken]
        self._taken += 1
        return item

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
