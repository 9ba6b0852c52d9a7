"""Running jobs: the result and the end of a job are one transaction."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select, update
from support.post_office import WORKSPACE, Office, open_office

from pandocast_server.delivery.events import record_event
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import events, open_jobs, workspaces
from pandocast_server.work import queue
from pandocast_server.work import worker as workers
from pandocast_server.work.queue import Job
from pandocast_server.work.worker import Outcome, Worker, computed

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking again by itself must not be what makes a test pass."""
    monkeypatch.setattr(workers, "POLL_SECONDS", 60.0)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


Handler = Callable[[Runtime, Job], Outcome | None]
GiveUp = Callable[[Connection, Runtime, Job], None]


def given_up(connection: Connection, runtime: Runtime, job: Job) -> None:
    record_event(connection, runtime, workspace_id=job.workspace_id, type="given.up", data={})


@asynccontextmanager
async def working(office: Office, handler: Handler, give_up: GiveUp = given_up) -> AsyncIterator[Worker]:
    worker = Worker(office.runtime, {"test": computed(handler, give_up)})
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def add(office: Office, subject_id: str, *, delay: timedelta = timedelta()) -> None:
    with office.runtime.database.write() as connection:
        queue.enqueue(
            connection,
            office.runtime,
            workspace_id=WORKSPACE,
            kind="test",
            subject_id=subject_id,
            due_at=office.runtime.clock.now() + delay,
        )
    office.runtime.announce_work()


def recorded(office: Office) -> list[str]:
    with office.runtime.database.read() as connection:
        return list(connection.scalars(select(events.c.type).order_by(events.c.seq)))


def recording(runtime: Runtime, job: Job) -> Callable[[Connection], None]:
    def apply(connection: Connection) -> None:
        record_event(connection, runtime, workspace_id=job.workspace_id, type=job.subject_id, data={})

    return apply


def record(runtime: Runtime, job: Job) -> Outcome:
    return Outcome(recording(runtime, job))


async def test_what_a_job_led_to_is_written_and_the_job_is_done(office: Office) -> None:
    async with working(office, record) as worker:
        await worker.drain()
        add(office, "a")
        assert worker.busy()
        await worker.drain()
        assert not worker.busy()
    assert (office.open_jobs(), recorded(office)) == ([], ["a"])


async def test_a_handler_computes_in_a_thread_and_may_read(office: Office) -> None:
    seen: list[tuple[bool, list[str]]] = []

    def handler(runtime: Runtime, job: Job) -> Outcome:
        seen.append((threading.current_thread() is threading.main_thread(), office.open_jobs()))
        return record(runtime, job)

    async with working(office, handler) as worker:
        add(office, "a")
        await worker.drain()
    assert seen == [(False, ["a*"])]


async def test_jobs_run_in_the_order_in_which_they_are_due_when_the_clock_jumps(office: Office) -> None:
    async with working(office, record) as worker:
        for name, hours in (("c", 3), ("a", 1), ("b", 2), ("d", 30)):
            add(office, name, delay=timedelta(hours=hours))
        await worker.drain()
        assert recorded(office) == []
        office.runtime.clock.advance(hours=5)
        await worker.drain()
    assert recorded(office) == ["a", "b", "c"]


async def test_the_worker_wakes_by_itself_when_a_job_becomes_due(office: Office) -> None:
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def handler(runtime: Runtime, job: Job) -> Outcome:
        loop.call_soon_threadsafe(done.set)
        return record(runtime, job)

    async with working(office, handler), asyncio.timeout(10):
        add(office, "a", delay=timedelta(milliseconds=50))
        await done.wait()


async def test_a_job_can_ask_to_be_run_again(office: Office) -> None:
    runs: list[datetime] = []

    def handler(runtime: Runtime, job: Job) -> Outcome:
        runs.append(job.due_at)
        again = job.due_at + timedelta(minutes=1) if len(runs) < 3 else None
        return Outcome(recording(runtime, job), again_at=again)

    async with working(office, handler) as worker:
        add(office, "a")
        for expected in (1, 2, 3, 3):
            await worker.drain()
            assert len(runs) == expected
            office.runtime.clock.advance(minutes=1)
    assert [later - earlier for earlier, later in pairwise(runs)] == [timedelta(minutes=1)] * 2
    assert (office.open_jobs(), recorded(office)) == ([], ["a", "a", "a"])


