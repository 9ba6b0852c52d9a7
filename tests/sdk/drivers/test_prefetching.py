"""Pages fetched ahead in threads and tasks: in order, through failures, and nothing of it stays behind."""

import asyncio
import gc
import multiprocessing
import threading
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest
import trio

from pandocast_sdk import (
    AsyncPandocast,
    Content,
    InternalServerError,
    Pandocast,
    RateLimitError,
    RateLimitPolicy,
)
from pandocast_server.testing import ReferenceServer

BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])
PATIENCE = 20.0  # seconds for what should take a moment
COUNT = 25
NAMES = [f"c{number}" for number in range(COUNT, 0, -1)]
FIRST = NAMES[:2]


class Service:
    """A list of uploads; each place in `failing` fails once, and those from `held` on wait for `released`."""

    def __init__(self, *, failing: tuple[int, ...] = (), held: int = COUNT) -> None:
        self.failing = list(failing)
        self.held = held
        self.released = threading.Event()
        self.reached = threading.Semaphore(0)
        self.asked: list[int] = []
        self.under_way = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        limit, offset = (int(request.url.params[name]) for name in ("limit", "offset"))
        if offset in self.failing:
            self.failing.remove(offset)
            return httpx.Response(500)
        page = NAMES[offset : offset + limit]
        items = [upload(name) for name in page]
        has_more = offset + len(page) < COUNT
        return httpx.Response(200, json={"items": items, "total": COUNT, "has_more": has_more})

    def block(self, request: httpx.Request) -> httpx.Response:
        offset = int(request.url.params["offset"])
        self.asked.append(offset)
        if offset >= self.held:
            self.reached.release()
            assert self.released.wait(PATIENCE)
        return self.answer(request)

    async def wait(self, request: httpx.Request) -> httpx.Response:
        offset = int(request.url.params["offset"])
        self.asked.append(offset)
        if offset >= self.held:
            self.under_way += 1
            try:
                await anyio.sleep(PATIENCE)
            finally:
                self.under_way -= 1
        await anyio.lowlevel.checkpoint()
        return self.answer(request)

    def client(self) -> Pandocast:
        return Pandocast(**options(httpx.Client(transport=httpx.MockTransport(self.block))))

    def async_client(self) -> AsyncPandocast:
        return AsyncPandocast(**options(httpx.AsyncClient(transport=httpx.MockTransport(self.wait))))


def options(http_client: object) -> dict[str, Any]:
    off = RateLimitPolicy("off")
    return {"api_key": "pk_test_x", "max_retries": 0, "rate_limit": off, "http_client": http_client}


def upload(name: str) -> dict[str, str]:
    at = "2026-03-28T10:00:00Z"
    return {"id": name, "title": "t", "content_type": "n", "status": "analyzed", "created_at": at}


def ids(items: list[Content]) -> list[str]:
    return [item.id for item in items]


def fetching() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "pandocast-prefetch"]


def wait_for_threads() -> None:
    for thread in fetching():
        thread.join(PATIENCE)
    assert fetching() == []


# ---- in order


@pytest.mark.parametrize("prefetch", [1, 4, 32])
def test_items_come_in_order_and_no_thread_stays(prefetch: int) -> None:
    service = Service()
    page = service.client().content.list(limit=2, prefetch=prefetch)
    assert ids(list(page)) == NAMES
    assert len(service.asked) == len(set(service.asked)) == 13, "no page is asked for twice"
    assert [len(each.items) for each in page.pages()] == [2] * 12 + [1]
    wait_for_threads()


@BACKENDS
@pytest.mark.parametrize("prefetch", [1, 4, 32])
def test_items_come_in_order_and_no_task_stays(prefetch: int, backend: str) -> None:
    service = Service()

    async def scenario() -> None:
        content = service.async_client().content
        assert ids([item async for item in content.list(limit=2, prefetch=prefetch)]) == NAMES
        assert len(service.asked) == len(set(service.asked)) == 13
        page = await content.list(limit=2, prefetch=prefetch)
        assert ids([item async for item in page]) == NAMES
        assert [len(each.items) async for each in page.pages()] == [2] * 12 + [1]
        assert await tasks_besides(0)

    anyio.run(scenario, backend=backend)


async def tasks_besides(expected: int) -> bool:
    """Tell whether, after some turns, only so many tasks run besides this one."""
    for _ in range(50):
        await anyio.lowlevel.checkpoint()
    try:
        return len(asyncio.all_tasks()) == 1 + expected
    except RuntimeError:
        # The main task, its parent, and the one that takes what other threads call in.
        return trio.lowlevel.current_statistics().tasks_living == 3 + expected


def test_nothing_is_fetched_before_the_first_step() -> None:
    service = Service()
    items = iter(service.client().content.list(limit=2, prefetch=4))
    assert service.asked == [0]
    next(items)
    assert ids(list(items)) == NAMES[1:]


# ---- failures


