"""Fetches pages ahead in background tasks; the blocking twin is `sync_prefetching`."""

import os
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Generic, TypeVar

from pandocast_sdk._core.paging.prefetching import PrefetchStrategy
from pandocast_sdk._drivers.async_session import AsyncSession
from pandocast_sdk._drivers.background_tasks import BackgroundTask
from pandocast_sdk._drivers.event_loop import current_loop

PositionT = TypeVar("PositionT")
RequestT = TypeVar("RequestT")
ResponseT = TypeVar("ResponseT")
PageT = TypeVar("PageT")
PublicPageT = TypeVar("PublicPageT")


class AsyncPrefetcher(Generic[PositionT, RequestT, ResponseT, PageT, PublicPageT]):
    """Fetches the pages of one iterator ahead; only one task at a time may use it."""

    def __init__(
        self,
        session: AsyncSession,
        strategy: PrefetchStrategy[PositionT, RequestT, ResponseT, PageT],
        position: PositionT | None,
        page_of: Callable[[PageT], PublicPageT],
    ) -> None:
        """Prepare to fetch the pages from a position on.

        Args:
            session: Runs the plans.
            strategy: Decides what to fetch.
            position: Where the first page begins; None if there is none.
            page_of: Turns a page of the core into the one that users see.
        """
        self._session = session
        self._strategy = strategy
        self._position = position
        self._page_of = page_of
        self._process_and_loop: tuple[int, object] = (0, None)
        self._requests = _Requests(session, strategy)

    def start(self) -> None:
        """Start fetching."""
        if self._position is not None:
            self._requests_here().retarget(self._position, more=0)

    async def next_page(self) -> PublicPageT | None:
        """Return the next page, and continue fetching those after it; None at the end.

        Raises:
            PandocastError: It could not be fetched, perhaps some time ago; calling again tries again.
        """
        position = self._position
        if position is None:
            return None
        requests = self._requests_here()
        requests.retarget(position, more=1)
        page = await requests.page_at(position)
        if page is None:
            page = await self._session.run(self._strategy.fetch, position)
        self._position = requests.record_page(position, page)
        return self._page_of(page)

    async def close(self) -> None:
        """Cancel the requests under way, and wait until they have ended."""
        self._requests.cancel()
        if self._process_and_loop == (os.getpid(), current_loop()):
            await self._requests.wait()

    def __del__(self) -> None:
        self._requests.cancel()

    def _requests_here(self) -> "_Requests[PositionT, RequestT, ResponseT, PageT]":
        here = (os.getpid(), current_loop())
        if self._process_and_loop != here:
            # Tasks end with their loop, so their responses will never come.
            self._process_and_loop = here
            self._requests = _Requests(self._session, self._strategy)
        return self._requests


class _PendingRequest(Generic[ResponseT]):
    """One request, then its response or error; it has neither if its task was cancelled."""

    __slots__ = ("error", "response", "task")

    def __init__(
        self, fetch: Callable[["_PendingRequest[ResponseT]"], Coroutine[object, object, None]]
    ) -> None:
        self.response: ResponseT | None = None
        self.error: Exception | None = None
        self.task = BackgroundTask(lambda: fetch(self))


class _Requests(Generic[PositionT, RequestT, ResponseT, PageT]):
    """The requests of one iterator; its tasks hold this, not the iterator, which can then be collected."""

    def __init__(
        self, session: AsyncSession, strategy: PrefetchStrategy[PositionT, RequestT, ResponseT, PageT]
    ) -> None:
        self._session = session
        self._strategy = strategy
        self._pending: dict[RequestT, _PendingRequest[ResponseT]] = {}
        self._tasks: list[BackgroundTask] = []
        self._target: tuple[PositionT, int] | None = None

    def retarget(self, position: PositionT, *, more: int) -> None:
        """Start all requests that are needed from a position on, and cancel all others.

        Args:
            position: Where the next page begins.
            more: 1 if the caller waits for that page, and fetches it itself unless it is under way.
        """
        self._target = (position, more)
        obsolete = self._pending.keys() - set(self._needed())
        for key in obsolete:
            self._pending.pop(key).task.cancel()
        if obsolete:
            self._strategy.record_miss()
        self._start_missing()

    async def page_at(self, position: PositionT) -> PageT | None:
        """Wait for the page at a position; None if it was not requested, or its response does not join.

        Raises:
            PandocastError: The request failed.
        """
        key = self._strategy.key(position)
        pending = self._pending.get(key)
        if pending is None:
            return None
        await pending.task.wait()
        self._pending.pop(key, None)
        if pending.response is not None:
            page = self._strategy.page_from(position, key, pending.response)
            if page is None:
                self._strategy.record_miss()
            return page
        error, pending.error = pending.error, None
        try:
            if error is not None:
                raise error
        finally:
            del error  # its traceback holds the frames that hold it
        return None

    def record_page(self, position: PositionT, page: PageT) -> PositionT | None:
        """Record the page at a position, fetch those after it, and return where the next one begins."""
        following = self._strategy.record_page(position, page)
        if following is not None:
            self.retarget(following, more=0)
        return following

    def cancel(self) -> None:
        """Cancel all requests, from any thread."""
        self._target = None
        for task in self._tasks:
            if not task.ended:
                task.cancel()

    async def wait(self) -> None:
        """Wait until all tasks have ended."""
        for task in self._tasks:
            await task.wait()

    def _needed(self) -> list[RequestT]:
        if self._target is None:
            return []
        responses = {
            key: pending.response for key, pending in self._pending.items() if pending.response is not None
        }
        position, more = self._target
        return self._strategy.requests_ahead(position, responses, more)

    def _start_missing(self) -> None:
        more = 0 if self._target is None else self._target[1]
        for key in self._needed()[more:]:
            if key not in self._pending:
                pending = self._pending[key] = _PendingRequest(partial(self._fetch, key))
                self._tasks = [*(task for task in self._tasks if not task.ended), pending.task]

    async def _fetch(self, key: RequestT, pending: _PendingRequest[ResponseT]) -> None:
        try:
            pending.response = await self._session.run(self._strategy.fetch_ahead, key)
        except Exception as error:  # noqa: BLE001 - raised in the task that needs the page
            pending.error = error
        else:
            self._start_missing()
