"""The rules of the made-up stories, over real sockets: threads and tasks, faults, cancellation, no leaks.

A few seconds here; `nox -s soak` goes on for longer.
"""

import asyncio
import gc
import os
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

from simulation.scenario import Scenario, seeded
from simulation.socket_server import Tally, hostile_server
from support.loopback import NO_LIMIT, Conversation, http, loopback
from tenacity.wait import wait_random_exponential

from pandocast_sdk import AsyncPandocast, Pandocast, PandocastError, Response
from pandocast_sdk._core.rate_limit.registry import budget_handle

SECONDS = float(os.environ.get("SOAK_SECONDS", "3"))
THREADS, TASKS = 6, 12
DEADLINE = 4.0
SLACK = 5.0  # seconds: the machine may be busy, and still no call goes on for ever
KEY = "pk_test_soak_s3cret"
BACKOFF = wait_random_exponential(multiplier=0.05, max=0.2)

STORY = Scenario(
    limit=60,
    window=1,
    latency=(0.0, 0.01),
    thinking=(0.0, 0.5),  # longer than an attempt may last
    server_skew=5000.0,
    retry_after=("seconds", ""),
    drop_before=0.02,
    drop_after=0.02,
    reject=0.02,
    refuse_at_random=0.002,
    fail_before=0.03,
    fail_after=0.03,
    gateway=0.3,
)


@dataclass
class Books:
    """What became of each call for its caller."""

    until: float
    numbers: "count[int]" = field(default_factory=count)
    writes: set[int] = field(default_factory=set)
    ends: dict[int, str] = field(default_factory=dict)  # done, certainly not, unknown, cancelled
    wrong: list[str] = field(default_factory=list)

    def begin(self, random: Random) -> tuple[int, str]:
        number, method = next(self.numbers), random.choice(("GET", "POST"))
        if method == "POST":
            self.writes.add(number)
        return number, method

    def end(self, number: int, began: float, came: Response | PandocastError | None) -> None:
        if isinstance(came, Response):
            self.ends[number] = "done"
            if came.content != b"%d" % number:
                self.wrong.append(f"call {number} is given {came.content!r}")
        elif came is None:
            self.ends[number] = "cancelled"
        else:
            self.ends[number] = "unknown" if came.outcome_unknown else "certainly not"
            if came.outcome_unknown and number not in self.writes:
                self.wrong.append(f"call {number} is a read, and its outcome unknown")
        if time.monotonic() - began > DEADLINE + SLACK:
            self.wrong.append(f"call {number} took {time.monotonic() - began:.1f} s")


def in_thread(client: Pandocast, books: Books, random: Random) -> None:
    while (began := time.monotonic()) < books.until:
        number, method = books.begin(random)
        try:
            books.end(number, began, client.request(method, f"/calls/{number}"))
        except PandocastError as error:
            books.end(number, began, error)


async def in_task(client: AsyncPandocast, books: Books, random: Random) -> None:
    """Call on and on; some calls are cancelled, wherever they are."""
    while (began := time.monotonic()) < books.until:
        number, method = books.begin(random)
        under_way = asyncio.ensure_future(client.request(method, f"/calls/{number}"))
        if random.random() < 0.2:
            asyncio.get_running_loop().call_later(random.choice((0, 0.01, 0.2)), under_way.cancel)
        try:
            books.end(number, began, await under_way)
        except PandocastError as error:
            books.end(number, began, error)
        except asyncio.CancelledError:
            books.end(number, began, None)


async def all_tasks(url: str, books: Books) -> None:
    async with (
        AsyncPandocast(api_key=KEY, base_url=url, timeout=0.3, deadline=DEADLINE, backoff=BACKOFF) as one,
        AsyncPandocast(api_key=KEY, base_url=url, timeout=0.3, max_retries=0, backoff=BACKOFF) as other,
    ):
        await asyncio.gather(
            *(in_task((one, other)[number % 2], books, seeded(number)) for number in range(TASKS))
        )
    assert asyncio.all_tasks() == {asyncio.current_task()}, "a task is left over"


