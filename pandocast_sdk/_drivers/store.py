"""The connections to the Redis or Valkey in which several processes keep one budget.

Nothing here decides, and no query raises: when the store does not reply, the budget continues without it.
Async callers query in a thread: no event loop is blocked, and a call that is cancelled loses no reply.
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

_MAX_THREADS = 4  # a budget has one query under way at most, and few processes use many keys
_LONGEST_REPLY = 10.0  # seconds: more than a reply can take, so that no call waits forever


class Store:
    """The connections of this process to one store, shared by all clients that use it."""

    def __init__(self, url: str) -> None:
        """Prepare the connections; the first query connects.

        Raises:
            ImportError: The package redis is not installed.
            ValueError: The URL is invalid. The message does not repeat it: it may contain a password.
        """
        self._redis = _client(redis_url(url))
        finalize(self, self._redis.close)  # after the last client that uses it
        self._script = script()
        self._digest = sha1(self._script.encode(), usedforsecurity=False).hexdigest()
        self._threads: ThreadPoolExecutor | None = None

    def query(self, step: Consult) -> None:
        """Query the store, and deliver the reply or the kind of error."""
        try:
            step.deliver(self._run_script(*step.payload()))
        except Exception as error:  # noqa: BLE001 - no error may lose a call
            step.fail(type(error).__name__)
        except BaseException as error:
            step.fail(type(error).__name__)
            raise

    async def query_in_thread(self, step: Consult) -> None:
        """Query in a thread, under asyncio or trio; the reply is delivered even after a cancellation."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_MAX_THREADS, thread_name_prefix="pandocast-store")
        await sleep(Sleep(_LONGEST_REPLY, _PendingQuery(self._threads.submit(self.query, step))))

    def _run_script(self, key: str, query: str) -> Sequence[object]:
        """Run the script on the budget at a key, and return its reply.

        Raises:
            Exception: The store did not reply.
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
    """Return the store at a URL, shared by all clients of this process that use it.

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
    """A query in a thread, which ends a sleep."""

    def __init__(self, query: Future[None]) -> None:
        self._query = query

    def on_wake(self, callback: WakeCallback) -> bool:
        """Call `callback` once the reply is delivered."""
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
    with suppress(Exception):  # its messages may contain the password
        return Redis.from_url(  # pyright: ignore[reportUnknownMemberType] - its keywords have no types
            url,
            socket_timeout=STORE_SECONDS,
            socket_connect_timeout=STORE_SECONDS,
            # The budget decides when to query again; calls do not wait for it.
            retry=Retry(NoBackoff(), 0),
        )
    raise ValueError("store is not a URL that the package redis understands")


def _forget_parent() -> None:
    """Forget the parent's connections, in a forked child."""
    global _lock  # noqa: PLW0603 - a thread of the parent may have held it
    _lock = Lock()
    _stores.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_parent)
