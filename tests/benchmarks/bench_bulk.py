"""Texts that are uploaded, analysed and generated for, many at a time, at a window of 100 per 10 seconds.

Each file takes three requests: upload, generate, outputs. The base is the same loop in which each wait reads
the list by itself, at the pace of a wait that is alone. The targets are 1.1 of the requests that are useful,
and ten; the windows that these take, and five seconds; and that no request is refused and no file fails.
Every run has a server of its own, in a process of its own; four go on at once.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic, sleep

from benchmarks.frame import Row, duration
from benchmarks.paced_server import PacedServer, paced_server

from pandocast_sdk import AsyncPandocast, Content, Pandocast, PandocastError

USEFUL = 3  # requests a file
AT_ONCE = 4  # runs
PLATFORMS = ["twitter_single"]


@dataclass(frozen=True)
class Job:
    """How much is to be done, in what window."""

    files: int
    at_once: int
    limit: int = 100
    window: int = 10  # seconds

    @property
    def most_requests(self) -> float:
        return 1.1 * USEFUL * self.files + 10

    @property
    def most_seconds(self) -> float:
        return math.ceil(USEFUL * self.files / self.limit) * self.window + 5


@dataclass(frozen=True)
class Run:
    """What one run took."""

    seconds: float
    requests: int
    refused: int
    failed: int


Bulk = Callable[[PacedServer, Job], int]
"""Carries a job out, and returns how many files have failed."""


def text(number: int) -> dict[str, str]:
    return {"title": f"Text {number}", "content_type": "note", "raw_content": "A text. " * 40}


def pauses() -> Iterator[float]:
    """Yield the pauses of a wait that polls for itself."""
    pause = 0.1
    while True:
        yield pause
        pause = min(pause * 1.5, 5.0)


# ---- async


AsyncWait = Callable[[AsyncPandocast, str], Awaitable[object]]


async def analyzed_async(client: AsyncPandocast, content_id: str) -> None:
    await client.content.wait_until_analyzed(content_id)


async def generated_async(client: AsyncPandocast, content_id: str) -> None:
    await client.content.wait_until_generated(content_id)


async def found_async(client: AsyncPandocast, content_id: str, status: str) -> None:
    for pause in pauses():
        if has_reached(status, content_id, (await client.content.list(limit=100)).items):
            return
        await asyncio.sleep(pause)


async def analyzed_alone_async(client: AsyncPandocast, content_id: str) -> None:
    await found_async(client, content_id, "analyzed")


async def generated_alone_async(client: AsyncPandocast, content_id: str) -> None:
    await found_async(client, content_id, "generated")
    await client.content.outputs(content_id)


def by_tasks(analyzed: AsyncWait, generated: AsyncWait) -> Bulk:
    async def run(server: PacedServer, job: Job) -> int:
        todo, failed = iter(range(job.files)), 0

        async def work(client: AsyncPandocast) -> None:
            nonlocal failed
            for number in todo:
                try:
                    uploaded = await client.content.upload(**text(number))
                    await analyzed(client, uploaded.id)
                    await client.content.generate(uploaded.id, selected_platforms=PLATFORMS)
                    await generated(client, uploaded.id)
                except PandocastError:
                    failed += 1

        async with AsyncPandocast(api_key=server.api_key, base_url=server.base_url) as client:
            await asyncio.gather(*(work(client) for _ in range(job.at_once)))
        return failed

    return lambda server, job: asyncio.run(run(server, job))


# ---- threads


Wait = Callable[[Pandocast, str], object]


def analyzed(client: Pandocast, content_id: str) -> None:
    client.content.wait_until_analyzed(content_id)


def generated(client: Pandocast, content_id: str) -> None:
    client.content.wait_until_generated(content_id)


def found(client: Pandocast, content_id: str, status: str) -> None:
    for pause in pauses():
        if has_reached(status, content_id, client.content.list(limit=100).items):
            return
        sleep(pause)


def analyzed_alone(client: Pandocast, content_id: str) -> None:
    found(client, content_id, "analyzed")


def generated_alone(client: Pandocast, content_id: str) -> None:
    found(client, content_id, "generated")
    client.content.outputs(content_id)


def by_threads(analyzed: Wait, generated: Wait) -> Bulk:
    def run(server: PacedServer, job: Job) -> int:
        with Pandocast(api_key=server.api_key, base_url=server.base_url) as client:

            def publish(number: int) -> int:
                try:
                    uploaded = client.content.upload(**text(number))
                    analyzed(client, uploaded.id)
                    client.content.generate(uploaded.id, selected_platforms=PLATFORMS)
                    generated(client, uploaded.id)
                except PandocastError:
                    return 1
                return 0

            with ThreadPoolExecutor(job.at_once) as threads:
                return sum(threads.map(publish, range(job.files)))

    return run


# ---- rows


def has_reached(status: str, content_id: str, page: Iterable[Content]) -> bool:
    return any(content.id == content_id and content.status == status for content in page)


BULKS = {
    "async": (
        by_tasks(analyzed_async, generated_async),
        by_tasks(analyzed_alone_async, generated_alone_async),
    ),
    "threads": (by_threads(analyzed, generated), by_threads(analyzed_alone, generated_alone)),
}


def measure(*, quick: bool) -> Iterable[Row]:
    jobs = [Job(3, 2, limit=20, window=1)] if quick else [Job(30, 30), Job(100, 30), Job(100, 100)]
    pairs = [(flavour, job, BULKS[flavour]) for job in jobs for flavour in BULKS]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        # The longest begin first.
        runs = {
            (flavour, job): tuple(threads.submit(measured, bulk, job) for bulk in bulks)
            for flavour, job, bulks in reversed(pairs)
        }
        for flavour, job, _ in pairs:
            yield from rows(
                f"{job.files} files, {job.at_once} at a time, {flavour}", job, *runs[flavour, job]
            )


def measured(bulk: Bulk, job: Job) -> Run:
    with paced_server(job.limit, job.window) as server:
        began = monotonic()
        failed = bulk(server, job)
        seconds = monotonic() - began
        statuses = server.statuses()
    return Run(seconds, sum(statuses.values()), statuses.get(429, 0), failed)


def rows(name: str, job: Job, ours: Future[Run], base: Future[Run]) -> Iterator[Row]:
    run, alone = ours.result(), base.result()
    requests, seconds = f"{run.requests} requests", round(run.seconds, 1)
    yield Row(
        f"{name}: requests",
        run.requests,
        job.most_requests,
        "requests",
        requests,
        f"{alone.requests} requests",
    )
    yield Row(
        f"{name}: wall time", seconds, job.most_seconds, "s", duration(run.seconds), duration(alone.seconds)
    )
    lost, lost_alone = run.refused + run.failed, alone.refused + alone.failed
    yield Row(f"{name}: refused or failed", lost, 0, "lost", f"{lost}", f"{lost_alone}")
