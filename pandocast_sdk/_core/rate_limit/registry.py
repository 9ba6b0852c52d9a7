"""The budgets of this process: one for each key at each service, as long as a client that uses it is open."""

import hashlib
import os
from threading import Lock
from weakref import WeakValueDictionary

from pandocast_sdk._core.clock import monotonic, wall
from pandocast_sdk._core.rate_limit.budget import Budget

_PREFIX = "pandocast:budget:3"  # with the version of what is kept there


class BudgetHandle:
    """What an open client holds of a budget, which is forgotten with the last handle.

    Calls in flight hold the budget alone: a caught error keeps the frames of its call, and so what they hold,
    for longer than the client may be open.
    """

    __slots__ = ("__weakref__", "budget")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget


_handles: WeakValueDictionary[tuple[str, str, bytes, bytes | None], BudgetHandle] = WeakValueDictionary()
_lock = Lock()


def budget_handle(service: str, origin: str, api_key: str, *, store: str | None = None) -> BudgetHandle:
    """Return the handle that all clients of one key share.

    Args:
        service: Its name. Services can stand at one origin, each with a limit of its own, or none.
        origin: Scheme, host and port of the service.
        api_key: The key; only its digest is remembered.
        store: Where several processes keep the budget; None for in this process.
    """
    digest = hashlib.sha256(api_key.encode())
    store_digest = None if store is None else hashlib.sha256(store.encode()).digest()
    name = (service, origin, digest.digest(), store_digest)
    with _lock:
        handle = _handles.get(name)
        if handle is None:
            if store is None:
                budget = Budget(now=monotonic, wall=wall)
            else:
                budget = _shared_budget(f"{_PREFIX}:{service}:{origin}:{digest.hexdigest()}")
            handle = _handles[name] = BudgetHandle(budget)
        return handle


def _shared_budget(key: str) -> Budget:
    from pandocast_sdk._core.rate_limit.shared_budget import SharedBudget  # noqa: PLC0415 - few need it

    return SharedBudget(key, now=monotonic, wall=wall)


def _begin_anew() -> None:
    """Forget the parent's budgets in a forked child, with the calls that are queued there for ever."""
    global _lock  # noqa: PLW0603 - another thread of the parent may have held it
    _lock = Lock()
    _handles.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
