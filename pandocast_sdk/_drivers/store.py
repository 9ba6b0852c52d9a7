"""The connections to the Redis or Valkey in which several processes keep one budget.

Nothing here decides, and no query raises: where the store does not reply, the budget learns it and goes on by
itself. Async callers query in a thread: no event loop waits, and a call that is cancelled meanwhile loses no
reply.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha1
from threading import Lock
from typing import TYPE_CHECKING, cast
from weakref import WeakValueDictionary, finalize

from pandocast_sdk._core.protocol import Consult, Sleep, WakeCallback
from pandocast_sdk._core.rate_limit.budget_store import STORE_SECONDS, script
from pandocast_sdk._drivers.event_loop import sleep
from pandocast_sdk.options import redis_url

if TYPE_CHECKING:
    from redis import Redis

_THREADS = 4  # no budget has two queries under way, and few processes use many keys
_LONGEST_REPLY = 10.0  # seconds: more than a reply can take, so that no call waits for ever


class Store:
    """The connections of this process to one store, for all clients that use it."""

    def __init__(self, url: str) -> None:
        """Prepare them; the first query connects.

        Raises:
            ImportError: The package that speaks with such stores is not installed.
            ValueError: The URL is not one. The message does not repeat it: it may hold a password.
        """
        self._redis = _client(redis_url(url))
        finalize(self, self._redis.close)  # with the last client that holds it
        self._script = script()
        self._digest = sha1(self._script.encode(), usedforsecurity=False).hexdigest()
        self._threads: ThreadPoolExecutor | None = None

    def query(self, step: Consult) -> None:
        """Query the store, and deliver the reply or the kind of error that came in its place."""
        try:
            step.deliver(self._carry_out(*step.payload()))
        except Exception as error:  # noqa: BLE001 - whatever it is, no call must be lost by it
            step.fail(type(error).__name__)
        except BaseException as error:
            step.fail(type(error).__name__)
            raise

    async def query_in_thread(self, step: Consult) -> None:
        """Query in a thread, under asyncio or trio; it delivers, whether anybody still waits or not."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="pandocast-store")
        await sleep(Sleep(_LONGEST_REPLY, _PendingQuery(self._threads.submit(self.query, step))))

    def _carry_out(self, key: str, query: str) -> Sequence[object]:
        """Have the script carry out a query about a budget, and return its reply.

        Raises:
            Exception: Whatever kept the store from replying.
        """
        from redis.exceptions import NoScriptError  # noqa: PLC0415 - an extra

        try:
            reply = self._redis.evalsha(self._digest, 1, key, query)
        except NoScriptError:  # a store that has just been started
            reply = self._redis.eval(self._script, 1, key, query)
        return cast("Sequence[object]", reply)


_stores: WeakValueDictionary[str, Store] = WeakValueDictionary()
_lock = Lock()


def open_store(url: str) -> Store:
    """Return the store at a URL, which all clients of this process share while one of them holds it.

    Raises:
        ImportError: See `Store`.
        ValueError: See `Store`.
    """
    with _lock:
        store = _stores.get(url)
        if store is None:
            store = _stores[url] = Store(url)
        return store


class _PendingQuery:
    """A query that a thread makes, to sleep on."""

    def __init__(self, query: Future[None]) -> None:
        self._query = query

    def on_wake(self, callback: WakeCallback) -> bool:
        """Have `callback` called once the reply is delivered."""
        self._query.add_done_callback(lambda _: callback())
        return True


def _client(url: str) -> Redis:
    try:
        from redis import Redis  # noqa: PLC0415 - an extra
        from redis.backoff import NoBackoff  # noqa: PLC0415 - likewise
        from redis.retry import Retry  # noqa: PLC0415 - likewise
    except ImportError:
        raise ImportError(
            "RateLimitPolicy(store=...) needs the package redis; install pandocast[redis]"
        ) from None
    with suppress(Exception):  # its messages may repeat the password
        return Redis.from_url(  # pyright: ignore[reportUnknownMemberType] - its keywords have no types
            url,
            socket_timeout=STORE_SECONDS,
            socket_connect_timeout=STORE_SECONDS,
            # Querying again is the budget's business: meanwhile the calls go on.
            retry=Retry(NoBackoff(), 0),
        )
    raise ValueError("store is not a URL that the package redis understands")


def _begin_anew() -> None:
    """Forget the parent's connections in a forked child."""
    global _lock  # noqa: PLW0603 - another thread of the parent may have held it
    _lock = Lock()
    _stores.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
