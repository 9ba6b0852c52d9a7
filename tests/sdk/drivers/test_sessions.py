"""Clients over threads, event loops and processes: nothing is shared that must not be, nor lost."""

import asyncio
import gc
import multiprocessing
import pickle
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from multiprocessing.connection import Connection

import anyio
import anyio.lowlevel
import httpx
import pytest
import trio
from support.loopback import KEY, NO_LIMIT, Conversation, Loopback, Script, always, http, loopback

from pandocast_sdk import (
    APIConnectionError,
    AsyncPandocast,
    Pandocast,
    RateLimitError,
    RateLimitPolicy,
)
from pandocast_sdk._core.rate_limit.budget import Budget

BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])
MAY_FORK = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")


class Window:
    """A script that counts requests in windows of whole seconds, and refuses what is too much."""

    def __init__(self, limit: int, seconds: int) -> None:
        self.limit = limit
        self.seconds = seconds
        self.refusals = 0
        self._lock = threading.Lock()
        self._reset = 0
        self._used = 0

    def __call__(self, conversation: Conversation) -> None:
        while conversation.read_request():
            conversation.send(self.answer())

    def answer(self) -> bytes:
        with self._lock:
            now = time.time()
            if now >= self._reset:
                self._reset, self._used = int(now) + self.seconds, 0
            refused = self._used >= self.limit
            self._used += not refused
            self.refusals += refused
            headers = (
                f"X-RateLimit-Limit: {self.limit}",
                f"X-RateLimit-Remaining: {self.limit - self._used}",
                f"X-RateLimit-Reset: {self._reset}",
                f"Date: {formatdate(now, usegmt=True)}",
            )
        return http("429 Too Many Requests" if refused else "200 OK", b"{}", *headers)


def budget_of(client: Pandocast | AsyncPandocast) -> Budget:
    context = client._session._state.context()
    assert context.budget is not None
    return context.budget


async def until(condition: Callable[[], object]) -> None:
    with anyio.fail_after(5):
        while not condition():
            await anyio.lowlevel.checkpoint()


async def cancelled_when(condition: Callable[[], object], call: Callable[[], Awaitable[object]]) -> None:
    """Begin a call, and cancel it once the condition holds."""

    async def calling() -> None:
        await call()
        pytest.fail("the call ended by itself")

    async with anyio.create_task_group() as group:
        group.start_soon(calling)
        await until(condition)
        group.cancel_scope.cancel()


def asynchronous(
    backend: str, scenario: Callable[[AsyncPandocast, Loopback], Awaitable[None]], script: Script
) -> None:
    """Run a scenario with a client of its own, against a server that speaks as the script says."""

    async def running() -> None:
        with loopback(script) as server:
            async with AsyncPandocast(api_key=KEY, base_url=server.url) as client:
                await scenario(client, server)
            assert await anyio.to_thread.run_sync(server.all_closed), "a connection is left open"

    anyio.run(running, backend=backend)


def a_spent_window() -> bytes:
    reset = int(time.time()) + 60
    headers = ("X-RateLimit-Limit: 1", "X-RateLimit-Remaining: 0", f"X-RateLimit-Reset: {reset}")
    return http("200 OK", b"{}", *headers)


def spent(conversation: Conversation) -> None:
    """A window that is spent from the first answer on, for a minute."""
    always(a_spent_window())(conversation)


def answer_things_only(conversation: Conversation) -> None:
    """Answers `/things`, and lets every other request hang."""
    while heard := conversation.read_request():
        if not heard.target.endswith("/things"):
            conversation.hang()
            return
        conversation.send(http("200 OK"))


@BACKENDS
def test_a_call_cancelled_in_line_leaves_the_line(backend: str) -> None:
    async def scenario(client: AsyncPandocast, server: Loopback) -> None:
        budget = budget_of(client)
        await client.request("GET", "/things")
        await cancelled_when(lambda: budget._queue, lambda: client.request("GET", "/things"))
        assert not budget._queue
        assert budget._in_flight == 0
        assert len(server.heard) == 1

    asynchronous(backend, scenario, spent)


