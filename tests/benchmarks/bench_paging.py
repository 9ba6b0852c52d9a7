"""A list of 10 000 uploads, a hundred a page, each page 20 ms away, with the rate limit off.

The base is the same iteration without `prefetch`; both sides parse every item. The waiting happens in the
process that is measured, in a transport below httpx, so a hundred pages cost two seconds and little else. The
last rows are about memory: 1 000 000 items are iterated, and the peak that `tracemalloc` sees after the first
tenth of them stands beside the peak of that tenth.
"""

import asyncio
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from statistics import median
from typing import Any

import httpx
from benchmarks.frame import Row, duration

from pandocast_sdk import AsyncPandocast, Pandocast, RateLimitPolicy

DELAY = 0.02  # seconds a page
PAGES = 100
ROUNDS = 5
LIMIT = 100
AHEAD = (1, 4, 8)
TARGET_AHEAD = 4
TARGET = 0.30
MEMORY_TARGET = 1.10


class Service(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Gives ready pages of a list that stands still, after a while."""

    def __init__(self, count: int, delay: float) -> None:
        self._count = count
        self._delay = delay

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        time.sleep(self._delay)
        return self._answer(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self._delay)
        return self._answer(request)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        params = request.url.params
        first, limit = int(params["offset"]), int(params["limit"])
        end = min(first + limit, self._count)
        items = b",".join(
            b'{"id":"c%d","title":"A title","content_type":"note","status":"analyzed",'
            b'"created_at":"2026-03-28T10:00:00Z"}' % place
            for place in range(first, end)
        )
        more = b"true" if end < self._count else b"false"
        body = b'{"items":[%b],"total":%d,"has_more":%b}' % (items, self._count, more)
        return httpx.Response(200, headers={"Content-Type": "application/json"}, content=body)


def measure(*, quick: bool) -> Iterable[Row]:
    """Measure both flavours, and memory."""
    for flavour, read in (("sync", read_blocking), ("async", read_awaiting)):
        for ahead in AHEAD:
            yield from timed(flavour, read, ahead, quick=quick)
    yield from memory(quick=quick)


Read = Callable[[int, float, int], None]


def timed(flavour: str, read: Read, ahead: int, *, quick: bool) -> Iterator[Row]:
    """Compare an iteration that fetches ahead with one that does not, in turns."""
    count, delay, rounds = (200, 0.0, 1) if quick else (PAGES * LIMIT, DELAY, ROUNDS)
    ours, base = [], []
    for _ in range(rounds):
        ours.append(seconds(read, count, delay, ahead))
        base.append(seconds(read, count, delay, 0))
    yield Row(
        f"{flavour}: {count} items with prefetch={ahead}, beside one page after the other",
        median(our / their for our, their in zip(ours, base, strict=True)),
        TARGET if ahead >= TARGET_AHEAD else None,
        ours=duration(median(ours)),
        base=duration(median(base)),
        pairs=rounds,
    )


def seconds(read: Read, count: int, delay: float, ahead: int) -> float:
    began = time.perf_counter()
    read(count, delay, ahead)
    return time.perf_counter() - began


def memory(*, quick: bool) -> Iterator[Row]:
    """Compare the peak while the rest of a list is read with that of its first tenth."""
    count = 2_000 if quick else 1_000_000
    for ahead in (0, TARGET_AHEAD):
        first, rest = peaks(count, ahead)
        yield Row(
            f"sync: peak memory over {count} items with prefetch={ahead}, beside the first tenth of them",
            rest / first,
            MEMORY_TARGET,
            ours=f"{rest / 1024:.0f} KiB",
            base=f"{first / 1024:.0f} KiB",
        )


def peaks(count: int, ahead: int) -> tuple[int, int]:
    with Pandocast(**options(httpx.Client(transport=Service(count, 0.0)))) as client:
        tracemalloc.start()
        try:
            first = read = 0
            for read, _ in enumerate(client.content.list(limit=LIMIT, prefetch=ahead), 1):
                if read == count // 10:
                    first = tracemalloc.get_traced_memory()[1]
                    tracemalloc.reset_peak()
            assert read == count
            return first, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def read_blocking(count: int, delay: float, ahead: int) -> None:
    with Pandocast(**options(httpx.Client(transport=Service(count, delay)))) as client:
        read = sum(1 for _ in client.content.list(limit=LIMIT, prefetch=ahead))
    assert read == count


def read_awaiting(count: int, delay: float, ahead: int) -> None:
    async def reading() -> int:
        transport = Service(count, delay)
        async with AsyncPandocast(**options(httpx.AsyncClient(transport=transport))) as client:
            return len([None async for _ in client.content.list(limit=LIMIT, prefetch=ahead)])

    assert asyncio.run(reading()) == count


def options(http_client: object) -> dict[str, Any]:
    return {"api_key": "pk_test_x", "rate_limit": RateLimitPolicy("off"), "http_client": http_client}


if __name__ == "__main__":
    for row in measure(quick=False):
        print(f"{row.value:.2f}  target {row.target}  {row.ours}  {row.base}  {row.name}")  # noqa: T201
