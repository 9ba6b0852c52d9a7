"""What a client holds while it is open: the context of its calls, and its share in the key's budget."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.client import budget_for, context_for
from pandocast_sdk._core.protocol import Consult
from pandocast_sdk._core.rate_limit.registry import Lease
from pandocast_sdk._core.rate_limit.state import RateLimitState
from pandocast_sdk._drivers.http.transport import CLOSED
from pandocast_sdk.options import ClientOptions

if TYPE_CHECKING:
    from pandocast_sdk._drivers.store import Store


class ClientState:
    """The context of one client, from its opening to its closing; a forked child gets its own."""

    __slots__ = ("_lease", "_options", "_process", "_store", "_terms")

    def __init__(self, options: ClientOptions) -> None:
        self._options = options
        self._lease: Lease | None = None
        self._terms: CallContext | None = None
        self._store: Store | None = None
        self._process = 0
        self._begin()

    def context(self) -> CallContext:
        """Give what holds for the next call.

        Raises:
            RuntimeError: The client is closed.
        """
        if self._terms is None:
            raise RuntimeError(CLOSED)
        if self._process != os.getpid():
            # The parent's budget counts requests that this process will never see answered.
            return self._begin()
        return self._terms

    def rate_limit(self) -> RateLimitState:
        """Tell of the key's window.

        Raises:
            RuntimeError: The client is closed.
        """
        budget = self.context().budget
        return RateLimitState() if budget is None else budget.state

    def consult(self, step: Consult) -> None:
        """Ask the store that processes share, and wait for it."""
        self._open_store().ask(step)

    async def consult_in_thread(self, step: Consult) -> None:
        """Ask the store that processes share, and wait for it without blocking the event loop."""
        await self._open_store().ask_in_thread(step)

    def end(self) -> None:
        """Let go of the budget, which dies with the last client that holds it, and of the store likewise."""
        self._terms = self._lease = self._store = None

    def _begin(self) -> CallContext:
        policy = self._options.rate_limit
        self._store = None
        if policy.store is not None and policy.mode != "off":
            self._store = self._open_store()
        self._lease = budget_for(self._options)
        self._terms = context_for(self._options, self._lease)
        self._process = os.getpid()
        return self._terms

    def _open_store(self) -> Store:
        """Give the store; a call that outlives its client asks, too, for others may wait for its reply."""
        from pandocast_sdk._drivers.store import open_store  # noqa: PLC0415 - few need it

        return self._store or open_store(self._options.rate_limit.store or "")
