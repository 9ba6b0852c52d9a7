"""What a client holds while it is open: the terms of its calls, and its share in the key's budget."""

import os

from pandocast_sdk._core.budgets import Lease
from pandocast_sdk._core.plan import Terms
from pandocast_sdk._core.service import lease_for, terms_for
from pandocast_sdk._drivers.transport import CLOSED
from pandocast_sdk.options import ClientOptions


class Standing:
    """The terms of one client, from its opening to its closing; a forked child gets its own."""

    __slots__ = ("_lease", "_options", "_process", "_terms")

    def __init__(self, options: ClientOptions) -> None:
        self._options = options
        self._lease: Lease | None = None
        self._terms: Terms | None = None
        self._process = 0
        self._begin()

    def terms(self) -> Terms:
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

    def end(self) -> None:
        """Let go of the budget, which dies with the last client that holds it."""
        self._terms = self._lease = None

    def _begin(self) -> Terms:
        self._lease = lease_for(self._options)
        self._terms = terms_for(self._options, self._lease)
        self._process = os.getpid()
        return self._terms