@pytest.mark.parametrize("prefetch", [0, 1, 4])
def test_a_page_that_failed_raises_in_its_turn_and_is_tried_again(prefetch: int) -> None:
    service = Service(failing=(5, 5, 9))
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
def test_a_page_that_failed_raises_in_its_turn_and_is_tried_again_async(prefetch: int, backend: str) -> None:
    service = Service(failing=(0, 5, 5, 9))

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


def test_without_threads_to_be_had_pages_are_fetched_when_they_are_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert ids(list(Service().client().content.list(limit=2, prefetch=4))) == NAMES


# ---- whoever stops early


def started(service: Service) -> Any:
    """Give an iterator that has begun, with requests ahead of it that are held."""
    items = iter(service.client().content.list(limit=2, prefetch=4))
    assert ids([next(items), next(items)]) == FIRST
    for _ in range(4):
        assert service.reached.acquire(timeout=PATIENCE)
    return items


def test_closing_waits_for_the_answers_under_way_and_leaves_no_thread() -> None:
    service = Service(held=1)
    with started(service) as items:
        assert len(fetching()) == 4
        threading.Timer(0.05, service.released.set).start()
    assert fetching() == []
    assert service.asked[0] == 0
    assert sorted(service.asked[1:]) == [1, 3, 5, 7]
    with pytest.raises(RuntimeError, match="was closed before the end"):
        next(items)
    items.close()
    client = service.client()
    assert ids(list(client.content.list(position=items.position))) == NAMES[2:]


@pytest.mark.parametrize("way", ["dropped", "left by break", "left by an exception", "in a circle"])
def test_an_iterator_that_nobody_holds_ends_its_threads(way: str) -> None:
    service = Service(held=1)
    if way == "dropped":
        items = started(service)
        del items
    elif way == "left by break":
        for _ in service.client().content.list(limit=2, prefetch=4):
            assert service.reached.acquire(timeout=PATIENCE)
            break
    elif way == "left by an exception":
        with pytest.raises(ZeroDivisionError):
            fail_at_the_first(service)
    else:
        circle: dict[str, object] = {"items": started(service)}
        circle["itself"] = circle
        del circle
        gc.collect()
    service.released.set()
    wait_for_threads()
    assert len(service.asked) <= 6, "nothing was asked for afterwards"


def fail_at_the_first(service: Service) -> None:
    for _ in service.client().content.list(limit=2, prefetch=4):
        assert service.reached.acquire(timeout=PATIENCE)
        raise ZeroDivisionError


@BACKENDS
def test_closing_cancels_what_is_under_way(backend: str) -> None:
    service = Service(held=1)

    async def scenario() -> None:
        async with service.async_client() as client:
            async with aiter(client.content.list(limit=2, prefetch=4)) as items:
                assert ids([await anext(items), await anext(items)]) == FIRST
                assert await tasks_besides(4)
                assert service.under_way == 4
            assert service.under_way == 0
            assert await tasks_besides(0)
            with pytest.raises(RuntimeError, match="was closed before the end"):
                await anext(items)
            service.held = COUNT
            rest = client.content.list(position=items.position)
            assert ids([item async for item in rest]) == NAMES[2:]

    anyio.run(scenario, backend=backend)


@BACKENDS
def test_an_iterator_that_nobody_holds_ends_its_tasks(backend: str) -> None:
    service = Service(held=1)

    async def scenario() -> None:
        async with service.async_client() as client:
            async for _ in client.content.list(limit=2, prefetch=4):
                assert await tasks_besides(4)
                break
            assert await tasks_besides(0)
            assert service.under_way == 0

    anyio.run(scenario, backend=backend)


@BACKENDS
def test_a_step_that_is_cancelled_leaves_the_iterator_as_it_was(backend: str) -> None:
    service = Service(held=5)

    async def scenario() -> None:
        async with service.async_client() as client:
            items = aiter(client.content.list(limit=2, prefetch=2))
            assert ids([await anext(items) for _ in range(6)]) == NAMES[:6]
            for _ in range(3):
                with anyio.move_on_after(0.01) as scope:
                    await anext(items)
                assert scope.cancelled_caught
            assert service.asked.count(5) == 1, "it is fetched all the while"
            service.held = COUNT
            stored = items.position
            await items.close()
            rest = client.content.list(limit=2, position=stored, prefetch=2)
            assert ids([item async for item in rest]) == NAMES[6:]

    anyio.run(scenario, backend=backend)


@BACKENDS
def test_a_loop_that_ends_takes_the_tasks_with_it(backend: str) -> None:
    service = Service(held=1)
    kept: list[object] = []

    async def scenario() -> None:
        items = aiter(service.async_client().content.list(limit=2, prefetch=4))
        kept.append(items)
        await anext(items)
        await anyio.lowlevel.checkpoint()

    anyio.run(scenario, backend=backend)
    assert service.under_way == 0
    kept.clear()  # when the loop is gone, too


