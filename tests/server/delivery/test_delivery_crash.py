"""A worker process that is killed loses nothing and repeats at most what it had under way."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from support.post_office import Office, Received, accept, open_office, receiving, working

pytestmark = pytest.mark.anyio

WORKER = """
import asyncio, sys
from pandocast_server.background import DELIVERING
from pandocast_server.runtime import Runtime
from pandocast_server.settings import Settings
from pandocast_server.work.worker import Worker

asyncio.run(Worker(Runtime.start(Settings(database_url=sys.argv[1])), DELIVERING, limit=500).run())
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def worker_process(office: Office) -> AsyncIterator[None]:
    """A worker of its own process, killed at the end without any warning."""
    url = office.runtime.settings.database_url
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, url)
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def test_killed_again_and_again(tmp_path: Path) -> None:
    endpoints, events, kills = 3, 6, 3
    answered = 0
    ever_after = asyncio.Event()

    async def answer(_: Received) -> int:
        # In every life of the worker some deliveries end, then each line stands still with one under way.
        if len(receiver.received) >= answered:
            await ever_after.wait()
        return 200

    async with receiving(answer) as receiver:
        with open_office(tmp_path) as office:
            lines = [office.add(receiver.url(f"/{number}")) for number in range(endpoints)]
            for _ in range(events):
                office.record()
            for life in range(kills):
                answered = 5 * (life + 1)
                async with worker_process(office):
                    await receiver.has_received(answered)
                office.let_leases_run_out()
            receiver.answering = accept
            ever_after.set()
            async with working(office) as worker:
                await worker.drain()
            orders = {
                line.url.rpartition("/")[2]: [d.id for d in office.deliveries(line.id)] for line in lines
            }
            assert all(office.statuses(line.id) == ["succeeded"] * events for line in lines)

    came = Counter(request.headers["x-pandocast-delivery"] for request in receiver.received)
    assert set(came) == {delivery for order in orders.values() for delivery in order}
    assert 0 < came.total() - len(came) <= kills * endpoints
    for target, order in orders.items():
        arrivals = [r.headers["x-pandocast-delivery"] for r in receiver.received if r.target == f"/{target}"]
        assert list(dict.fromkeys(arrivals)) == order
        assert arrivals == sorted(arrivals, key=order.index)
