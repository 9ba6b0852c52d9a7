"""Cancelled and interrupted calls: they leave the queue, and release their slot and their connection."""

import asyncio
import signal
import threading
import time

import anyio
import anyio.lowlevel
import httpx
import pytest
from support.concurrency import BACKENDS, PATIENCE, budget_of, cancelled_when, run_scenario, until
from support.loopback import KEY, NO_LIMIT, Conversation, Loopback, http, loopback
from support.rate_limit_scripts import last_slot, spend_window

from pandocast_sdk import AsyncPandocast, Pandocast


def respond_to_things_only(conversation: Conversation) -> None:
    """Respond to `/things`, and let every other request hang."""
    while request := conversation.read_request():
        if not request.target.endswith("/things"):
            conversation.hang()
            return
        conversation.send(http("200 OK"))


@BACKENDS
def test_a_call_cancelled_in_the_queue_leaves_it(backend: str) -> None:
    async def scenario(client: AsyncPandocast, server: Loopback) -> None:
        budget = budget_of(client)
        await client.request("GET", "/things")
        await cancelled_when(lambda: budget._queue, lambda: client.request("GET", "/things"))
        assert not budget._queue
        assert budget._in_flight == 0
        assert len(server.requests) == 1

    run_scenario(backend, scenario, spend_window)


@BACKENDS
def test_a_call_cancelled_in_flight_releases_its_slot_and_its_connection(backend: str) -> None:
    async def scenario(client: AsyncPandocast, server: Loopback) -> None:
        budget = budget_of(client)
        await cancelled_when(lambda: server.requests, lambda: client.request("GET", "/hang"))
        assert budget._in_flight == 0
        assert await anyio.to_thread.run_sync(server.all_closed)
        assert (await client.request("GET", "/things")).status_code == 200

    run_scenario(backend, scenario, respond_to_things_only)


@BACKENDS
def test_cancelled_calls_do_not_exhaust_the_connection_pool(backend: str) -> None:
    """As many are cancelled as the pool has connections, and more; then one still gets through."""

    async def run() -> None:
        limits = httpx.Limits(max_connections=2)
        with loopback(respond_to_things_only) as server:
            async with (
                httpx.AsyncClient(limits=limits) as http_client,
                AsyncPandocast(
                    api_key=KEY, base_url=server.url, http_client=http_client, rate_limit=NO_LIMIT
                ) as client,
            ):
                for number in range(1, 6):
                    await cancelled_when(
                        lambda number=number: len(server.requests) == number,  # type: ignore[misc] # bound here
                        lambda: client.request("GET", "/hang"),
                    )
                with anyio.fail_after(PATIENCE):
                    await client.request("GET", "/things")

    anyio.run(run, backend=backend)


@BACKENDS
def test_a_cancelled_first_call_lets_the_next_one_be_sent(backend: str) -> None:
    async def scenario(client: AsyncPandocast, server: Loopback) -> None:
        async def replace(first: anyio.CancelScope) -> None:
            budget = budget_of(client)
            await until(lambda: server.requests)
            group.start_soon(client.request, "GET", "/things")
            await until(lambda: budget._queue)
            first.cancel()

        async with anyio.create_task_group() as group:
            with anyio.CancelScope() as first:
                group.start_soon(replace, first)
                await client.request("GET", "/hang")
        assert budget_of(client)._in_flight == 0
        assert [request.target[-6:] for request in server.requests] == ["1/hang", "things"]

    run_scenario(backend, scenario, respond_to_things_only)


@pytest.mark.parametrize("turns", range(8))
def test_a_call_cancelled_as_it_is_granted_a_slot_is_cancelled(turns: int) -> None:
    """However many turns of the event loop lie between the two."""

    async def scenario(client: AsyncPandocast, _server: Loopback) -> None:
        budget = budget_of(client)
        await client.request("GET", "/things")
        task = asyncio.create_task(client.request("POST", "/hang"))
        await until(lambda: budget._queue.calls and budget._queue.calls[0]._wake)
        budget._open_window(1, 1)
        assert budget.poll(budget._queue.calls[0]) is None
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task}, timeout=PATIENCE)
        assert task.cancelled()
        assert budget._in_flight == 0

    def spend_and_hang(conversation: Conversation) -> None:
        while request := conversation.read_request():
            if request.target.endswith("/hang"):
                conversation.hang()
                return
            conversation.send(last_slot())

    run_scenario("asyncio", scenario, spend_and_hang)


def test_an_interrupted_call_leaves_the_queue() -> None:
    """As by the user's Ctrl-C, in the middle of the wait."""
    main = threading.main_thread().ident
    assert main is not None

    def is_waiting() -> bool:
        return bool(budget._queue.calls) and budget._queue.calls[0]._wake is not None

    def interrupt_the_wait() -> None:
        given_up = time.monotonic() + PATIENCE
        while not is_waiting() and time.monotonic() < given_up:
            time.sleep(0.001)  # a ticket has no event for this
        signal.pthread_kill(main, signal.SIGINT)

    with loopback(spend_window) as server, Pandocast(api_key=KEY, base_url=server.url) as client:
        client.request("GET", "/things")
        budget = budget_of(client)
        thread = threading.Thread(target=interrupt_the_wait)
        with pytest.raises(KeyboardInterrupt) as caught:  # noqa: PT012 - the interrupt must not come before
            thread.start()
            client.request("GET", "/things")
        thread.join()
        assert caught.value.__traceback__ is not None, "whose frames hold the call"
        assert not budget._queue
        assert budget._in_flight == 0


async def cancel_after(turns: int, client: AsyncPandocast, *, as_task: bool) -> None:
    """Begin a call, and cancel it so many turns of the event loop later."""

    async def call() -> None:
        await client.request("GET", "/things")

    if as_task:
        task = asyncio.ensure_future(call())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return
    async with anyio.create_task_group() as group:
        group.start_soon(call)
        for _ in range(turns):
            await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()


@pytest.mark.parametrize("cancelling", ["task", "asyncio", "trio"])
@pytest.mark.parametrize("own", [True, False], ids=["own connections", "a caller's"])
def test_a_call_cancelled_at_any_step_leaves_no_connection_behind(cancelling: str, own: bool) -> None:  # noqa: FBT001
    """Neither in the pool, whose slots would be gone for good, nor open. See httpcore's issue 1093."""

    def close_every_other(conversation: Conversation) -> None:
        for _ in range(2):
            if conversation.read_request():
                conversation.send(http("200 OK"))

    async def main(url: str) -> None:
        async with (
            httpx.AsyncClient(trust_env=False) as http_client,
            AsyncPandocast(
                api_key=KEY, base_url=url, rate_limit=NO_LIMIT, http_client=None if own else http_client
            ) as client,
        ):
            await client.request("GET", "/things")
            opened = next(iter(client._session._pool._transports.values()))
            transport = opened.transport_to(httpx.URL(url))
            assert isinstance(transport, httpx.AsyncHTTPTransport)
            for turns in range(60):
                await cancel_after(turns % 30, client, as_task=cancelling == "task")
                assert not transport._pool._requests, turns
                for connection in transport._pool.connections:
                    assert connection.is_idle() or connection.is_closed(), turns

    with loopback(close_every_other) as server:
        anyio.run(main, server.url, backend="trio" if cancelling == "trio" else "asyncio")
        assert server.all_closed()