def test_an_iterator_goes_on_in_another_loop() -> None:
    service = Service(held=5)
    items = aiter(service.async_client().content.list(limit=2, prefetch=4))

    async def begin() -> list[Content]:
        return [await anext(items) for _ in range(3)]

    async def go_on() -> list[Content]:
        return [item async for item in items]

    assert ids(asyncio.run(begin())) == NAMES[:3]
    service.held = COUNT
    assert ids(trio.run(go_on)) == NAMES[3:]


@pytest.mark.parametrize("prefetch", [-1, 33, True, 1.5, "4", None])
def test_how_much_is_fetched_ahead_has_bounds(prefetch: Any) -> None:
    service = Service()
    for client in (service.client(), service.async_client()):
        with pytest.raises(ValueError, match="prefetch must be"):
            client.content.list(prefetch=prefetch)
    assert service.asked == []


# ---- against the reference server


def fill(server: ReferenceServer, count: int) -> list[str]:
    with server.client() as client:
        done = [
            client.content.upload(title=f"{number}", content_type="note", raw_content="A text.").id
            for number in range(count)
        ]
    return done[::-1]


def budget_of(client: Any) -> Any:
    return client._session._state._budget_handle.budget


def test_the_window_is_kept_and_closing_leaves_no_place_in_it() -> None:
    with ReferenceServer(rate_limit=20, rate_window=60) as server:
        names = fill(server, 12)
        server.clock.advance(seconds=61)
        with Pandocast(api_key=server.api_key, base_url=server.base_url) as client:
            budget = budget_of(client)
            with iter(client.content.list(limit=1, prefetch=4)) as items:
                assert [next(items).id for _ in range(12)] == names
            assert len(fetching()) == 0
            assert len(budget._queue) == budget._in_flight == 0
            used = len(server.requests)
            with iter(client.content.list(limit=1, prefetch=32)) as items:
                came = [next(items).id for _ in range(6)]
                assert came == names[:6]
            assert len(fetching()) == 0, "those in line have left it"
            assert len(budget._queue) == budget._in_flight == 0
            assert all(request.status == 200 for request in server.requests[used:])


@BACKENDS
def test_those_in_line_leave_it_with_their_iterator(backend: str) -> None:
    async def scenario(server: ReferenceServer) -> None:
        async with AsyncPandocast(api_key=server.api_key, base_url=server.base_url) as client:
            budget = budget_of(client)
            async for _ in client.content.list(limit=1, prefetch=8):
                while len(budget._queue) < 4:  # noqa: ASYNC110 - the budget has no event for this
                    await anyio.sleep(0.01)
                break
            while budget._in_flight or budget._queue:  # noqa: ASYNC110
                await anyio.sleep(0.01)
            assert await tasks_besides(0)

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


def test_a_refusal_by_policy_comes_in_its_turn() -> None:
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
        assert came == names[: len(came)]


def test_faults_in_the_midst_lose_nothing(pandocast_server: ReferenceServer) -> None:
    names = fill(pandocast_server, 20)
    with pandocast_server.client() as client:
        page = client.content.list(limit=2, prefetch=4)
        pandocast_server.faults.add("GET", "/content", status=503, times=1)
        pandocast_server.faults.add("GET", "/content", drop=True, times=1)
        assert [item.id for item in page] == names
    wait_for_threads()


@BACKENDS
def test_faults_in_the_midst_lose_nothing_async(backend: str, pandocast_server: ReferenceServer) -> None:
    names = fill(pandocast_server, 20)

    async def scenario() -> None:
        async with pandocast_server.async_client() as client:
            items = aiter(client.content.list(limit=2, prefetch=4))
            assert (await anext(items)).id == names[0]
            pandocast_server.faults.add("GET", "/content", status=503, times=1)
            pandocast_server.faults.add("GET", "/content", drop=True, times=1)
            assert [item.id async for item in items] == names[1:]

    run_in_time(backend, scenario)


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")
def test_after_a_fork_both_go_on_for_themselves(pandocast_server: ReferenceServer) -> None:
    names = fill(pandocast_server, 12)
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    with pandocast_server.client() as client:
        page = client.content.list(limit=2, prefetch=2)
        pandocast_server.faults.add("GET", "/content", delay=0.5, times=2)
        items = iter(page)
        assert [next(items).id, next(items).id] == names[:2]

        def go_on(answer: Connection) -> None:
            answer.send([item.id for item in items])

        child = context.Process(target=go_on, args=(theirs,))
        child.start()
        assert len(fetching()) == 2, "the child was forked in the midst"
        try:
            assert ours.poll(PATIENCE)
            assert ours.recv() == names[2:]
        finally:
            child.join(PATIENCE)
        assert [item.id for item in items] == names[2:]


def test_uploads_that_come_meanwhile_change_nothing(pandocast_server: ReferenceServer) -> None:
    names = fill(pandocast_server, 20)
    came = []
    with pandocast_server.client() as client:
        for item in client.content.list(limit=3, prefetch=3):
            came.append(item.id)
            client.content.upload(title="Meanwhile", content_type="note", raw_content="A text.")
    assert came == names