@BACKENDS
def test_a_call_cancelled_in_flight_gives_up_its_place_and_its_connection(backend: str) -> None:
    async def scenario(client: AsyncPandocast, server: Loopback) -> None:
        budget = budget_of(client)
        await cancelled_when(lambda: server.heard, lambda: client.request("GET", "/hang"))
        assert budget._in_flight == 0
        assert await anyio.to_thread.run_sync(server.all_closed)
        assert (await client.request("GET", "/things")).status_code == 200

    asynchronous(backend, scenario, answer_things_only)


@BACKENDS
def test_cancelled_calls_do_not_eat_up_the_pool(backend: str) -> None:
    """As many are cancelled as the pool has connections, and more; then one still gets through."""

    async def running() -> None:
        limits = httpx.Limits(max_connections=2)
        with loopback(answer_things_only) as server:
            async with (
                httpx.AsyncClient(limits=limits) as given,
                AsyncPandocast(
                    api_key=KEY, base_url=server.url, http_client=given, rate_limit=NO_LIMIT
                ) as client,
            ):
                for number in range(1, 6):
                    await cancelled_when(
                        lambda number=number: len(server.heard) == number,  # type: ignore[misc] # bound here
                        lambda: client.request("GET", "/hang"),
                    )
                with anyio.fail_after(5):
                    await client.request("GET", "/things")

    anyio.run(running, backend=backend)


@BACKENDS
def test_a_first_call_that_is_cancelled_lets_the_next_one_ask(backend: str) -> None:
    async def scenario(client: AsyncPandocast, server: Loopback) -> None:
        async def replace(first: anyio.CancelScope) -> None:
            budget = budget_of(client)
            await until(lambda: server.heard)
            group.start_soon(client.request, "GET", "/things")
            await until(lambda: budget._queue)
            first.cancel()

        async with anyio.create_task_group() as group:
            with anyio.CancelScope() as first:
                group.start_soon(replace, first)
                await client.request("GET", "/hang")
        assert budget_of(client)._in_flight == 0
        assert [heard.target[-6:] for heard in server.heard] == ["1/hang", "things"]

    asynchronous(backend, scenario, answer_things_only)


@pytest.mark.parametrize("turns", range(8))
def test_a_call_cancelled_as_it_is_woken_is_cancelled(turns: int) -> None:
    """However many turns of the event loop lie between the two."""

    async def scenario(client: AsyncPandocast, _server: Loopback) -> None:
        budget = budget_of(client)
        await client.request("GET", "/things")
        task = asyncio.create_task(client.request("POST", "/hang"))
        await until(lambda: budget._queue and budget._queue[0]._wake)
        budget._open_window(1, 1)
        assert budget.poll(budget._queue[0]) is None
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task}, timeout=5)
        assert task.cancelled()
        assert budget._in_flight == 0

    def spent_and_then_silent(conversation: Conversation) -> None:
        while heard := conversation.read_request():
            if heard.target.endswith("/hang"):
                conversation.hang()
                return
            conversation.send(a_spent_window())

    asynchronous("asyncio", scenario, spent_and_then_silent)


@BACKENDS
def test_a_crowd_of_tasks_is_paced_and_nobody_is_refused(backend: str) -> None:
    window = Window(limit=40, seconds=1)

    async def scenario(client: AsyncPandocast, server: Loopback) -> None:
        async with anyio.create_task_group() as group:
            for _ in range(100):
                group.start_soon(client.request, "GET", "/things")
        assert len(server.heard) == 100

    asynchronous(backend, scenario, window)
    assert window.refusals == 0


def test_twenty_threads_share_one_client() -> None:
    window = Window(limit=40, seconds=1)
    with loopback(window) as server, Pandocast(api_key=KEY, base_url=server.url) as client:
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _: client.request("GET", "/things"), range(100)))
        assert budget_of(client)._in_flight == 0
        assert server.connections <= 20
    assert {answer.status_code for answer in answers} == {200}
    assert window.refusals == 0
    assert server.all_closed()


