"""Fetches pages ahead in background threads; what to fetch, `_core.paging.prefetching` decides.

A thread ends when there is no request left to make, and never waits for another: a forgotten iterator leaves
no thread behind, and a process that exits need not wait for any.
"""

import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from pandocast_sdk._core.paging.cancellation import stoppable
from pandocast_sdk._core.paging.prefetching import PrefetchStrategy
from pandocast_sdk._drivers.sync_session import Session

PositionT = TypeVar("PositionT")
RequestT = TypeVar("RequestT")
ResponseT = TypeVar("ResponseT")
PageT = TypeVar("PageT")
PublicPageT = TypeVar("PublicPageT")


class Prefetcher(Generic[PositionT, RequestT, ResponseT, PageT, PublicPageT]):
    """Fetches the pages of one iterator ahead; only one thread at a time may use it."""

    def __init__(
        self,
        session: Session,
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
        self._process = os.getpid()
        self._requests = _Requests(session, strategy)

    def start(self) -> None:
        """Start fetching."""
        if self._position is not None:
            self._requests_here().retarget(self._position, more=0)

    def next_page(self) -> PublicPageT | None:
        """Return the next page, and continue fetching those after it; None at the end.

        Raises:
            PandocastError: It could not be fetched, perhaps some time ago; calling again tries again.
        """
        position = self._position
        if position is None:
            return None
        requests = self._requests_here()
        requests.retarget(position, more=1)
        page = requests.page_at(position)
        if page is None:
            page = self._session.run(self._strategy.fetch, position)
        self._position = requests.record_page(position, page)
        return self._page_of(page)

    def close(self) -> None:
        """Drop the requests that are not sent yet, and wait for the responses to the others."""
        self._requests.stopped = True
        if self._process == os.getpid():
            self._requests.join()

    def __del__(self) -> None:
        # No lock and no waiting: the garbage collector may call this in any thread at any time.
        self._requests.stopped = True

    def _requests_here(self) -> "_Requests[PositionT, RequestT, ResponseT, PageT]":
        if self._process != os.getpid():
            # The threads stayed in the parent, so their responses will never come.
            self._process = os.getpid()
            self._requests = _Requests(self._session, self._strategy)
        return self._requests


class _PendingRequest(Generic[ResponseT]):
    """One request, then its response or error."""

    __slots__ = ("cancelled", "ended", "error", "response")

    def __init__(self) -> None:
        self.response: ResponseT | None = None
        self.error: BaseException | None = None
        self.ended = threading.Event()
        self.cancelled = False


class _Requests(Generic[PositionT, RequestT, ResponseT, PageT]):
    """The requests of one iterator; its threads hold this, not the iterator, which can then be collected."""

    def __init__(
        self, session: Session, strategy: PrefetchStrategy[PositionT, RequestT, ResponseT, PageT]
    ) -> None:
        self._session = session
        self._strategy = strategy
        self._lock = threading.Lock()
        self._pending: dict[RequestT, _PendingRequest[ResponseT]] = {}
        self._threads: list[threading.Thread] = []
        self._target: tuple[PositionT, int] | None = None
        self.stopped = False

    def retarget(self, position: PositionT, *, more: int) -> None:
        """Start all requests that are needed from a position on, and cancel all others.

        Args:
            position: Where the next page begins.
            more: 1 if the caller waits for that page, and fetches it itself unless it is under way.
        """
        with self._lock:
            self._target = (position, more)
            keys = self._needed()
            obsolete = self._pending.keys() - set(keys)
            for key in obsolete:
                self._pending.pop(key).cancelled = True
            if obsolete:
                self._strategy.record_miss()
            added = [(key, self._add(key)) for key in keys[more:] if key not in self._pending]
        for key, pending in added:
            self._start(key, pending)

    def page_at(self, position: PositionT) -> PageT | None:
        """Wait for the page at a position; None if it was not requested, or its response does not join.

        Raises:
            PandocastError: The request failed.
        """
        key = self._strategy.key(position)
        pending = self._pending.get(key)
        if pending is None:
            return None
        pending.ended.wait()
        with self._lock:
            self._pending.pop(key, None)
            if pending.response is not None:
                page = self._strategy.page_from(position, key, pending.response)
                if page is None:
                    self._strategy.record_miss()
                return page
        error, pending.error = pending.error, None
        try:
            if isinstance(error, Exception):
                raise error
        finally:
            del error  # its traceback holds the frames that hold it
        return None

    def record_page(self, position: PositionT, page: PageT) -> PositionT | None:
        """Record the page at a position, fetch those after it, and return where the next one begins."""
        with self._lock:
            following = self._strategy.record_page(position, page)
        if following is not None:
            self.retarget(following, more=0)
        return following

    def join(self) -> None:
        """Wait until all threads have ended."""
        for thread in self._threads:
            thread.join()

    def _needed(self) -> list[RequestT]:
        if self._target is None:
            return []
        responses = {
            key: pending.response for key, pending in self._pending.items() if pending.response is not None
        }
        position, more = self._target
        return self._strategy.requests_ahead(position, responses, more)

    def _add(self, key: RequestT) -> _PendingRequest[ResponseT]:
        pending = self._pending[key] = _PendingRequest()
        return pending

    def _start(self, key: RequestT, pending: _PendingRequest[ResponseT]) -> None:
        thread = threading.Thread(
            target=self._fetch_all, args=(key, pending), name="pandocast-prefetch", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:
            # The system starts no more threads: the page is fetched when it is needed.
            with self._lock:
                del self._pending[key]
        else:
            self._threads = [*(other for other in self._threads if other.is_alive()), thread]

    def _fetch_all(self, key: RequestT, pending: _PendingRequest[ResponseT]) -> None:
        """Make a request, and then the next as long as one is missing."""
        current: tuple[RequestT, _PendingRequest[ResponseT]] | None = (key, pending)
        while current is not None:
            key, pending = current
            self._fetch(key, pending)
            with self._lock:
                current = self._finish(pending)

    def _fetch(self, key: RequestT, pending: _PendingRequest[ResponseT]) -> None:
        def stopped() -> bool:
            return self.stopped or pending.cancelled

        response: ResponseT | None = None
        try:
            response = self._session.run(stoppable, stopped, self._strategy.fetch_ahead, key)
        except BaseException as error:  # noqa: BLE001 - raised in the thread that needs the page
            pending.error = error
        pending.response = response

    def _finish(
        self, pending: _PendingRequest[ResponseT]
    ) -> tuple[RequestT, _PendingRequest[ResponseT]] | None:
        """Mark a request as ended, and return the next one that is missing."""
        pending.ended.set()
        if self.stopped or pending.cancelled:
            return None
        more = 0 if self._target is None else self._target[1]
        missing = next((key for key in self._needed()[more:] if key not in self._pending), None)
        return None if missing is None else (missing, self._add(missing))