def everybody(url: str, books: Books) -> None:
    with (
        Pandocast(api_key=KEY, base_url=url, timeout=0.3, deadline=DEADLINE, backoff=BACKOFF) as one,
        Pandocast(api_key=KEY, base_url=url, timeout=0.3, max_retries=4, backoff=BACKOFF) as other,
    ):
        threads = [
            threading.Thread(target=in_thread, args=((one, other)[number % 2], books, seeded(-number)))
            for number in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        asyncio.run(all_tasks(url, books))
        for thread in threads:
            thread.join()
        origin = url.removesuffix("/api/v1")
        budget = budget_handle("Pandocast", origin, KEY).budget
        assert budget.state.limit == STORY.limit, "all of them share this budget"
        assert budget._in_flight == 0, "a slot leaked"
        assert not budget._queue, "somebody still stands in line"


def open_files() -> int | None:
    """Count the file descriptors of this process, where the system says so."""
    directory = Path("/proc/self/fd")
    return len(list(directory.iterdir())) if directory.exists() else None


def check(books: Books, tally: Tally) -> None:
    """Compare what the callers got with what the server has done."""
    assert not books.wrong
    assert len(books.ends) == next(books.numbers), "a call has no end"
    for number in books.writes:
        acted, end = tally.acted.get(number, 0), books.ends[number]
        assert acted <= 1, f"write {number} was carried out {acted} times"
        assert acted == 1 or end != "done", f"write {number} was never carried out"
        assert acted == 0 or end != "certainly not", (
            f"write {number} was carried out, and its error denies it"
        )
    # Only a request that nobody waited for any more can be counted in a window that it was not charged to:
    # one that was lost just when a window ended.
    ends = Counter(books.ends.values())
    assert tally.spent * 4 <= tally.lost, f"{tally.spent} requests were sent into spent windows: {ends}"
    assert tally.open_connections == 0


def running_threads() -> set[threading.Thread]:
    """Return the threads, without those that trio keeps for ten seconds in case it needs them again."""
    return {thread for thread in threading.enumerate() if not thread.name.startswith("Trio thread")}


def test_what_holds_over_real_sockets() -> None:
    with hostile_server(STORY) as server:
        threads, files = running_threads(), open_files()
        books = Books(until=time.monotonic() + SECONDS)
        everybody(server.url, books)
        gc.collect()
        assert running_threads() == threads
        assert open_files() == files
        tally = server.stop()
    check(books, tally)
    assert set(books.ends.values()) == {"done", "certainly not", "unknown", "cancelled"}, "a tame soak"
    assert tally.windows >= SECONDS / 2


async def cancel_on_and_on(client: AsyncPandocast, until: float, random: Random) -> None:
    """Cancel calls at whatever step they are."""
    while time.monotonic() < until:
        call = asyncio.ensure_future(client.request("GET", "/things"))
        for _ in range(random.randrange(40)):
            await asyncio.sleep(0)
        call.cancel()
        await asyncio.wait([call])


async def cancelling_service(url: str) -> None:
    async with AsyncPandocast(api_key=KEY, base_url=url, rate_limit=NO_LIMIT) as client:
        until = time.monotonic() + SECONDS
        await asyncio.gather(*(cancel_on_and_on(client, until, seeded(number)) for number in range(30)))
        opened = next(iter(client._session._pool._transports.values()))
        pool = opened.resources[0]._pool
        assert not pool._requests
        assert all(connection.is_idle() or connection.is_closed() for connection in pool.connections)
        assert (await client.request("GET", "/things")).status_code == 200


def close_now_and_then(conversation: Conversation) -> None:
    """Respond, and close the connection after a while."""
    for _ in range(seeded(conversation.server.connections).randrange(1, 5)):
        if not conversation.read_request():
            return
        conversation.send(http("200 OK"))


def test_a_service_that_cancels_keeps_its_connections() -> None:
    files = open_files()
    with loopback(close_now_and_then) as server:
        asyncio.run(cancelling_service(server.url))
        assert server.all_closed()
    gc.collect()
    assert open_files() == files