def test_threads_and_event_loops_wait_in_one_queue() -> None:
    """One key has one budget, whichever clients use it, and each wakes the others."""
    window = Window(limit=30, seconds=1)
    # A budget dies with its last client: no client is closed before all are open.
    all_open = threading.Barrier(4)

    def in_a_thread(url: str) -> None:
        with Pandocast(api_key=KEY, base_url=url) as client:
            all_open.wait(20)
            for _ in range(15):
                client.request("GET", "/things")

    async def requesting(url: str) -> None:
        async with AsyncPandocast(api_key=KEY, base_url=url) as client, anyio.create_task_group() as group:
            all_open.wait(20)
            for _ in range(15):
                group.start_soon(client.request, "GET", "/things")

    def in_a_loop(url: str, backend: str) -> None:
        anyio.run(requesting, url, backend=backend)

    with loopback(window) as server, ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(in_a_thread, server.url) for _ in range(2)]
        futures += [pool.submit(in_a_loop, server.url, backend) for backend in ("asyncio", "trio")]
        for future in futures:
            future.result()
    assert len(server.heard) == 60
    assert window.refusals == 0


def test_a_client_goes_on_in_another_event_loop() -> None:
    with loopback(always(http("200 OK", b"{}", "Connection: close"))) as server:
        client = AsyncPandocast(api_key=KEY, base_url=server.url)

        async def request() -> int:
            return (await client.request("GET", "/things")).status_code

        assert [
            asyncio.run(request()),
            asyncio.run(request()),
            trio.run(request),
            asyncio.run(request()),
        ] == [200] * 4
        asyncio.run(client.close())
    assert server.connections == 4


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_connection_of_another_event_loop_is_left_alone() -> None:
    """It cannot be used here, nor closed; that it was left open is the caller's, who is told by a warning."""
    with loopback(always(http("200 OK"))) as server:
        client = AsyncPandocast(api_key=KEY, base_url=server.url)

        async def request() -> int:
            return (await client.request("GET", "/things")).status_code

        async def request_and_close() -> int:
            async with client:
                return await request()

        assert [asyncio.run(request()), trio.run(request), asyncio.run(request_and_close())] == [200] * 3
        gc.collect()
    assert server.connections == 3


def test_a_closed_client_says_so() -> None:
    client = Pandocast(api_key=KEY)
    client.close()
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.request("GET", "/things")

    async def closing() -> None:
        client = AsyncPandocast(api_key=KEY)
        await client.close()
        await client.close()
        with pytest.raises(RuntimeError, match="closed"):
            await client.request("GET", "/things")

    asyncio.run(closing())


def test_a_copy_shares_the_connections_and_lives_as_long_as_they_do() -> None:
    with loopback(always(http("200 OK"))) as server:
        client = Pandocast(api_key=KEY, base_url=server.url)
        first, second = client.with_options(timeout=5), client.with_options(max_retries=0)
        for one in (client, first, second):
            one.request("GET", "/things")
        assert server.connections == 1
        first.close()
        with pytest.raises(RuntimeError, match="closed"):
            first.request("GET", "/things")
        second.request("GET", "/things")
        client.close()
        with pytest.raises(RuntimeError, match="closed"):
            second.request("GET", "/things")
        assert server.connections == 1
        assert server.all_closed()


def test_an_async_copy_lives_as_long_as_its_original() -> None:
    async def copying(url: str) -> None:
        async with AsyncPandocast(api_key=KEY, base_url=url) as client:
            copy = client.with_options(timeout=5)
            await copy.request("GET", "/things")
        with pytest.raises(RuntimeError, match="closed"):
            await copy.request("GET", "/things")

    with loopback(always(http("200 OK"))) as server:
        asyncio.run(copying(server.url))
        assert server.connections == 1
        assert server.all_closed()


def test_a_given_client_stays_open() -> None:
    with loopback(always(http("200 OK"))) as server, httpx.Client() as given:
        client = Pandocast(api_key=KEY, base_url=server.url, http_client=given)
        client.request("GET", "/things")
        client.close()
        assert given.get(f"{server.url}/things").status_code == 200
        assert server.connections == 1


