"""The worker, with real receivers; what it waits for are events, not time."""

import asyncio
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import delete
from support.post_office import Received, accept, delivery_worker, open_office, receiving, working

from pandocast_server.storage.tables import events
from pandocast_server.work import worker as workers

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def no_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking again by itself must not be what makes a test pass."""
    monkeypatch.setattr(workers, "POLL_SECONDS", 60.0)


async def refuse(_: Received) -> int:
    return 500


async def test_a_recorded_event_is_delivered_at_once(tmp_path: Path, no_poll: None) -> None:
    async with receiving() as receiver:
        with open_office(tmp_path) as office:
            endpoint = office.add(receiver.url())
            async with working(office) as worker:
                await worker.drain()
                event_id = office.record()
                await receiver.has_received(1)
                await worker.drain()
            (delivery,) = office.deliveries(endpoint.id)
    assert (delivery.event_id, delivery.status, delivery.response_status) == (event_id, "succeeded", 204)
    assert (delivery.attempts, delivery.error) == (1, None)
    assert delivery.finished_at is not None
    assert receiver.received[0].headers["x-pandocast-delivery"] == delivery.id
    assert receiver.received[0].body == delivery.body


async def test_an_event_of_another_thread_wakes_the_worker(tmp_path: Path, no_poll: None) -> None:
    async with receiving() as receiver:
        with open_office(tmp_path) as office:
            office.add(receiver.url())
            async with working(office) as worker:
                await worker.drain()
                await asyncio.to_thread(office.record)
                await receiver.has_received(1)


async def test_what_another_process_wrote_is_found_without_being_announced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "POLL_SECONDS", 0.01)
    async with receiving() as receiver:
        with open_office(tmp_path) as office:
            office.add(receiver.url())
            async with working(office):
                with open_office(tmp_path) as other:
                    other.record()
                await receiver.has_received(1)


async def test_a_failed_delivery_is_not_sent_again_by_itself_but_replayed(
    tmp_path: Path, no_poll: None
) -> None:
    async with receiving(refuse) as receiver:
        with open_office(tmp_path) as office:
            endpoint = office.add(receiver.url())
            async with working(office) as worker:
                office.record()
                await worker.drain()
                (failed,) = office.deliveries(endpoint.id)
                assert (failed.status, failed.response_status) == ("failed", 500)
                office.runtime.clock.advance(days=7)
                await worker.drain()
                assert len(receiver.received) == 1
                receiver.answering = accept
                office.replay(failed.id)
                await worker.drain()
                (replayed,) = office.deliveries(endpoint.id)
    first, second = receiver.received
    assert (replayed.status, replayed.attempts) == ("succeeded", 2)
    assert first.body == second.body
    for header in ("x-pandocast-delivery", "x-pandocast-signature", "x-pandocast-event"):
        assert first.headers[header] == second.headers[header]


async def test_many_endpoints_each_in_order_one_at_a_time(tmp_path: Path, no_poll: None) -> None:
    endpoints, events = 20, 10
    under_way = Counter[str]()
    most_of_one = most_of_all = 0

    async def answer(request: Received) -> int:
        nonlocal most_of_one, most_of_all
        under_way[request.target] += 1
        most_of_one = max(most_of_one, under_way[request.target])
        most_of_all = max(most_of_all, under_way.total())
        await asyncio.sleep(0)
        under_way[request.target] -= 1
        return 200 if request.body[-2] % 2 else 500

    async with receiving(answer) as receiver:
        with open_office(tmp_path) as office:
            lines = [office.add(receiver.url(f"/{number}")) for number in range(endpoints)]
            async with working(office) as worker:
                for number in range(events):
                    office.record(number=number)
                    await asyncio.sleep(0)
                await worker.drain()
            for line in lines:
                target = line.url.rpartition("/")[2]
                came = [
                    r.headers["x-pandocast-delivery"] for r in receiver.received if r.target == f"/{target}"
                ]
                assert came == [delivery.id for delivery in office.deliveries(line.id)]
                assert len(came) == events
    assert most_of_one == 1
    assert most_of_all > 1


async def test_a_slow_endpoint_holds_up_nobody_else(tmp_path: Path, no_poll: None) -> None:
    release = asyncio.Event()

    async def answer(request: Received) -> int:
        if request.target == "/slow":
            await release.wait()
        return 200

    async with receiving(answer) as receiver:
        with open_office(tmp_path) as office:
            slow, quick = office.add(receiver.url("/slow")), office.add(receiver.url("/quick"))
            async with working(office) as worker:
                for _ in range(5):
                    office.record()
                await receiver.has_received(6)  # five quick ones and the first slow one
                assert worker.busy()
                assert [r.target for r in receiver.received].count("/slow") == 1
                assert office.statuses(slow.id) == ["pending"] * 5
                release.set()
                await worker.drain()
            assert office.statuses(slow.id) == office.statuses(quick.id) == ["succeeded"] * 5


async def test_more_lines_than_may_be_sent_at_once_take_turns(tmp_path: Path, no_poll: None) -> None:
    under_way = most = 0

    async def answer(_: Received) -> int:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return 200

    async with receiving(answer) as receiver:
        with open_office(tmp_path) as office:
            for number in range(7):
                office.add(receiver.url(f"/{number}"))
            async with working(office, limit=2) as worker:
                office.record()
                await worker.drain()
    assert len({request.target for request in receiver.received}) == 7
    assert most == 2


async def test_ten_failures_disable_and_the_eleventh_is_never_sent(tmp_path: Path, no_poll: None) -> None:
    async with receiving(refuse) as receiver:
        with open_office(tmp_path) as office:
            endpoint = office.add(receiver.url())
            for _ in range(12):
                office.record()
            async with working(office) as worker:
                await worker.drain()
            assert len(receiver.received) == 10
            assert office.statuses(endpoint.id) == [*["failed"] * 10, "skipped", "skipped"]
            assert not office.endpoint(endpoint.id).enabled


async def test_a_deadline_ends_the_wait_of_the_line(tmp_path: Path, no_poll: None) -> None:
    never = asyncio.Event()

    async def answer(_: Received) -> int:
        await never.wait()
        return 200

    async with receiving(answer) as receiver:
        with open_office(tmp_path) as office:
            endpoint = office.add(receiver.url())
            async with working(office, deadline=0.05) as worker:
                office.record()
                office.record()
                await worker.drain()
            never.set()
            assert office.statuses(endpoint.id) == ["failed", "failed"]


async def test_a_cancelled_worker_leaves_at_once_and_gives_back_what_it_held(
    tmp_path: Path, no_poll: None
) -> None:
    never = asyncio.Event()

    async def answer(_: Received) -> int:
        await never.wait()
        return 200

    async with receiving(answer) as receiver:
        with open_office(tmp_path) as office:
            endpoint = office.add(receiver.url())
            office.record()
            async with working(office):
                await receiver.has_received(1)
            assert office.statuses(endpoint.id) == ["pending"]  # had it waited for the answer: failed
            never.set()
            receiver.answering = accept
            async with working(office) as worker:
                await worker.drain()
            assert office.statuses(endpoint.id) == ["succeeded"]
            assert len(receiver.received) == 2


async def test_a_graceful_stop_ends_what_is_under_way_and_begins_nothing(
    tmp_path: Path, no_poll: None
) -> None:
    release = asyncio.Event()

    async def answer(_: Received) -> int:
        await release.wait()
        return 200

    async with receiving(answer) as receiver:
        with open_office(tmp_path) as office:
            endpoint = office.add(receiver.url())
            office.record()
            office.record()
            worker = delivery_worker(office)
            running = asyncio.create_task(worker.run())
            await receiver.has_received(1)
            worker.stop()
            await asyncio.sleep(0)
            assert not running.done()
            release.set()
            await running
            assert office.statuses(endpoint.id) == ["succeeded", "pending"]


async def test_a_graceful_stop_waits_no_longer_than_told(tmp_path: Path, no_poll: None) -> None:
    never = asyncio.Event()

    async def answer(_: Received) -> int:
        await never.wait()
        return 200

    async with receiving(answer) as receiver:
        with open_office(tmp_path) as office:
            endpoint = office.add(receiver.url())
            office.record()
            worker = delivery_worker(office)
            running = asyncio.create_task(worker.run())
            await receiver.has_received(1)
            worker.stop(grace=0.05)
            await running
            assert office.statuses(endpoint.id) == ["pending"]
        never.set()


async def test_a_worker_that_never_ran_is_stopped_without_waiting(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        worker = delivery_worker(office)
        worker.stop()
        await worker.run()  # and begins nothing any more


async def test_announcing_to_a_worker_whose_loop_has_gone_is_harmless(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:

        def live_and_die() -> None:
            async def live() -> None:
                worker = delivery_worker(office)
                task = asyncio.create_task(worker.run())
                await worker.drain()
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

            asyncio.run(live())

        await asyncio.to_thread(live_and_die)
        office.record()


async def test_a_delivery_whose_event_is_gone_ends_quietly(
    tmp_path: Path, no_poll: None, caplog: pytest.LogCaptureFixture
) -> None:
    with open_office(tmp_path) as office:
        office.add("http://127.0.0.1:9/hook")
        office.record()
        with office.runtime.database.write() as connection:
            connection.execute(delete(events))
        async with working(office) as worker:
            await worker.drain()
        assert office.open_jobs() == []
    assert caplog.text == ""


async def test_a_delivery_that_kills_its_server_again_and_again_is_given_up(
    tmp_path: Path, no_poll: None
) -> None:
    async with receiving() as receiver:
        with open_office(tmp_path) as office:
            endpoint = office.add(receiver.url())
            office.record()
            for _ in range(workers.MAX_LOST_CLAIMS + 1):
                assert len(office.claim()) == 1
                office.let_leases_run_out()
            office.record()
            async with working(office) as worker:
                await worker.drain()
            first, second = office.deliveries(endpoint.id)
    assert (first.status, first.error) == ("failed", "the delivery could not be brought to an end")
    assert second.status == "succeeded"
    assert [request.headers["x-pandocast-delivery"] for request in receiver.received] == [second.id]
