"""Clients in several processes keep one budget in a real Valkey: never refused, nothing lost without it."""

import asyncio
import logging
import multiprocessing
import pickle
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from multiprocessing.connection import Connection

import anyio
import pytest
from support.loopback import FLAVOURS, Conversation, Loopback, Script, free_port, loopback
from support.sharing_process import CALLS, LIMIT, a_process, work
from support.valkey_store import ValkeyStore, running_valkey

from pandocast_sdk import AsyncPandocast, Pandocast, Passband, RateLimitError, RateLimitPolicy, RateLimitState
from pandocast_server.testing import ReferenceServer

WINDOW = 1
PROCESSES = 4
LOST, FOUND = "does not answer", "is back"


@pytest.fixture(scope="module")
def store() -> Iterator[ValkeyStore]:
    with running_valkey() as store:
        yield store


@pytest.fixture
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer(rate_limit=LIMIT, rate_window=WINDOW) as server:
        yield server


def statuses(server: ReferenceServer) -> list[int | None]:
    return [request.status for request in server.requests]


def sharing(server: ReferenceServer, policy: RateLimitPolicy | str) -> Pandocast:
    """Open a client whose process shares its budget, as far as the store can tell."""
    rate_limit = RateLimitPolicy(store=policy) if isinstance(policy, str) else policy
    return Pandocast(api_key=server.api_key, base_url=server.base_url, rate_limit=rate_limit)


def sharing_async(server: ReferenceServer, url: str) -> AsyncPandocast:
    return AsyncPandocast(
        api_key=server.api_key, base_url=server.base_url, rate_limit=RateLimitPolicy(store=url)
    )


def at_redis(server: Loopback) -> str:
    return server.url.replace("http", "redis").removesuffix("/api/v1")


def call_at_once(flavour: str, server: ReferenceServer, url: str, calls: int) -> None:
    """Have one client make calls at once."""

    async def awaiting() -> None:
        async with sharing_async(server, url) as client, anyio.create_task_group() as group:
            for _ in range(calls):
                group.start_soon(client.request, "GET", "/content")

    if flavour == "sync":
        with sharing(server, url) as client:
            for thread in work(client, calls):
                thread.join()
    else:
        anyio.run(awaiting, backend=flavour)


def call_until_it_raises(client: Pandocast) -> None:
    for _ in range(200):
        client.request("GET", "/content")


def test_processes_of_one_key_are_held_back_together(server: ReferenceServer, store: ValkeyStore) -> None:
    context = multiprocessing.get_context("spawn")
    pipes, processes = [], []
    for _ in range(PROCESSES):
        here, there = context.Pipe()
        arguments = (server.base_url, server.api_key, store.url, there)
        processes.append(context.Process(target=a_process, args=arguments, daemon=True))
        pipes.append(here)
        processes[-1].start()
    for pipe in pipes:
        pipe.send("go")
    for pipe, process in zip(pipes, processes, strict=True):
        assert pipe.poll(40), "a process does not end"
        assert pipe.recv() == LIMIT
        process.join()
    assert statuses(server) == [200] * (PROCESSES * CALLS)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_flavour_waits_for_the_window_that_others_have_spent(
    server: ReferenceServer, store: ValkeyStore, flavour: str
) -> None:
    with sharing(server, store.another_url()) as other:
        for thread in work(other, LIMIT):
            thread.join()
        call_at_once(flavour, server, store.another_url(), LIMIT)
    assert statuses(server) == [200] * (2 * LIMIT)


def test_what_one_process_learns_another_one_knows_before_its_first_answer(store: ValkeyStore) -> None:
    with ReferenceServer(rate_limit=2, rate_window=3600) as server, ExitStack() as stack:
        one = stack.enter_context(sharing(server, store.another_url()))
        raising = RateLimitPolicy("raise", store=store.another_url())
        other = stack.enter_context(sharing(server, raising))
        assert other.rate_limit == RateLimitState()
        one.request("GET", "/content")
        one.request("GET", "/content")
        with pytest.raises(RateLimitError, match="window is spent") as refused:
            other.request("GET", "/content")
        assert [one.rate_limit, other.rate_limit] == [RateLimitState(2, 0, refused.value.reset_at)] * 2
        assert statuses(server) == [200, 200]


