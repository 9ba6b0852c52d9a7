"""A worker process that is killed in the middle of a job leaves the job, and not half of its result."""

import asyncio
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, update
from support.post_office import WORKSPACE, open_office

from pandocast_server import leases
from pandocast_server.delivery.events import record_event
from pandocast_server.jobs.queue import Job, enqueue
from pandocast_server.jobs.worker import JobWorker, Outcome
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import events, jobs

pytestmark = pytest.mark.anyio

WORKER = """
import asyncio, sys, time
from pandocast_server.delivery.events import record_event
from pandocast_server.jobs.worker import JobWorker, Outcome
from pandocast_server.runtime import Runtime
from pandocast_server.settings import Settings

def stand_still(where):
    if where == sys.argv[2]:
        print("here", flush=True)
        time.sleep(600)

def handler(runtime, job):
    stand_still("computing")
    def apply(connection):
        record_event(connection, runtime, workspace_id=job.workspace_id, type="done", data={})
        stand_still("writing")
    return Outcome(apply)

worker = JobWorker(Runtime.start(Settings(database_url=sys.argv[1])), {"test": handler})
"""

UNTIL_KILLED = WORKER + "asyncio.run(worker.run())"

UNTIL_TOLD = (
    WORKER
    + """
async def main():
    running = asyncio.ensure_future(worker.run())
    await asyncio.to_thread(sys.stdin.readline)
    await worker.stop(0)
    await running

asyncio.run(main())
"""
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def handler(runtime: Runtime, job: Job) -> Outcome:
    def apply(connection: Connection) -> None:
        record_event(connection, runtime, workspace_id=job.workspace_id, type="done", data={})

    return Outcome(apply)


async def kill_where(url: str, where: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", UNTIL_KILLED, url, where, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(20):
            assert await process.stdout.readline() == b"here\n"
    finally:
        process.kill()
        await process.wait()


@pytest.mark.parametrize("where", ["computing", "writing"])
async def test_a_job_is_done_once_although_its_worker_was_killed(tmp_path: Path, where: str) -> None:
    with open_office(tmp_path) as office:
        with office.runtime.database.write() as connection:
            enqueue(connection, office.runtime, workspace_id=WORKSPACE, kind="test", subject_id="a")
        await kill_where(office.runtime.settings.database_url, where)
        with office.runtime.database.write() as connection:
            assert connection.scalars(select(jobs.c.status)).one() == "running"
            assert connection.scalar(select(func.count()).select_from(events)) == 0
            connection.execute(update(jobs).values(lease_until=leases.real_now() - timedelta(seconds=1)))
        worker = JobWorker(office.runtime, {"test": handler})
        task = asyncio.create_task(worker.run())
        await worker.drain()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        with office.runtime.database.read() as connection:
            assert connection.scalars(select(jobs.c.status)).one() == "done"
            assert connection.scalar(select(func.count()).select_from(events)) == 1


async def test_a_process_ends_although_a_job_does_not(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        with office.runtime.database.write() as connection:
            enqueue(connection, office.runtime, workspace_id=WORKSPACE, kind="test", subject_id="a")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", UNTIL_TOLD, office.runtime.settings.database_url, "computing"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        try:
            async with asyncio.timeout(20):
                assert await process.stdout.readline() == b"here\n"
                _, complaints = await process.communicate(b"stop\n")
        finally:
            with suppress(ProcessLookupError):
                process.kill()
        assert (process.returncode, complaints) == (0, b"")
        with office.runtime.database.read() as connection:
            assert connection.scalars(select(jobs.c.status)).one() == "pending"
