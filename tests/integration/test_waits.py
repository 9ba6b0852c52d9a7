"""Many waits at once against the reference server: what they cost, and what holds them back."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import anyio
import anyio.lowlevel
import pytest
from support.passband_flavours import FLAVOURS, Connect

from pandocast_sdk import AsyncPandocast, Content, Draft, Outputs, Pandocast
from pandocast_sdk._core.lookups.content import UPLOADS
from pandocast_sdk.errors import ContentFailedError, DraftFailedError, NotFoundError
from pandocast_server.testing import ReferenceServer

COUNT = 30


@pytest.fixture
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer(rate_limit=10_000) as server:
        yield server


def waits(client: Pandocast | AsyncPandocast) -> int:
    """How many waits there are; asked in the client's event loop, if it has one."""
    return UPLOADS.shared_poll(client._session._state.context())._polling


def queued(client: Pandocast) -> int:
    """How many calls the rate limit holds back."""
    budget = client._session._state.context().budget
    assert budget is not None
    return budget.queued


def polls(server: ReferenceServer) -> int:
    return sum(request.method == "GET" and request.path == "/api/v1/content" for request in server.requests)


def uploads(client: Pandocast, count: int = COUNT) -> list[str]:
    content = client.content
    ids = [
        content.upload(title=f"Text {number}", content_type="note", raw_content="A short text.").id
        for number in range(count)
    ]
    content.wait_many_until_analyzed(ids)
    return ids


def until(condition: Callable[[], object]) -> None:
    limit = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.005)


def check_cost(server: ReferenceServer, polled_before: int, seconds: float) -> None:
    """One wait polls some twelve times in ten seconds, and every five seconds later."""
    assert polls(server) - polled_before <= 15 + seconds / 5


def test_threads_that_wait_at_once_share_one_poll(server: ReferenceServer) -> None:
    with server.client() as client, ThreadPoolExecutor(COUNT) as threads:
        ids = uploads(client)
        before, began = polls(server), time.monotonic()
        waiting = [threads.submit(client.content.wait_until_generated, each) for each in ids]
        until(lambda: waits(client) == COUNT)
        for each in ids:
            client.content.generate(each, selected_platforms=["twitter_single"])
        assert all(isinstance(each.result(60), Outputs) for each in waiting)
        check_cost(server, before, time.monotonic() - began)
        assert waits(client) == 0


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_tasks_that_wait_at_once_share_one_poll(server: ReferenceServer, backend: str) -> None:
    with server.client() as blocking:
        ids = uploads(blocking)
    before, began = polls(server), time.monotonic()
    results: list[Outputs] = []

    async def run() -> None:
        async with server.async_client() as client:
            copy = client.with_options(max_retries=0)

            async def wait(number: int, content_id: str) -> None:
                content = (copy if number % 2 else client).content
                results.append(await content.wait_until_generated(content_id))

            async with anyio.create_task_group() as group:
                for number, each in enumerate(ids):
                    group.start_soon(wait, number, each)
                with anyio.fail_after(20):
                    while waits(client) < COUNT:
                        await anyio.lowlevel.checkpoint()
                for each in ids:
                    await client.content.generate(each, selected_platforms=["twitter_single"])
            assert waits(client) == 0

    anyio.run(run, backend=backend)
    assert len(results) == COUNT
    check_cost(server, before, time.monotonic() - began)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_task_that_is_cancelled_leaves_the_others_waiting(server: ReferenceServer, backend: str) -> None:
    with server.client() as blocking:
        ids = uploads(blocking, 4)
    results: list[Outputs] = []

    async def run() -> None:
        async with server.async_client() as client:

            async def wait(content_id: str, scope: anyio.CancelScope) -> None:
                with scope:
                    results.append(await client.content.wait_until_generated(content_id))

            async def until_there_are(count: int) -> None:
                with anyio.fail_after(20):
                    while waits(client) != count:
                        await anyio.lowlevel.checkpoint()

            async with anyio.create_task_group() as group:
                scopes = [anyio.CancelScope() for _ in ids]
                for each, scope in zip(ids, scopes, strict=True):
                    group.start_soon(wait, each, scope)
                await until_there_are(4)
                scopes[0].cancel()
                scopes[2].cancel()
                await until_there_are(2)
                for each in ids:
                    await client.content.generate(each, selected_platforms=["twitter_single"])
            assert waits(client) == 0

    anyio.run(run, backend=backend)
    assert len(results) == 2


