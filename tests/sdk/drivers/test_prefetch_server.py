"""Prefetching from the reference server: its rate limit, its faults, changes and forks."""

import multiprocessing
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection

import anyio
import anyio.lowlevel
import pytest
from support.concurrency import BACKENDS, MAY_FORK, PATIENCE, budget_of, until
from support.upload_list import only_tasks_besides, prefetch_threads, wait_for_threads

from pandocast_sdk import AsyncPandocast, Pandocast, RateLimitError, RateLimitPolicy
from pandocast_server.testing import ReferenceServer


def fill(server: ReferenceServer, count: int) -> list[str]:
    with server.client() as client:
        done = [
            client.content.upload(title=f"{number}", content_type="note", raw_content="A text.").id
            for number in range(count)
        ]
    return done[::-1]


def test_prefetching_keeps_to_the_window_and_closing_leaves_no_slot_taken() -> None:
    with ReferenceServer(rate_limit=20, rate_window=60) as server:
        names = fill(server, 12)
        server.clock.advance(seconds=61)
        with Pandocast(api_key=server.api_key, base_url=server.base_url) as client:
            budget = budget_of(client)
            with iter(client.content.list(limit=1, prefetch=4)) as items:
                assert [next(items).id for _ in range(12)] == names
            assert len(prefetch_threads()) == 0
            assert len(budget._queue) == budget._in_flight == 0
            used = len(server.requests)
            with iter(client.content.list(limit=1, prefetch=32)) as items:
                came = [next(items).id for _ in range(6)]
                assert came == names[:6]
            assert len(prefetch_threads()) == 0, "those in the queue have left it"
            assert len(budget._queue) == budget._in_flight == 0
            assert all(request.status == 200 for request in server.requests[used:])


@BACKENDS
def test_requests_in_the_queue_leave_it_with_their_iterator(backend: str) -> None:
    async def scenario(server: ReferenceServer) -> None:
        async with AsyncPandocast(api_key=server.api_key, base_url=server.base_url) as client:
            budget = budget_of(client)
            async for _ in client.content.list(limit=1, prefetch=8):
                await until(lambda: len(budget._queue) >= 4)
                break
            await until(lambda: not budget._in_flight and not budget._queue)
            assert await only_tasks_besides(0)

    with ReferenceServer(rate_limit=5, rate_window=60) as server:
        for _ in range(3):
            fill(server, 4)
            server.clock.advance(seconds=61)
        run_in_time(backend, scenario, server)


def run_in_time(backend: str, scenario: Callable[..., Awaitable[None]], *args: object) -> None:
    async def running() -> None:
        with anyio.fail_after(PATIENCE):
            await scenario(*args)

    anyio.run(running, backend=backend)


def test_a_rate_limit_error_raises_in_its_turn() -> None:
    with ReferenceServer(rate_limit=6, rate_window=60) as server:
        names: list[str] = []
        for _ in range(2):
            names = fill(server, 6) + names
            server.clock.advance(seconds=61)
        policy = RateLimitPolicy("raise")
        with Pandocast(api_key=server.api_key, base_url=server.base_url, rate_limit=policy) as client:
            came: list[str] = []
            with iter(client.content.list(limit=1, prefetch=32)) as items, pytest.raises(RateLimitError):
                came.extend(item.id for item in items)
        assert 1 <= len(came) <= 6
        assert came == names[: len(came)]


def test_iteration_continues_through_faults(pandocast_server: ReferenceServer) -> None:
    names = fill(pandocast_server, 20)
    with pandocast_server.client() as client:
        page = client.content.list(limit=2, prefetch=4)
        pandocast_server.faults.add("GET", "/content", status=503, times=1)
        pandocast_server.faults.add("GET", "/content", drop=True, times=1)
        assert [item.id for item in page] == names
    wait_for_threads()


@BACKENDS
def test_async_iteration_continues_through_faults(backend: str, pandocast_server: ReferenceServer) -> None:
    names = fill(pandocast_server, 20)

    async def scenario() -> None:
        async with pandocast_server.async_client() as client:
            items = aiter(client.content.list(limit=2, prefetch=4))
            assert (await anext(items)).id == names[0]
            pandocast_server.faults.add("GET", "/content", status=503, times=1)
            pandocast_server.faults.add("GET", "/content", drop=True, times=1)
            assert [item.id async for item in items] == names[1:]

    run_in_time(backend, scenario)


@MAY_FORK
def test_parent_and_child_each_continue_an_iterator(pandocast_server: ReferenceServer) -> None:
    names = fill(pandocast_server, 12)
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    with pandocast_server.client() as client:
        page = client.content.list(limit=2, prefetch=2)
        pandocast_server.faults.add("GET", "/content", delay=0.5, times=2)
        items = iter(page)
        assert [next(items).id, next(items).id] == names[:2]

        def send_the_rest(pipe: Connection) -> None:
            pipe.send([item.id for item in items])

        child = context.Process(target=send_the_rest, args=(theirs,))
        child.start()
        assert len(prefetch_threads()) == 2, "the child was forked while pages were in flight"
        try:
            assert ours.poll(PATIENCE)
            assert ours.recv() == names[2:]
        finally:
            child.join(PATIENCE)
        assert [item.id for item in items] == names[2:]


def test_uploads_made_meanwhile_do_not_appear(pandocast_server: ReferenceServer) -> None:
    names = fill(pandocast_server, 20)
    came = []
    with pandocast_server.client() as client:
        for item in client.content.list(limit=3, prefetch=3):
            came.append(item.id)
            client.content.upload(title="Meanwhile", content_type="note", raw_content="A text.")
    assert came == names
