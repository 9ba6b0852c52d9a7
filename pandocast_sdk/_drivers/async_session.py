"""The awaiting driver: runs plans, under asyncio or trio."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.shared import Shared
from pandocast_sdk._core.client import has_plain_host
from pandocast_sdk._core.protocol import Load, Outcome, Plan, Send, Sleep
from pandocast_sdk._core.rate_limit.state import RateLimitState
from pandocast_sdk._drivers.async_steps import consult, load, scope, sleep
from pandocast_sdk._drivers.client_state import ClientState
from pandocast_sdk._drivers.http.async_pool import AsyncPool
from pandocast_sdk._imports import importing
from pandocast_sdk.options import ClientOptions

if TYPE_CHECKING:
    from pandocast_sdk._drivers.http.async_exchange import AsyncExchange

T = TypeVar("T")
P = ParamSpec("P")


class AsyncSession:
    """Runs the plans of one client."""

    def __init__(
        self, options: ClientOptions, pool: AsyncPool, *, owns_pool: bool, shared: Shared | None = None
    ) -> None:
        self.options = options
        self._pool = pool
        self._owns_pool = owns_pool
        self._state = ClientState(options, Shared(scope) if shared is None else shared)
        self._exchange: AsyncExchange | None = None
        if not has_plain_host(options.base_url):
            # Only the HTTP library can tell whether such an address is valid: find out now.
            self._open_exchange()

    async def run(
        self, procedure: Callable[Concatenate[CallContext, P], Plan[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a plan to its end.

        Raises:
            RuntimeError: The client is closed.
        """
        plan = procedure(self._state.context(), *args, **kwargs)
        exchange = await load(self._open_exchange) if self._exchange is None else self._exchange
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
                    outcome = await exchange(step)
                elif isinstance(step, Sleep):
                    await sleep(step)
                elif isinstance(step, Load):
                    await load(step.load)
                else:
                    await consult(self._state.store(), step)
        finally:
            plan.close()

    async def warm_up(self) -> None:
        """Import what calls need.

        Raises:
            RuntimeError: The client is closed.
        """
        self._state.context()
        await load(self._load_all)

    @property
    def rate_limit(self) -> RateLimitState:
        """The rate limit of the key, as far as it is known."""
        return self._state.rate_limit()

    def copy(self, options: ClientOptions) -> "AsyncSession":
        """Return a session with other options that shares the pool, and the polls."""
        return AsyncSession(options, self._pool, owns_pool=False, shared=self._state.shared)

    async def close(self) -> None:
        """Release the budget, and close the pool if this client owns it."""
        self._state.close()
        if self._owns_pool:
            await self._pool.close()

    def _load_all(self) -> None:
        with importing():
            from pandocast_sdk._drivers.warm_up import load_all  # noqa: PLC0415 - few clients are warmed up

            load_all("async")
            self._open_exchange()
            self._pool.load(encrypted=self.options.base_url.startswith("https"))

    def _open_exchange(self) -> "AsyncExchange":
        """Import the HTTP library, the slowest part of a first call, and prepare the requests."""
        with importing():
            from pandocast_sdk._drivers.http.async_exchange import AsyncExchange  # noqa: PLC0415 - as it says

            self._exchange = AsyncExchange(self.options, self._pool)
        return self._exchange
