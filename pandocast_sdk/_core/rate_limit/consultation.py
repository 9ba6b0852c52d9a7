"""One query of a shared budget to its store."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING

from pandocast_sdk._core.protocol import WakeCallback
from pandocast_sdk._core.rate_limit.budget_store import STORE_SECONDS, StoreQuery, parse_reply

if TYPE_CHECKING:
    from pandocast_sdk._core.rate_limit.shared_budget import SharedBudget


class Consultation:
    """One query to the store, under way or over."""

    def __init__(self, budget: SharedBudget, query: StoreQuery, since: float) -> None:
        self._budget = budget
        self._query = query
        self._lock = Lock()
        self._finished = False
        self._callbacks: list[WakeCallback] = []
        self.since = since

    def payload(self) -> tuple[str, str]:
        """Return the budget's key at the store, and the query, whose times hold from now on."""
        return self._budget.key, self._query.to_json(self._budget.now(), transit=2 * STORE_SECONDS)

    def deliver(self, reply: Sequence[object]) -> None:
        """Apply the reply.

        Raises:
            ValueError: It is not a reply of the script.
        """
        self._budget.on_reply(self, parse_reply(reply))

    def fail(self, reason: str) -> None:
        """Go on without a reply; `reason` names the kind of error."""
        self._budget.on_reply(self, reason)

    def on_wake(self, callback: WakeCallback) -> bool:
        """Have `callback` called when the query is over; return False if it is over."""
        with self._lock:
            self._callbacks.append(callback)
            return not self._finished

    def finish(self) -> None:
        """Wake what waits for the end of the query."""
        with self._lock:
            self._finished = True
        for callback in self._callbacks:
            callback()