def test_a_budget_dies_with_the_last_open_client_even_while_its_error_is_kept() -> None:
    raising = RateLimitPolicy("raise")
    with loopback(spent) as server:
        with Pandocast(api_key=KEY, base_url=server.url, rate_limit=raising) as client:
            client.request("GET", "/things")
            other = Pandocast(api_key=KEY, base_url=server.url, rate_limit=raising)
            with other, pytest.raises(RateLimitError) as caught:
                other.request("GET", "/things")
            with pytest.raises(RateLimitError):
                client.request("GET", "/things")
        with Pandocast(api_key=KEY, base_url=server.url, rate_limit=raising) as client:
            client.request("GET", "/things")
    assert caught.value.__traceback__ is not None
    assert len(server.heard) == 2


@pytest.mark.parametrize("closed", [False, True])
def test_a_client_pickles_with_what_it_was_told_and_without_its_connections(closed: bool) -> None:  # noqa: FBT001
    with loopback(always(http("200 OK"))) as server:
        client = Pandocast(
            api_key=KEY, base_url=server.url, timeout=7, deadline=9, max_retries=5, rate_limit=NO_LIMIT
        )
        client.request("GET", "/things")
        if closed:
            client.close()
        with pickle.loads(pickle.dumps(client)) as again:  # noqa: S301 - our own
            assert isinstance(again, Pandocast)
            told = again._session.options
            assert (told.api_key, told.base_url, told.rate_limit) == (KEY, server.url, NO_LIMIT)
            assert (told.timeout, told.deadline, told.max_retries) == (7, 9, 5)
            again.request("GET", "/things")
        client.close()
        assert server.connections == 2


def test_an_async_client_pickles_too() -> None:
    async def requesting(data: bytes) -> int:
        async with pickle.loads(data) as client:  # noqa: S301 - our own
            status: int = (await client.request("GET", "/things")).status_code
            return status

    with loopback(always(http("200 OK"))) as server:
        client = AsyncPandocast(api_key=KEY, base_url=server.url)
        assert asyncio.run(requesting(pickle.dumps(client))) == 200


def in_the_child(pipe: Connection, client: Pandocast, budget: Budget) -> None:
    try:
        status = client.request("GET", "/things").status_code
        pipe.send((status, budget_of(client) is budget))
    except BaseException as error:
        pipe.send(repr(error))
        raise


@MAY_FORK
@pytest.mark.parametrize("waiting", [False, True])
def test_a_forked_child_opens_its_own_connections_and_its_own_line(waiting: bool) -> None:  # noqa: FBT001
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    with loopback(always(http("200 OK"))) as server, Pandocast(api_key=KEY, base_url=server.url) as client:
        client.request("GET", "/things")
        budget = budget_of(client)
        if waiting:
            budget.block(time.monotonic() + 60)
            ticket = budget.enqueue()
        child = context.Process(target=in_the_child, args=(there, client, budget), daemon=True)
        child.start()
        try:
            assert here.poll(20), "the child waits in its parent's line"
            assert here.recv() == (200, False)
            child.join(20)
            assert child.exitcode == 0
        finally:
            child.kill()
            child.join()
        assert server.connections == 2
        if waiting:
            budget.cancel(ticket)
            budget._blocked_until = 0.0
        client.request("GET", "/things")
        assert server.connections == 2, "the parent's connection is as good as before"


def test_a_client_that_is_never_used_opens_nothing() -> None:
    client = Pandocast(api_key=KEY)
    assert client._session._pool._transport is None
    client.close()


def test_an_interrupted_wait_leaves_the_line() -> None:
    """As the user's Ctrl-C does, in the middle of a sleep."""
    with loopback(spent) as server, Pandocast(api_key=KEY, base_url=server.url) as client:
        client.request("GET", "/things")
        budget = budget_of(client)
        timer = threading.Timer(0.1, interrupt_main)
        timer.start()
        with pytest.raises(KeyboardInterrupt) as caught:
            client.request("GET", "/things")
        timer.join()
        assert caught.value.__traceback__ is not None, "whose frames hold the call"
        assert not budget._queue
        assert budget._in_flight == 0


def interrupt_main() -> None:
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)


def test_a_server_that_is_gone_is_told_within_the_retries() -> None:
    with loopback(always(http("200 OK", b"{}", "Connection: close"))) as server:
        client = Pandocast(api_key=KEY, base_url=server.url, rate_limit=NO_LIMIT, max_retries=0)
        client.request("GET", "/things")
    with client, pytest.raises(APIConnectionError):
        client.request("POST", "/things")
