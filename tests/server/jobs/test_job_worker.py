"""Running jobs: the result and the end of a job are one transaction."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update
from support.post_office import WORKSPACE, Office, open_office

from pandocast_server import workers
from pandocast_server.delivery.events import record_event
from pandocast_server.jobs import queue
from pandocast_server.jobs import worker as job_worker
from pandocast_server.jobs.queue import Job
from pandocast_server.jobs.worker import JobHandler, JobWorker, OnFailure, Outcome
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import events, jobs

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


@asynccontextmanager
async def working(
    office: Office, handlers: Mapping[str, JobHandler], on_failure: OnFailure | None = None
) -> AsyncIterator[JobWorker]:
    worker = JobWorker(office.runtime, handlers, on_failure=on_failure)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def add(office: Office, subject_id: str, *, delay: timedelta = timedelta()) -> str:
    with office.runtime.database.write() as connection:
        job_id = queue.enqueue(
            connection,
            office.runtime,
            workspace_id=WORKSPACE,
            kind="test",
            subject_id=subject_id,
            due_at=office.runtime.clock.now() + delay,
        )
    office.runtime.announce_work()
    return job_id


def statuses(office: Office) -> list[str]:
    with office.runtime.database.read() as connection:
        return list(connection.scalars(select(jobs.c.status).order_by(jobs.c.seq)))


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
    async with working(office, {"test": record}) as worker:
        await worker.drain()
        add(office, "a")
        assert worker.busy()
        await worker.drain()
        assert not worker.busy()
    assert (statuses(office), recorded(office)) == (["done"], ["a"])


async def test_a_handler_computes_in_a_thread_and_may_read(office: Office) -> None:
    seen: list[tuple[bool, str]] = []

    def handler(runtime: Runtime, job: Job) -> Outcome:
        with runtime.database.read() as connection:
            status = connection.scalars(select(jobs.c.status)).one()
        seen.append((threading.current_thread() is threading.main_thread(), status))
        return record(runtime, job)

    async with working(office, {"test": handler}) as worker:
        add(office, "a")
        await worker.drain()
    assert seen == [(False, "running")]


async def test_jobs_run_in_the_order_in_which_they_are_due_when_the_clock_jumps(office: Office) -> None:
    async with working(office, {"test": record}) as worker:
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

    async with working(office, {"test": handler}), asyncio.timeout(10):
        add(office, "a", delay=timedelta(milliseconds=50))
        await done.wait()


async def test_a_job_can_ask_to_be_run_again(office: Office) -> None:
    runs: list[datetime] = []

    def handler(runtime: Runtime, job: Job) -> Outcome:
        runs.append(job.due_at)
        again = job.due_at + timedelta(minutes=1) if len(runs) < 3 else None
        return Outcome(recording(runtime, job), again_at=again)

    async with working(office, {"test": handler}) as worker:
        add(office, "a")
        for expected in (1, 2, 3, 3):
            await worker.drain()
            assert len(runs) == expected
            office.runtime.clock.advance(minutes=1)
    assert [later - earlier for earlier, later in pairwise(runs)] == [timedelta(minutes=1)] * 2
    assert (statuses(office), recorded(office)) == (["done"], ["a", "a", "a"])


async def test_a_handler_that_raises_is_tried_a_few_times_and_then_given_up(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    runs = 0

    def handler(_runtime: Runtime, _job: Job) -> Outcome:
        nonlocal runs
        runs += 1
        raise LookupError("of all things")

    def given_up(connection: Connection, runtime: Runtime, job: Job) -> None:
        record_event(connection, runtime, workspace_id=job.workspace_id, type="given.up", data={})

    async with working(office, {"test": handler}, given_up) as worker:
        add(office, "a")
        await worker.drain()
    assert runs == job_worker.MAX_ATTEMPTS
    assert (statuses(office), recorded(office)) == (["failed"], ["given.up"])
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

    async with working(office, {"test": handler}) as worker:
        add(office, "a")
        await worker.drain()
    assert (statuses(office), recorded(office)) == (["done"], ["a"])


async def test_a_job_that_takes_its_process_along_is_not_run_for_ever(office: Office) -> None:
    add(office, "a")
    with office.runtime.database.write() as connection:
        connection.execute(update(jobs).values(attempts=job_worker.MAX_ATTEMPTS))

    def given_up(connection: Connection, runtime: Runtime, job: Job) -> None:
        record_event(connection, runtime, workspace_id=job.workspace_id, type="given.up", data={})

    async with working(office, {"test": record}, given_up) as worker:
        await worker.drain()
    assert (statuses(office), recorded(office)) == (["failed"], ["given.up"])


async def test_an_end_that_cannot_be_written_is_not_tried_for_ever(office: Office) -> None:
    def handler(_runtime: Runtime, _job: Job) -> Outcome:
        raise LookupError

    def given_up(_connection: Connection, _runtime: Runtime, _job: Job) -> None:
        raise KeyError

    async with working(office, {"test": handler}, given_up) as worker:
        add(office, "a")
        await worker.drain()
    assert statuses(office) == ["failed"]


async def test_a_job_that_was_taken_over_changes_nothing(office: Office) -> None:
    computing, go_on = threading.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def handler(runtime: Runtime, job: Job) -> Outcome:
        computing.set()
        assert go_on.wait(10)
        return record(runtime, job)

    async with working(office, {"test": handler}):
        add(office, "a")
        await asyncio.to_thread(computing.wait, 10)
        with office.runtime.database.write() as connection:
            connection.execute(update(jobs).values(lease_token="another worker's"))

        def announced() -> None:
            loop.call_soon_threadsafe(ended.set)

        office.runtime.on_work(announced)
        go_on.set()
        await ended.wait()
    assert (statuses(office), recorded(office)) == (["running"], [])


async def test_a_long_job_keeps_its_lease(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_worker, "_RENEW_SECONDS", 0.01)
    renewed = threading.Event()
    renew = queue.renew

    def renew_and_tell(connection: Connection, job: Job) -> bool:
        still_ours = renew(connection, job)
        renewed.set()
        return still_ours

    monkeypatch.setattr(queue, "renew", renew_and_tell)

    def handler(runtime: Runtime, job: Job) -> Outcome:
        assert renewed.wait(10)
        return record(runtime, job)

    async with working(office, {"test": handler}) as worker:
        add(office, "a")
        await worker.drain()
    assert recorded(office) == ["a"]


async def test_a_database_that_is_away_for_a_moment_does_not_end_the_work(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failures = iter([OSError("the disk is away")])
    next_due = queue.next_due

    def sometimes(connection: Connection, kinds: Collection[str], *, now: datetime) -> datetime | None:
        for failure in failures:
            raise failure
        return next_due(connection, kinds, now=now)

    monkeypatch.setattr(queue, "next_due", sometimes)
    async with working(office, {"test": record}) as worker:
        await worker.drain()
        await asyncio.sleep(0)  # its first look
        add(office, "a")
        await worker.drain()
    assert recorded(office) == ["a"]
    assert "JobWorker cannot take work" in caplog.text


async def test_a_cancelled_worker_leaves_at_once_and_gives_the_job_back(office: Office) -> None:
    computing, go_on = threading.Event(), threading.Event()

    def handler(runtime: Runtime, job: Job) -> Outcome:
        computing.set()
        assert go_on.wait(10)
        return record(runtime, job)

    async with working(office, {"test": handler}):
        add(office, "a")
        await asyncio.to_thread(computing.wait, 10)
    assert (statuses(office), recorded(office)) == (["pending"], [])
    go_on.set()
    async with working(office, {"test": record}) as worker:
        await worker.drain()
    assert recorded(office) == ["a"]
