"""What the calls of a client and its copies share, while one of them needs it."""

import os
from collections.abc import Callable, Hashable
from threading import RLock
from typing import TypeVar, cast
from weakref import WeakValueDictionary

T = TypeVar("T")


class _Objects:
    """The shared objects of one process."""

    __slots__ = ("by_key", "lock")

    def __init__(self) -> None:
        self.by_key: WeakValueDictionary[Hashable, object] = WeakValueDictionary()
        self.lock = RLock()


class Shared:
    """Finds objects by their keys; each event loop and each process has its own.

    It holds none of them: one that no call uses any more is gone.
    """

    def __init__(self, scope: Callable[[], object]) -> None:
        """Begin with none.

        Args:
            scope: Returns what stands for the running event loop, if there are any.
        """
        self._scope = scope
        self._by_process: dict[int, _Objects] = {}

    def find(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the object with a key, made if there is none; a key stands for one type."""
        # A forked child begins anew, with a lock that no thread of its parent holds.
        objects = self._by_process.get(os.getpid()) or self._by_process.setdefault(os.getpid(), _Objects())
        scoped = (key, self._scope())
        with objects.lock:
            found = objects.by_key.get(scoped)
            if found is None:
                found = objects.by_key[scoped] = make()
            return cast("T", found)
