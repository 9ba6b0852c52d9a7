"""Helpers for tests of concurrent calls: wait for a condition, cancel a call, look into a budget."""

from collections.abc import Awaitable, Callable

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from support.loopback import KEY, Loopback, Script, loopback

from pandocast_sdk import AsyncPandocast, Pandocast
from pandocast_sdk._core.rate_limit.budget import Budget

PATIENCE = 20.0  # seconds for what should take a moment
BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])
MAY_FORK = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")


def budget_of(client: Pandocast | AsyncPandocast) -> Budget:
    """Return the rate-limit budget that a client uses."""
    context = client._session._state.context()
    assert context.budget is not None
    return context.budget


async def until(condition: Callable[[], object]) -> None:
    """Let other tasks run until the condition holds."""
    with anyio.fail_after(PATIENCE):
        while not condition():
            await anyio.lowlevel.checkpoint()


async def cancelled_when(condition: Callable[[], object], call: Callable[[], Awaitable[object]]) -> None:
    """Begin a call, and cancel it once the condition holds."""

    async def run_call() -> None:
        await call()
        pytest.fail("the call ended by itself")

    async with anyio.create_task_group() as group:
        group.start_soon(run_call)
        await until(condition)
        group.cancel_scope.cancel()


def run_scenario(
    backend: str, scenario: Callable[[AsyncPandocast, Loopback], Awaitable[None]], script: Script
) -> None:
    """Run a scenario with a client of its own, against a server that follows the script."""

    async def run() -> None:
        with loopback(script) as server:
            async with AsyncPandocast(api_key=KEY, base_url=server.url) as client:
                await scenario(client, server)
            assert await anyio.to_thread.run_sync(server.all_closed), "a connection is left open"

    anyio.run(run, backend=backend)