def test_the_servers_clock_is_known_to_those_who_have_had_no_answer(store: ValkeyStore) -> None:
    with ReferenceServer(rate_limit=1, rate_window=60) as server, ExitStack() as stack:
        server.clock.advance(hours=1)
        one = stack.enter_context(sharing(server, store.another_url()))
        one.request("GET", "/content")
        raising = RateLimitPolicy("raise", store=store.another_url())
        other = stack.enter_context(sharing(server, raising))
        with pytest.raises(RateLimitError) as refused:
            other.request("GET", "/content")
        assert refused.value.retry_after is not None
        assert refused.value.retry_after < 62
        assert refused.value.reset_at == one.rate_limit.reset


def test_a_wait_does_not_starve_behind_the_calls_of_another_process(store: ValkeyStore) -> None:
    with ReferenceServer(rate_limit=LIMIT, rate_window=WINDOW) as server, ExitStack() as stack:
        calling = stack.enter_context(sharing(server, store.another_url()))
        waiting = stack.enter_context(sharing(server, store.another_url()))
        done = calling.content.upload(title="Text", content_type="note", raw_content="A short text.").id
        server.drain()
        calls = work(calling, 12 * LIMIT, workers=2 * LIMIT)
        assert waiting.content.wait_until_analyzed(done).id == done
        for thread in calls:
            thread.join()
        sent = [request for request in server.requests if request.path == "/api/v1/content"]
    assert {request.status for request in sent} == {200}
    (poll,) = [number for number, request in enumerate(sent) if request.query]
    assert poll < 10 * LIMIT, "while calls are queued in every window"


def test_a_retry_after_holds_every_process_back(store: ValkeyStore) -> None:
    with ReferenceServer() as server, ExitStack() as stack:
        one = stack.enter_context(sharing(server, store.another_url()))
        raising = RateLimitPolicy("raise", store=store.another_url())
        other = stack.enter_context(sharing(server, raising))
        one.request("GET", "/content")
        server.faults.add("GET", "/content", status=429, retry_after=2, times=1)
        waiting = work(one, 1)
        while 429 not in statuses(server):
            assert waiting[0].is_alive()
        with pytest.raises(RateLimitError) as refused:
            call_until_it_raises(other)
        assert refused.value.retry_after is not None
        assert refused.value.retry_after <= 2
        waiting[0].join()
        assert statuses(server).count(429) == 1


def test_a_store_that_goes_and_comes_back_loses_no_call(
    server: ReferenceServer, caplog: pytest.LogCaptureFixture
) -> None:
    with running_valkey() as store, sharing(server, store.url) as client:

        def is_said(words: str) -> bool:
            return any(words in record.message for record in caplog.records)

        def call_until(words: str) -> None:
            for _ in range(20 * LIMIT):
                for thread in work(client, LIMIT):
                    thread.join()
                if is_said(words):
                    return
            raise AssertionError(f"nobody says {words!r}")

        for thread in work(client, LIMIT):
            thread.join()
        store.kill()
        call_until(LOST)
        store.start()
        call_until(FOUND)
        with store.redis() as redis:
            assert redis.dbsize() == 1, "the budget is kept there again"
    assert [record.levelno for record in caplog.records] == [logging.WARNING, logging.WARNING]
    succeeded = statuses(server).count(200)
    assert succeeded == len(statuses(server)) - statuses(server).count(429)
    assert succeeded % LIMIT == 0, "a call was lost"


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_store_that_was_never_there_is_said_once_and_the_process_paces_by_itself(
    server: ReferenceServer, caplog: pytest.LogCaptureFixture, flavour: str
) -> None:
    call_at_once(flavour, server, f"redis://:s3cret@127.0.0.1:{free_port()}", LIMIT + 5)
    assert statuses(server) == [200] * (LIMIT + 5)
    assert [record.message.count(LOST) for record in caplog.records] == [1]
    assert "s3cret" not in caplog.text


def nonsense(conversation: Conversation) -> None:
    while conversation.stream.recv(65536):
        conversation.send(b"*1\r\n$4\r\nWHAT\r\n" * 8)


@pytest.mark.parametrize("script", [Conversation.hang, nonsense])
def test_a_store_that_says_nothing_or_nonsense_holds_nobody_up(
    server: ReferenceServer, caplog: pytest.LogCaptureFixture, script: Script
) -> None:
    with loopback(script) as odd:
        with sharing(server, at_redis(odd)) as client:
            for thread in work(client, 2 * LIMIT):
                thread.join()
        assert odd.connections < LIMIT, "it is not tried at every call"
    assert statuses(server) == [200] * (2 * LIMIT)
    assert [record.message.count(LOST) for record in caplog.records] == [1]


