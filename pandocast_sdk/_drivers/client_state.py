"""The state of an open client: the context of its calls, and the handle of its key's budget."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.shared import Shared
from pandocast_sdk._core.client import budget_for, context_for
from pandocast_sdk._core.rate_limit.registry import BudgetHandle
from pandocast_sdk._core.rate_limit.state import RateLimitState
from pandocast_sdk._drivers.http.messages import CLOSED
from pandocast_sdk._imports import importing
from pandocast_sdk.options import ClientOptions

if TYPE_CHECKING:
    from pandocast_sdk._drivers.store import Store


class ClientState:
    """The state of one client until it is closed; a forked child gets its own."""

    __slots__ = ("_budget_handle", "_context", "_options", "_process", "_store", "shared")

    def __init__(self, options: ClientOptions, shared: Shared) -> None:
        """Open it.

        Args:
            options: The client's options.
            shared: What its calls share with those of its copies.
        """
        self._options = options
        self.shared = shared
        self._budget_handle: BudgetHandle | None = None
        self._context: CallContext | None = None
        self._store: Store | None = None
        self._process = 0
        self._open()

    def context(self) -> CallContext:
        """Return the context of the next call.

        Raises:
            RuntimeError: The client is closed.
        """
        if self._context is None:
            raise RuntimeError(CLOSED)
        if self._process != os.getpid():
            # The parent's budget counts requests whose responses this process will never see.
            return self._open()
        return self._context

    def rate_limit(self) -> RateLimitState:
        """Return the rate limit of the key, as far as it is known.

        Raises:
            RuntimeError: The client is closed.
        """
        budget = self.context().budget
        return RateLimitState() if budget is None else budget.state

    def store(self) -> Store:
        """Return the store that processes share.

        A call that outlives its client queries it too: others may wait for the reply.
        """
        if self._store is not None:
            return self._store
        with importing():
            from pandocast_sdk._drivers.store import open_store  # noqa: PLC0415 - few need it

        return open_store(self._options.rate_limit.store or "")

    def close(self) -> None:
        """Release the budget and the store; each ends with the last client that uses it."""
        self._context = self._budget_handle = self._store = None

    def _open(self) -> CallContext:
        policy = self._options.rate_limit
        self._store = None
        if policy.store is not None and policy.mode != "off":
            self._store = self.store()
        self._budget_handle = budget_for(self._options)
        self._context = context_for(self._options, self._budget_handle, self.shared)
        self._process = os.getpid()
        return self._context
