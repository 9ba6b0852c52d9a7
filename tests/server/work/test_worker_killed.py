"""A worker process that is killed in the middle of a job leaves the job, and not half of its result."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select
from support.post_office import WORKSPACE, Office, open_office

from pandocast_server.delivery.events import record_event
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import events
from pandocast_server.work.queue import Job, enqueue
from pandocast_server.work.worker import Outcome, Worker, computed

pytestmark = pytest.mark.anyio

WORKER = """
import asyncio, sys, time
from pandocast_server.delivery.events import record_event
from pandocast_server.runtime import Runtime
from pandocast_server.settings import Settings
from pandocast_server.work.worker import Outcome, Worker, computed

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

kinds = {"test": computed(handler, lambda *_: None)}
worker = Worker(Runtime.start(Settings(database_url=sys.argv[1])), kinds)
"""

UNTIL_KILLED = WORKER + "asyncio.run(worker.run())"

UNTIL_TOLD = (
    WORKER
    + """
async def main():
    running = asyncio.ensure_future(worker.run())
    await asyncio.to_thread(sys.stdin.readline)
    worker.stop(0)
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


def add(office: Office) -> None:
    with office.runtime.database.write() as connection:
        enqueue(connection, office.runtime, workspace_id=WORKSPACE, kind="test", subject_id="a")


def count_events(office: Office) -> int:
    with office.runtime.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(events)) or 0


@pytest.mark.parametrize("where", ["computing", "writing"])
async def test_a_job_is_done_once_although_its_worker_was_killed(tmp_path: Path, where: str) -> None:
    """The lease is left to run out by itself: what is under way goes on two seconds later."""
    with open_office(tmp_path) as office:
        add(office)
        await kill_where(office.runtime.settings.database_url, where)
        assert (office.open_jobs(), count_events(office)) == (["a*"], 0)
        worker = Worker(office.runtime, {"test": computed(handler, lambda *_: None)})
        task = asyncio.create_task(worker.run())
        await worker.drain()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert (office.open_jobs(), count_events(office)) == ([], 1)


async def test_a_process_ends_although_a_job_does_not(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        add(office)
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
        assert office.open_jobs() == ["a"]
