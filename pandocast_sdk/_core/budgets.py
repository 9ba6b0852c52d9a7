"""The budgets of this process: one for each key at each origin, as long as a client uses it."""

import hashlib
import time
from threading import Lock
from weakref import WeakValueDictionary

from pandocast_sdk._core.rate_limit import Budget

_budgets: WeakValueDictionary[tuple[str, bytes], Budget] = WeakValueDictionary()
_lock = Lock()


def budget_for(origin: str, api_key: str) -> Budget:
    """Give the budget that all clients of one key share; it dies with the last client that holds it.

    Args:
        origin: Scheme, host and port of the service.
        api_key: The key; only its digest is remembered.
    """
    name = (origin, hashlib.sha256(api_key.encode()).digest())
    with _lock:
        budget = _budgets.get(name)
        if budget is None:
            budget = _budgets[name] = Budget(now=time.monotonic, wall=time.time)
        return budget
