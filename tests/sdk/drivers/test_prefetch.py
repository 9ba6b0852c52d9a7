"""Prefetched pages: in order and through failures, in threads and tasks."""

import asyncio
import threading
from typing import Any

import anyio
import anyio.lowlevel
import pytest
import trio
from support.concurrency import BACKENDS
from support.upload_list import COUNT, NAMES, UploadList, ids, only_tasks_besides, wait_for_threads

from pandocast_sdk import Content, InternalServerError


@pytest.mark.parametrize("prefetch", [1, 4, 32])
def test_items_come_in_order_and_no_thread_is_left(prefetch: int) -> None:
    service = UploadList()
    page = service.client().content.list(limit=2, prefetch=prefetch)
    assert ids(list(page)) == NAMES
    assert len(service.requests) == len(set(service.requests)) == 13, "no page is requested twice"
    assert [len(each.items) for each in page.pages()] == [2] * 12 + [1]
    wait_for_threads()


@BACKENDS
@pytest.mark.parametrize("prefetch", [1, 4, 32])
def test_items_come_in_order_and_no_task_is_left(prefetch: int, backend: str) -> None:
    service = UploadList()

    async def scenario() -> None:
        content = service.async_client().content
        assert ids([item async for item in content.list(limit=2, prefetch=prefetch)]) == NAMES
        assert len(service.requests) == len(set(service.requests)) == 13
        page = await content.list(limit=2, prefetch=prefetch)
        assert ids([item async for item in page]) == NAMES
        assert [len(each.items) async for each in page.pages()] == [2] * 12 + [1]
        assert await only_tasks_besides(0)

    anyio.run(scenario, backend=backend)


def test_nothing_is_prefetched_before_the_first_step() -> None:
    service = UploadList()
    items = iter(service.client().content.list(limit=2, prefetch=4))
    assert service.requests == [0]
    next(items)
    assert ids(list(items)) == NAMES[1:]


@pytest.mark.parametrize("prefetch", [0, 1, 4])
def test_a_page_that_failed_raises_in_its_turn_and_is_retried(prefetch: int) -> None:
    service = UploadList(failing=(5, 5, 9))
    items = iter(service.client().content.list(limit=2, prefetch=prefetch))
    assert ids([next(items) for _ in range(6)]) == NAMES[:6]
    for _ in range(2):
        with pytest.raises(InternalServerError):
            next(items)
    assert ids([next(items) for _ in range(4)]) == NAMES[6:10]
    with pytest.raises(InternalServerError):
        next(items)
    assert ids(list(items)) == NAMES[10:]


@BACKENDS
@pytest.mark.parametrize("prefetch", [0, 1, 4])
def test_an_async_page_that_failed_raises_in_its_turn_and_is_retried(prefetch: int, backend: str) -> None:
    service = UploadList(failing=(0, 5, 5, 9))

    async def scenario() -> None:
        items = aiter(service.async_client().content.list(limit=2, prefetch=prefetch))
        with pytest.raises(InternalServerError):
            await anext(items)
        assert ids([await anext(items) for _ in range(6)]) == NAMES[:6]
        for _ in range(2):
            with pytest.raises(InternalServerError):
                await anext(items)
        assert ids([await anext(items) for _ in range(4)]) == NAMES[6:10]
        with pytest.raises(InternalServerError):
            await anext(items)
        assert ids([item async for item in items]) == NAMES[10:]

    anyio.run(scenario, backend=backend)


def test_pages_are_fetched_one_by_one_where_no_thread_can_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert ids(list(UploadList().client().content.list(limit=2, prefetch=4))) == NAMES


def test_an_iterator_continues_in_another_event_loop() -> None:
    service = UploadList(held=5)
    items = aiter(service.async_client().content.list(limit=2, prefetch=4))

    async def begin() -> list[Content]:
        return [await anext(items) for _ in range(3)]

    async def go_on() -> list[Content]:
        return [item async for item in items]

    assert ids(asyncio.run(begin())) == NAMES[:3]
    service.held = COUNT
    assert ids(trio.run(go_on)) == NAMES[3:]


@pytest.mark.parametrize("prefetch", [-1, 33, True, 1.5, "4", None])
def test_a_prefetch_that_is_out_of_bounds_is_rejected(prefetch: Any) -> None:
    service = UploadList()
    for client in (service.client(), service.async_client()):
        with pytest.raises(ValueError, match="prefetch must be"):
            client.content.list(prefetch=prefetch)
    assert service.requests == []