def test_a_store_that_answers_late_does_not_block_the_event_loop(server: ReferenceServer) -> None:
    async def running(store: str) -> None:
        ticks = 0
        async with sharing_async(server, store) as client:
            calling = asyncio.create_task(client.request("GET", "/content"))
            while not calling.done():
                ticks += 1
                await asyncio.sleep(0.01)
            await calling
        assert ticks > 10

    with loopback(Conversation.hang) as odd:
        asyncio.run(running(at_redis(odd)))


def test_a_cancelled_call_leaves_the_queue_and_returns_its_slot(store: ValkeyStore) -> None:
    async def running(server: ReferenceServer) -> None:
        async with sharing_async(server, store.another_url()) as client:
            budget = client._session._state.context().budget
            assert budget is not None
            await client.request("GET", "/content")
            tasks = [asyncio.create_task(client.request("GET", "/content")) for _ in range(30)]
            while not budget._queue:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert not budget._queue
            assert budget._in_flight == 0

    with ReferenceServer(rate_limit=3, rate_window=3600) as server:
        asyncio.run(running(server))
        assert statuses(server) == [200] * len(statuses(server))


def test_the_store_knows_neither_the_key_nor_anything_for_ever(
    server: ReferenceServer, store: ValkeyStore
) -> None:
    with store.redis() as redis:
        redis.flushall()
        with sharing(server, store.url) as client:
            client.request("GET", "/content")
        (key,) = redis.scan_iter()
        assert server.api_key.encode() not in key + repr(redis.hgetall(key)).encode()
        assert int(str(redis.ttl(key))) > 0


def test_services_at_one_store_have_budgets_of_their_own(server: ReferenceServer, store: ValkeyStore) -> None:
    with store.redis() as redis:
        redis.flushall()
        policy = RateLimitPolicy(store=store.url)
        other = Passband(api_key=server.api_key, base_url=server.passband_url, rate_limit=policy)
        with sharing(server, policy) as client, other as passband:
            client.request("GET", "/content")
            passband.request("GET", "/drafts")
        assert redis.dbsize() == 2


def in_the_child(client: Pandocast, pipe: Connection) -> None:
    client.request("GET", "/content")
    pipe.send(client.rate_limit.remaining)


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")
def test_a_forked_child_asks_over_a_connection_of_its_own(store: ValkeyStore) -> None:
    context = multiprocessing.get_context("fork")
    with ReferenceServer() as server, sharing(server, store.another_url()) as client:
        client.request("GET", "/content")
        here, there = context.Pipe()
        child = context.Process(target=in_the_child, args=(client, there), daemon=True)
        child.start()
        assert here.poll(20)
        assert here.recv() == 98
        child.join()
        client.request("GET", "/content")
        assert client.rate_limit.remaining == 97


def test_a_client_with_a_store_pickles(server: ReferenceServer, store: ValkeyStore) -> None:
    with sharing(server, store.url) as client, pickle.loads(pickle.dumps(client)) as copy:  # noqa: S301 - ours
        assert copy.request("GET", "/content").status_code == 200


def test_a_store_that_is_not_used_is_not_connected_to(server: ReferenceServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        url = f"redis://127.0.0.1:{listener.getsockname()[1]}"
        with sharing(server, RateLimitPolicy("off", store=url)) as client:
            client.request("GET", "/content")
            assert client.rate_limit == RateLimitState()
        with pytest.raises(TimeoutError):
            listener.accept()


def test_without_the_extra_the_error_names_it(
    server: ReferenceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with server.client() as client, pytest.raises(ImportError, match=r"pandocast\[redis\]"):
        client.with_options(rate_limit=RateLimitPolicy(store="redis://localhost:1"))


def test_a_url_that_the_library_refuses_is_refused_without_its_password(server: ReferenceServer) -> None:
    policy = RateLimitPolicy(store="redis://user:s3cret@localhost:s3cret")
    with server.client() as client, pytest.raises(ValueError, match="store is not a URL") as refused:
        client.with_options(rate_limit=policy)
    assert "s3cret" not in repr(refused.getrepr(showlocals=False, chain=True).reprcrash)
    assert refused.value.__context__ is None