async def test_a_handler_that_raises_is_tried_a_few_times_and_then_given_up(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    runs = 0

    def handler(_runtime: Runtime, _job: Job) -> Outcome:
        nonlocal runs
        runs += 1
        raise LookupError("of all things")

    async with working(office, handler) as worker:
        add(office, "a")
        await worker.drain()
    assert runs == workers.MAX_FAILURES
    assert (office.open_jobs(), recorded(office)) == ([], ["given.up"])
    assert "of all things" in caplog.text


async def test_an_outcome_that_cannot_be_applied_leaves_nothing_behind(office: Office) -> None:
    runs = 0

    def handler(runtime: Runtime, job: Job) -> Outcome:
        def apply(connection: Connection) -> None:
            nonlocal runs
            runs += 1
            recording(runtime, job)(connection)
            if runs < 3:
                raise LookupError

        return Outcome(apply)

    async with working(office, handler) as worker:
        add(office, "a")
        await worker.drain()
    assert (office.open_jobs(), recorded(office)) == ([], ["a"])


@pytest.mark.parametrize(
    ("lost", "event"), [(workers.MAX_LOST_CLAIMS, "a"), (workers.MAX_LOST_CLAIMS + 1, "given.up")]
)
async def test_claims_without_a_result_are_forgiven_but_not_for_ever(
    office: Office, lost: int, event: str
) -> None:
    """A job that takes its process along would take along each that claims it."""
    add(office, "a")
    with office.runtime.database.write() as connection:
        connection.execute(update(open_jobs).values(claims=lost))
    async with working(office, record) as worker:
        await worker.drain()
    assert (office.open_jobs(), recorded(office)) == ([], [event])


async def test_a_result_ends_the_row_of_lost_claims(office: Office) -> None:
    seen: list[tuple[int, int]] = []

    def handler(runtime: Runtime, job: Job) -> Outcome:
        seen.append((job.failures, job.claims))
        if len(seen) == 1:
            raise LookupError
        return Outcome(recording(runtime, job), again_at=job.due_at if len(seen) == 2 else None)

    add(office, "a")
    with office.runtime.database.write() as connection:
        connection.execute(update(open_jobs).values(claims=5))
    async with working(office, handler) as worker:
        await worker.drain()
    assert seen == [(0, 6), (1, 1), (0, 1)]


async def test_a_job_whose_subject_is_gone_ends_quietly(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    def handler(_runtime: Runtime, _job: Job) -> None:
        return None

    async with working(office, handler) as worker:
        add(office, "a")
        await worker.drain()
    assert (office.open_jobs(), recorded(office), caplog.text) == ([], [], "")


async def test_a_job_that_is_gone_itself_raises_quietly(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """As when a server is reset while it works: what a handler does not find was there when it began."""

    def handler(runtime: Runtime, _job: Job) -> Outcome:
        with runtime.database.write() as connection:
            connection.execute(delete(workspaces))
        raise LookupError

    async with working(office, handler) as worker:
        add(office, "a")
        await worker.drain()
    assert (office.open_jobs(), caplog.text) == ([], "")


async def test_an_end_that_cannot_be_written_is_not_tried_for_ever(office: Office) -> None:
    def handler(_runtime: Runtime, _job: Job) -> Outcome:
        raise LookupError

    def unable(_connection: Connection, _runtime: Runtime, _job: Job) -> None:
        raise KeyError

    async with working(office, handler, unable) as worker:
        add(office, "a")
        await worker.drain()
    assert office.open_jobs() == []


async def test_a_job_that_was_taken_over_changes_nothing(office: Office) -> None:
    computing, go_on = threading.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def handler(runtime: Runtime, job: Job) -> Outcome:
        computing.set()
        assert go_on.wait(10)
        return record(runtime, job)

    async with working(office, handler):
        add(office, "a")
        await asyncio.to_thread(computing.wait, 10)
        with office.runtime.database.write() as connection:
            later = queue.real_now() + timedelta(hours=1)
            taken = {"lease_token": "another worker's", "lease_until": later}
            connection.execute(update(open_jobs).values(taken))

        def announced() -> None:
            loop.call_soon_threadsafe(ended.set)

        office.runtime.on_work(announced)
        go_on.set()
        await ended.wait()
    assert (office.open_jobs(), recorded(office)) == (["a*"], [])


async def test_a_long_job_keeps_its_lease(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "RENEW_SECONDS", 0.01)
    computing, renewed = threading.Event(), threading.Event()

    def handler(runtime: Runtime, job: Job) -> Outcome:
        computing.set()
        assert renewed.wait(10)
        return record(runtime, job)

    async with working(office, handler) as worker:
        add(office, "a")
        await asyncio.to_thread(computing.wait, 10)
        await lease_is_renewed(office)
        renewed.set()
        await worker.drain()
    assert recorded(office) == ["a"]


async def lease_is_renewed(office: Office) -> None:
    """Let the one lease run out, and wait until its holder has renewed it."""
    office.let_leases_run_out()
    async with asyncio.timeout(10):
        while True:
            await asyncio.sleep(0.001)
            with office.runtime.database.read() as connection:
                (until,) = connection.scalars(select(open_jobs.c.lease_until))
            if until is not None and until > queue.real_now():
                return


async def test_after_a_long_sleep_a_worker_does_not_claim_what_it_is_doing(office: Office) -> None:
    """The machine slept: all leases have run out, and the worker holds some of them still."""
    computing, go_on = threading.Event(), threading.Event()
    runs: list[str] = []

    def handler(runtime: Runtime, job: Job) -> Outcome:
        runs.append(job.subject_id)
        if job.subject_id == "a":
            computing.set()
            assert go_on.wait(10)
        else:
            go_on.set()
        return record(runtime, job)

    async with working(office, handler) as worker:
        add(office, "a")
        await asyncio.to_thread(computing.wait, 10)
        office.let_leases_run_out()
        with office.runtime.database.write() as connection:
            queue.enqueue(
                connection, office.runtime, workspace_id=WORKSPACE, kind="test", subject_id="b", lane="other"
            )
        office.runtime.announce_work()
        await worker.drain()
    assert runs == sorted(recorded(office)) == ["a", "b"]


async def test_a_graceful_stop_keeps_the_leases(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "RENEW_SECONDS", 0.01)
    computing, go_on = threading.Event(), threading.Event()

    def handler(runtime: Runtime, job: Job) -> Outcome:
        computing.set()
        assert go_on.wait(10)
        return record(runtime, job)

    worker = Worker(office.runtime, {"test": computed(handler, given_up)})
    running = asyncio.create_task(worker.run())
    add(office, "a")
    await asyncio.to_thread(computing.wait, 10)
    worker.stop()
    await lease_is_renewed(office)
    go_on.set()
    await running
    assert recorded(office) == ["a"]


async def test_a_database_that_is_away_for_a_moment_does_not_end_the_work(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failures = iter([OSError("the disk is away")])
    look = queue.look

    def sometimes(
        connection: Connection, kinds: Collection[str], *, now: datetime
    ) -> tuple[bool, float | None]:
        for failure in failures:
            raise failure
        return look(connection, kinds, now=now)

    monkeypatch.setattr(queue, "look", sometimes)
    async with working(office, record) as worker:
        await worker.drain()
        await asyncio.sleep(0)  # its first look
        add(office, "a")
        await worker.drain()
    assert recorded(office) == ["a"]
    assert "a worker cannot take work" in caplog.text


async def test_what_cannot_be_recorded_is_done_again_when_its_lease_has_run_out(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failures = iter([OSError("the disk is away")] * 3)
    end = queue.end

    def sometimes(connection: Connection, job: Job) -> bool:
        for failure in failures:
            raise failure
        return end(connection, job)

    monkeypatch.setattr(queue, "end", sometimes)
    monkeypatch.setattr(workers, "MAX_FAILURES", 1)
    async with working(office, record) as worker:
        add(office, "a")
        async with asyncio.timeout(10):
            await worker._settled.wait()
        assert "could not be recorded" in caplog.text
        assert (office.open_jobs(), recorded(office)) == (["a*"], [])
        office.let_leases_run_out()
        await worker.drain()
    assert (office.open_jobs(), recorded(office)) == ([], ["a"])


async def test_a_cancelled_worker_leaves_at_once_and_gives_the_job_back(office: Office) -> None:
    computing, go_on = threading.Event(), threading.Event()

    def handler(runtime: Runtime, job: Job) -> Outcome:
        computing.set()
        assert go_on.wait(10)
        return record(runtime, job)

    async with working(office, handler):
        add(office, "a")
        await asyncio.to_thread(computing.wait, 10)
    assert (office.open_jobs(), recorded(office)) == (["a"], [])
    go_on.set()
    async with working(office, record) as worker:
        await worker.drain()
    assert recorded(office) == ["a"]
