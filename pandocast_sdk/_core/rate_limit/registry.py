"""The budgets of this process: one for each key at each service, as long as a client that uses it is open."""

import hashlib
import os
import time
from threading import Lock
from weakref import WeakValueDictionary

from pandocast_sdk._core.rate_limit.budget import Budget

_PREFIX = "pandocast:budget:1"  # with the version of what is kept there


class Lease:
    """A client's share in a budget, which dies with the last lease.

    Calls under way hold the budget alone: a caught error keeps the frames of its call, and so what they hold,
    for longer than the client may be open.
    """

    __slots__ = ("__weakref__", "budget")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget


_leases: WeakValueDictionary[tuple[str, str, bytes, bytes | None], Lease] = WeakValueDictionary()
_lock = Lock()


def lease_budget(service: str, origin: str, api_key: str, *, store: str | None = None) -> Lease:
    """Give the lease that all clients of one key share.

    Args:
        service: Its name. Services can stand at one origin, each with a limit of its own, or none.
        origin: Scheme, host and port of the service.
        api_key: The key; only its digest is remembered.
        store: Where the budget is kept that this one is a part of; None for in this process.
    """
    digest = hashlib.sha256(api_key.encode())
    place = None if store is None else hashlib.sha256(store.encode()).digest()
    name = (service, origin, digest.digest(), place)
    with _lock:
        lease = _leases.get(name)
        if lease is None:
            if store is None:
                budget = Budget(now=time.monotonic, wall=time.time)
            else:
                budget = _shared_budget(f"{_PREFIX}:{service}:{origin}:{digest.hexdigest()}")
            lease = _leases[name] = Lease(budget)
        return lease


def _shared_budget(key: str) -> Budget:
    from pandocast_sdk._core.rate_limit.shared_budget import SharedBudget  # noqa: PLC0415 - few need it

    return SharedBudget(key, now=time.monotonic, wall=time.time)


def _begin_anew() -> None:
    """Forget the parent's budgets in a forked child, with the calls that stand in line there for ever."""
    global _lock  # noqa: PLW0603 - another thread of the parent may have held it
    _lock = Lock()
    _leases.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
