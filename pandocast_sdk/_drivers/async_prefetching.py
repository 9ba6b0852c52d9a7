"""Fetches pages ahead in tasks of their own; the blocking twin is `sync_prefetching`."""

import os
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Generic, TypeVar

from pandocast_sdk._core.paging.prefetching import PrefetchStrategy
from pandocast_sdk._drivers.async_session import AsyncSession
from pandocast_sdk._drivers.background_tasks import BackgroundTask
from pandocast_sdk._drivers.event_loop import current_loop

Pos = TypeVar("Pos")
Key = TypeVar("Key")
Ans = TypeVar("Ans")
Pg = TypeVar("Pg")
P = TypeVar("P")


class AsyncPrefetcher(Generic[Pos, Key, Ans, Pg, P]):
    """The pages of one iterator, fetched ahead of it; to be used by one task at a time."""

    def __init__(
        self,
        session: AsyncSession,
        strategy: PrefetchStrategy[Pos, Key, Ans, Pg],
        position: Pos | None,
        page_of: Callable[[Pg], P],
    ) -> None:
        """Prepare to fetch the pages from a position on.

        Args:
            session: Runs the plans.
            strategy: Decides what to fetch.
            position: Where the first page begins; None where there is none.
            page_of: Makes of a page of the core the one that users see.
        """
        self._session = session
        self._strategy = strategy
        self._position = position
        self._page_of = page_of
        self._owner: tuple[int, object] = (0, None)
        self._work = _Work(session, strategy)

    def begin(self) -> None:
        """Begin to fetch."""
        if self._position is not None:
            self._own_work().aim(self._position, more=0)

    async def next_page(self) -> P | None:
        """Return the next page, and go on fetching those behind it; None at the end.

        Raises:
            PandocastError: It could not be fetched, perhaps some time ago; calling again tries again.
        """
        position = self._position
        if position is None:
            return None
        work = self._own_work()
        work.aim(position, more=1)
        page = await work.page(position)
        if page is None:
            page = await self._session.run(self._strategy.fetch, position)
        self._position = work.note(position, page)
        return self._page_of(page)

    async def close(self) -> None:
        """Cancel what is under way, and wait until it has ended."""
        self._work.cancel()
        if self._owner == (os.getpid(), current_loop()):
            await self._work.wait()

    def __del__(self) -> None:
        self._work.cancel()

    def _own_work(self) -> "_Work[Pos, Key, Ans, Pg]":
        owner = (os.getpid(), current_loop())
        if self._owner != owner:
            # Tasks end with their loop, and their answers do not come any more.
            self._owner = owner
            self._work = _Work(self._session, self._strategy)
        return self._work


class _Slot(Generic[Ans]):
    """One request, and what came of it: neither, when its task was called off."""

    __slots__ = ("answer", "error", "task")

    def __init__(self, fetch: Callable[["_Slot[Ans]"], Coroutine[object, object, None]]) -> None:
        self.answer: Ans | None = None
        self.error: Exception | None = None
        self.task = BackgroundTask(lambda: fetch(self))


class _Work(Generic[Pos, Key, Ans, Pg]):
    """What the tasks of one iterator share; they do not hold the iterator itself, so that it can go."""

    def __init__(self, session: AsyncSession, strategy: PrefetchStrategy[Pos, Key, Ans, Pg]) -> None:
        self._session = session
        self._strategy = strategy
        self._slots: dict[Key, _Slot[Ans]] = {}
        self._tasks: list[BackgroundTask] = []
        self._aim: tuple[Pos, int] | None = None

    def aim(self, position: Pos, *, more: int) -> None:
        """Have everything under way that is wanted from a position on, and nothing else.

        Args:
            position: Where the next page begins.
            more: 1 when the one who calls waits for that page, and fetches it himself if nobody does.
        """
        self._aim = (position, more)
        beside = self._slots.keys() - set(self._wanted())
        for key in beside:
            self._slots.pop(key).task.cancel()
        if beside:
            self._strategy.record_miss()
        self._begin()

    async def page(self, position: Pos) -> Pg | None:
        """Wait for the page at a position; None if it was not asked for, or its answer does not join.

        Raises:
            PandocastError: What became of the request.
        """
        key = self._strategy.key(position)
        slot = self._slots.get(key)
        if slot is None:
            return None
        await slot.task.wait()
        self._slots.pop(key, None)
        if slot.answer is not None:
            page = self._strategy.page_from(position, key, slot.answer)
            if page is None:
                self._strategy.record_miss()
            return page
        error, slot.error = slot.error, None
        try:
            if error is not None:
                raise error
        finally:
            del error  # its traceback holds the frames that hold it
        return None

    def note(self, position: Pos, page: Pg) -> Pos | None:
        """Learn from a page, aim behind it, and return where the next one begins."""
        following = self._strategy.record_page(position, page)
        if following is not None:
            self.aim(following, more=0)
        return following

    def cancel(self) -> None:
        """Call everything off, from whatever thread."""
        self._aim = None
        for task in self._tasks:
            if not task.ended:
                task.cancel()

    async def wait(self) -> None:
        """Wait until every task has ended."""
        for task in self._tasks:
            await task.wait()

    def _wanted(self) -> list[Key]:
        if self._aim is None:
            return []
        answers = {key: slot.answer for key, slot in self._slots.items() if slot.answer is not None}
        position, more = self._aim
        return self._strategy.requests_ahead(position, answers, more)

    def _begin(self) -> None:
        """Begin what is wanted and not under way."""
        more = 0 if self._aim is None else self._aim[1]
        for key in self._wanted()[more:]:
            if key not in self._slots:
                slot = self._slots[key] = _Slot(partial(self._fetch, key))
                self._tasks = [*(task for task in self._tasks if not task.ended), slot.task]

    async def _fetch(self, key: Key, slot: _Slot[Ans]) -> None:
        try:
            slot.answer = await self._session.run(self._strategy.fetch_ahead, key)
        except Exception as error:  # noqa: BLE001 - raised in the task that wants the page
            slot.error = error
        else:
            self._begin()