def test_one_call_waits_for_many_and_reports(server: ReferenceServer) -> None:
    seen: list[tuple[str, str]] = []
    with server.client() as client:
        server.content.fail_next("analysis")
        ids = [
            client.content.upload(title=title, content_type="note", raw_content="A text.").id
            for title in "abc"
        ]
        results = client.content.wait_many_until_analyzed(
            [ids[2], "gone", ids[0]], on_update=lambda content: seen.append((content.id, content.status))
        )
    assert isinstance(results[0], Content)
    assert isinstance(results[1], NotFoundError)
    assert isinstance(results[2], ContentFailedError)
    assert {status for name, status in seen if name == ids[0]} <= {"analyzing", "failed"}
    assert (ids[2], "analyzed") in seen


def test_waits_held_back_for_longer_than_their_timeout_do_not_time_out() -> None:
    with ReferenceServer(rate_limit=20, rate_window=2) as server, server.client() as client:
        ids = uploads(client, 5)
        for each in ids:
            client.content.generate(each, selected_platforms=["twitter_single"])
        server.drain()
        began = time.monotonic()
        with ThreadPoolExecutor(70) as threads:
            calls = [threads.submit(client.content.list, limit=1) for _ in range(60)]
            until(lambda: queued(client) >= 30)
            waiting = [threads.submit(client.content.wait_until_generated, each, timeout=1) for each in ids]
            assert all(each.result(60).total == 1 for each in waiting)
            assert all(each.result(60).items for each in calls)
        assert time.monotonic() - began > 2, "they were held back"


def test_a_wait_does_not_starve_behind_calls_that_are_queued() -> None:
    with ReferenceServer(rate_limit=20, rate_window=1) as server, server.client() as client:
        (done,) = uploads(client, 1)
        before = len(server.requests)
        with ThreadPoolExecutor(140) as threads:
            calls = [threads.submit(client.content.outputs, done) for _ in range(140)]
            until(lambda: queued(client) >= 100)
            assert threads.submit(client.content.wait_until_analyzed, done).result(60).id == done
            for each in calls:
                each.result(60)
        sent = server.requests[before:]
    assert {request.status for request in sent} == {200}
    (poll,) = [number for number, request in enumerate(sent) if request.path == "/api/v1/content"]
    assert poll < 100, "of 140 calls that came before"


@pytest.mark.parametrize("connect", FLAVOURS.values(), ids=FLAVOURS)
def test_drafts_are_waited_for(server: ReferenceServer, connect: Connect) -> None:
    with connect(server) as client:
        made = client.call(lambda c: c.drafts.generate(prompt="A lamp.", formats=["SHORT", "THREAD"]))
        lost = client.call(lambda c: c.drafts.generate(url="http://127.0.0.1:9/nothing"))
        short, thread = (draft.id for draft in made.drafts)
        unread = lost.drafts[0].id
        assert client.call(lambda c: c.drafts.wait_until_generated(short)).status == "pending_review"
        with pytest.raises(DraftFailedError) as caught:
            client.call(lambda c: c.drafts.wait_until_generated(unread))
        assert caught.value.feedback
        results = client.call(lambda c: c.drafts.wait_many_until_generated([unread, thread, "gone"]))
    assert [type(result) for result in results] == [DraftFailedError, Draft, NotFoundError]


def test_many_are_waited_for_by_the_async_client_as_well(server: ReferenceServer) -> None:
    with server.client() as blocking:
        ids = uploads(blocking, 3)
        for each in ids:
            blocking.content.generate(each, selected_platforms=["twitter_single"])

    async def run() -> None:
        seen: list[Content] = []
        async with server.async_client() as client:
            results = await client.content.wait_many_until_generated(ids, on_update=seen.append)
        assert [type(result) for result in results] == [Outputs] * 3
        assert {content.id for content in seen} == set(ids)

    anyio.run(run)
