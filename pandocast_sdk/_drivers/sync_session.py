# Generated from pandocast_sdk/_drivers/async_session.py by tests/support/unasync.py; edit that file.
"""The blocking driver: runs plans."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.shared import Shared
from pandocast_sdk._core.client import has_plain_host
from pandocast_sdk._core.protocol import Load, Outcome, Plan, Send, Sleep
from pandocast_sdk._core.rate_limit.state import RateLimitState
from pandocast_sdk._drivers.client_state import ClientState
from pandocast_sdk._drivers.http.sync_pool import Pool
from pandocast_sdk._drivers.sync_steps import consult, load, scope, sleep
from pandocast_sdk._imports import importing
from pandocast_sdk.options import ClientOptions

if TYPE_CHECKING:
    from pandocast_sdk._drivers.http.sync_exchange import Exchange

T = TypeVar("T")
P = ParamSpec("P")


class Session:
    """Runs the plans of one client."""

    def __init__(
        self, options: ClientOptions, pool: Pool, *, owns_pool: bool, shared: Shared | None = None
    ) -> None:
        self.options = options
        self._pool = pool
        self._owns_pool = owns_pool
        self._state = ClientState(options, Shared(scope) if shared is None else shared)
        self._exchange: Exchange | None = None
        if not has_plain_host(options.base_url):
            # Only the HTTP library can tell whether such an address is valid: find out now.
            self._open_exchange()

    def run(
        self, procedure: Callable[Concatenate[CallContext, P], Plan[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a plan to its end.

        Raises:
            RuntimeError: The client is closed.
        """
        plan = procedure(self._state.context(), *args, **kwargs)
        exchange = load(self._open_exchange) if self._exchange is None else self._exchange
        outcome: Outcome = None
        try:
            while True:
                try:
                    step = plan.send(outcome)
                except StopIteration as stop:
                    result: T = stop.value
                    return result
                outcome = None
                if isinstance(step, Send):
                    outcome = exchange(step)
                elif isinstance(step, Sleep):
                    sleep(step)
                elif isinstance(step, Load):
                    load(step.load)
                else:
                    consult(self._state.store(), step)
        finally:
            plan.close()

    def warm_up(self) -> None:
        """Import what calls need.

        Raises:
            RuntimeError: The client is closed.
        """
        self._state.context()
        load(self._load_all)

    @property
    def rate_limit(self) -> RateLimitState:
        """The rate limit of the key, as far as it is known."""
        return self._state.rate_limit()

    def copy(self, options: ClientOptions) -> "Session":
        """Return a session with other options that shares the pool, and the polls."""
        return Session(options, self._pool, owns_pool=False, shared=self._state.shared)

    def close(self) -> None:
        """Release the budget, and close the pool if this client owns it."""
        self._state.close()
        if self._owns_pool:
            self._pool.close()

    def _load_all(self) -> None:
        with importing():
            from pandocast_sdk._drivers.warm_up import load_all  # noqa: PLC0415 - few clients are warmed up

            load_all("sync")
            self._open_exchange()
            self._pool.load(encrypted=self.options.base_url.startswith("https"))

    def _open_exchange(self) -> "Exchange":
        """Import the HTTP library, the slowest part of a first call, and prepare the requests."""
        with importing():
            from pandocast_sdk._drivers.http.sync_exchange import Exchange  # noqa: PLC0415 - as it says

            self._exchange = Exchange(self.options, self._pool)
        return self._exchange
