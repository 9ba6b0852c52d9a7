"""The budgets of this process: one for each key at each service, as long as a client that uses it is open."""

import hashlib
import os
import time
from threading import Lock
from weakref import WeakValueDictionary

from pandocast_sdk._core.rate_limit import Budget


class Lease:
    """A client's share in a budget, which dies with the last lease.

    Calls under way hold the budget alone: a caught error keeps the frames of its call, and so what they hold,
    for longer than the client may be open.
    """

    __slots__ = ("__weakref__", "budget")

    def __init__(self, budget: Budget) -> None:
        self.budget = budget


_leases: WeakValueDictionary[tuple[str, str, bytes], Lease] = WeakValueDictionary()
_lock = Lock()


def lease_budget(service: str, origin: str, api_key: str) -> Lease:
    """Give the lease that all clients of one key share.

    Args:
        service: Its name. Services can stand at one origin, each with a limit of its own, or none.
        origin: Scheme, host and port of the service.
        api_key: The key; only its digest is remembered.
    """
    name = (service, origin, hashlib.sha256(api_key.encode()).digest())
    with _lock:
        lease = _leases.get(name)
        if lease is None:
            lease = _leases[name] = Lease(Budget(now=time.monotonic, wall=time.time))
        return lease


def _begin_anew() -> None:
    """Forget the parent's budgets in a forked child, with the calls that stand in line there for ever."""
    global _lock  # noqa: PLW0603 - another thread of the parent may have held it
    _lock = Lock()
    _leases.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
