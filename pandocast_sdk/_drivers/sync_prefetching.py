"""Fetches pages ahead in threads of their own; what to fetch, `_core.prefetching` decides.

A thread lives for the requests that are to be made, and never waits for more of them: an iterator that is
forgotten leaves none behind, and a process that ends need not wait for any.
"""

import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from pandocast_sdk._core.paging.cancellation import stoppable
from pandocast_sdk._core.paging.prefetching import PrefetchStrategy
from pandocast_sdk._drivers.sync_session import Session

Pos = TypeVar("Pos")
Key = TypeVar("Key")
Ans = TypeVar("Ans")
Pg = TypeVar("Pg")
P = TypeVar("P")


class Prefetcher(Generic[Pos, Key, Ans, Pg, P]):
    """The pages of one iterator, fetched ahead of it; to be used by one thread at a time."""

    def __init__(
        self,
        session: Session,
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
        self._process = os.getpid()
        self._work = _Work(session, strategy)

    def begin(self) -> None:
        """Begin to fetch."""
        if self._position is not None:
            self._own_work().aim(self._position, more=0)

    def next_page(self) -> P | None:
        """Return the next page, and go on fetching those behind it; None at the end.

        Raises:
            PandocastError: It could not be fetched, perhaps some time ago; calling again tries again.
        """
        position = self._position
        if position is None:
            return None
        work = self._own_work()
        work.aim(position, more=1)
        page = work.page(position)
        if page is None:
            page = self._session.run(self._strategy.fetch, position)
        self._position = work.note(position, page)
        return self._page_of(page)

    def close(self) -> None:
        """Give up what was not sent yet, and wait for the responses to what was."""
        self._work.stopped = True
        if self._process == os.getpid():
            self._work.join()

    def __del__(self) -> None:
        # No lock and no waiting: the garbage collector may call this in any thread at any time.
        self._work.stopped = True

    def _own_work(self) -> "_Work[Pos, Key, Ans, Pg]":
        if self._process != os.getpid():
            # The threads stayed with the parent, and with them the answers.
            self._process = os.getpid()
            self._work = _Work(self._session, self._strategy)
        return self._work


class _Slot(Generic[Ans]):
    """One request, and what came of it."""

    __slots__ = ("answer", "dropped", "ended", "error")

    def __init__(self) -> None:
        self.answer: Ans | None = None
        self.error: BaseException | None = None
        self.ended = threading.Event()
        self.dropped = False


class _Work(Generic[Pos, Key, Ans, Pg]):
    """What the threads of one iterator share; they do not hold the iterator itself, so that it can go."""

    def __init__(self, session: Session, strategy: PrefetchStrategy[Pos, Key, Ans, Pg]) -> None:
        self._session = session
        self._strategy = strategy
        self._lock = threading.Lock()
        self._slots: dict[Key, _Slot[Ans]] = {}
        self._threads: list[threading.Thread] = []
        self._aim: tuple[Pos, int] | None = None
        self.stopped = False

    def aim(self, position: Pos, *, more: int) -> None:
        """Have everything under way that is wanted from a position on, and nothing else.

        Args:
            position: Where the next page begins.
            more: 1 when the one who calls waits for that page, and fetches it himself if nobody does.
        """
        with self._lock:
            self._aim = (position, more)
            keys = self._wanted()
            beside = self._slots.keys() - set(keys)
            for key in beside:
                self._slots.pop(key).dropped = True
            if beside:
                self._strategy.record_miss()
            fresh = [(key, self._claim(key)) for key in keys[more:] if key not in self._slots]
        for key, slot in fresh:
            self._start(key, slot)

    def page(self, position: Pos) -> Pg | None:
        """Wait for the page at a position; None if it was not asked for, or its answer does not join.

        Raises:
            PandocastError: What became of the request.
        """
        key = self._strategy.key(position)
        slot = self._slots.get(key)
        if slot is None:
            return None
        slot.ended.wait()
        with self._lock:
            self._slots.pop(key, None)
            if slot.answer is not None:
                page = self._strategy.page_from(position, key, slot.answer)
                if page is None:
                    self._strategy.record_miss()
                return page
        error, slot.error = slot.error, None
        try:
            if isinstance(error, Exception):
                raise error
        finally:
            del error  # its traceback holds the frames that hold it
        return None

    def note(self, position: Pos, page: Pg) -> Pos | None:
        """Learn from a page, aim behind it, and return where the next one begins."""
        with self._lock:
            following = self._strategy.record_page(position, page)
        if following is not None:
            self.aim(following, more=0)
        return following

    def join(self) -> None:
        """Wait until the threads have ended."""
        for thread in self._threads:
            thread.join()

    def _wanted(self) -> list[Key]:
        if self._aim is None:
            return []
        answers = {key: slot.answer for key, slot in self._slots.items() if slot.answer is not None}
        position, more = self._aim
        return self._strategy.requests_ahead(position, answers, more)

    def _claim(self, key: Key) -> _Slot[Ans]:
        slot = self._slots[key] = _Slot()
        return slot

    def _start(self, key: Key, slot: _Slot[Ans]) -> None:
        thread = threading.Thread(
            target=self._fetch_all, args=(key, slot), name="pandocast-prefetch", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:
            # No more threads can be had: the page is fetched when it is wanted.
            with self._lock:
                del self._slots[key]
        else:
            self._threads = [*(other for other in self._threads if other.is_alive()), thread]

    def _fetch_all(self, key: Key, slot: _Slot[Ans]) -> None:
        """Fetch a page, and then, as long as there is one that nobody fetches, the next."""
        claimed: tuple[Key, _Slot[Ans]] | None = (key, slot)
        while claimed is not None:
            key, slot = claimed
            self._fetch(key, slot)
            with self._lock:
                claimed = self._finish(slot)

    def _fetch(self, key: Key, slot: _Slot[Ans]) -> None:
        def stopped() -> bool:
            return self.stopped or slot.dropped

        answer: Ans | None = None
        try:
            answer = self._session.run(stoppable, stopped, self._strategy.fetch_ahead, key)
        except BaseException as error:  # noqa: BLE001 - raised in the thread that wants the page
            slot.error = error
        slot.answer = answer

    def _finish(self, slot: _Slot[Ans]) -> tuple[Key, _Slot[Ans]] | None:
        slot.ended.set()
        if self.stopped or slot.dropped:
            return None
        more = 0 if self._aim is None else self._aim[1]
        fresh = next((key for key in self._wanted()[more:] if key not in self._slots), None)
        return None if fresh is None else (fresh, self._claim(fresh))
