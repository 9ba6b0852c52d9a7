"""Iterators with prefetched pages that are closed, dropped or cancelled: nothing of them is left running."""

import gc
import threading
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from support.concurrency import BACKENDS, PATIENCE
from support.upload_list import (
    COUNT,
    NAMES,
    UploadList,
    ids,
    only_tasks_besides,
    prefetch_threads,
    wait_for_threads,
)

FIRST = NAMES[:2]


def begun(service: UploadList) -> Any:
    """Return an iterator that has begun, with requests ahead of it that are held."""
    items = iter(service.client().content.list(limit=2, prefetch=4))
    assert ids([next(items), next(items)]) == FIRST
    for _ in range(4):
        assert service.reached.acquire(timeout=PATIENCE)
    return items


def test_closing_waits_for_the_requests_in_flight_and_leaves_no_thread() -> None:
    service = UploadList(held=1)
    with begun(service) as items:
        assert len(prefetch_threads()) == 4
        threading.Timer(0.05, service.released.set).start()
    assert prefetch_threads() == []
    assert service.requests[0] == 0
    assert sorted(service.requests[1:]) == [1, 3, 5, 7]
    with pytest.raises(RuntimeError, match="was closed before the end"):
        next(items)
    items.close()
    client = service.client()
    assert ids(list(client.content.list(position=items.position))) == NAMES[2:]


@pytest.mark.parametrize("way", ["dropped", "left by break", "left by an exception", "in a circle"])
def test_an_iterator_that_is_dropped_ends_its_threads(way: str) -> None:
    service = UploadList(held=1)
    if way == "dropped":
        items = begun(service)
        del items
    elif way == "left by break":
        for _ in service.client().content.list(limit=2, prefetch=4):
            assert service.reached.acquire(timeout=PATIENCE)
            break
    elif way == "left by an exception":
        with pytest.raises(ZeroDivisionError):
            fail_at_the_first(service)
    else:
        circle: dict[str, object] = {"items": begun(service)}
        circle["itself"] = circle
        del circle
        gc.collect()
    service.released.set()
    wait_for_threads()
    assert len(service.requests) <= 6, "nothing was requested afterwards"


def fail_at_the_first(service: UploadList) -> None:
    for _ in service.client().content.list(limit=2, prefetch=4):
        assert service.reached.acquire(timeout=PATIENCE)
        raise ZeroDivisionError


@BACKENDS
def test_closing_cancels_the_requests_in_flight(backend: str) -> None:
    service = UploadList(held=1)

    async def scenario() -> None:
        async with service.async_client() as client:
            async with aiter(client.content.list(limit=2, prefetch=4)) as items:
                assert ids([await anext(items), await anext(items)]) == FIRST
                assert await only_tasks_besides(4)
                assert service.in_flight == 4
            assert service.in_flight == 0
            assert await only_tasks_besides(0)
            with pytest.raises(RuntimeError, match="was closed before the end"):
                await anext(items)
            service.held = COUNT
            rest = client.content.list(position=items.position)
            assert ids([item async for item in rest]) == NAMES[2:]

    anyio.run(scenario, backend=backend)


@BACKENDS
def test_an_iterator_that_is_dropped_ends_its_tasks(backend: str) -> None:
    service = UploadList(held=1)

    async def scenario() -> None:
        async with service.async_client() as client:
            async for _ in client.content.list(limit=2, prefetch=4):
                assert await only_tasks_besides(4)
                break
            assert await only_tasks_besides(0)
            assert service.in_flight == 0

    anyio.run(scenario, backend=backend)


@BACKENDS
def test_a_cancelled_step_leaves_the_iterator_as_it_was(backend: str) -> None:
    service = UploadList(held=5)

    async def scenario() -> None:
        async with service.async_client() as client:
            items = aiter(client.content.list(limit=2, prefetch=2))
            assert ids([await anext(items) for _ in range(6)]) == NAMES[:6]
            for _ in range(3):
                with anyio.move_on_after(0.01) as scope:
                    await anext(items)
                assert scope.cancelled_caught
            assert service.requests.count(5) == 1, "it stays in flight"
            service.held = COUNT
            stored = items.position
            await items.close()
            rest = client.content.list(limit=2, position=stored, prefetch=2)
            assert ids([item async for item in rest]) == NAMES[6:]

    anyio.run(scenario, backend=backend)


@BACKENDS
def test_an_event_loop_that_ends_ends_the_tasks(backend: str) -> None:
    service = UploadList(held=1)
    kept: list[object] = []

    async def scenario() -> None:
        items = aiter(service.async_client().content.list(limit=2, prefetch=4))
        kept.append(items)
        await anext(items)
        await anyio.lowlevel.checkpoint()

    anyio.run(scenario, backend=backend)
    assert service.in_flight == 0
    kept.clear()  # when the loop is gone, too
