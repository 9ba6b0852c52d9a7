"""Two hundred async calls at once, with default settings, each answered after 20 ms.

The base is the same crowd through `httpx.AsyncClient` with httpx's own limits (a hundred connections). That
no call fails is the target; the ratio tells what the crowd costs: a fresh key lets one call learn the window
before the others follow.
"""

import asyncio
from collections.abc import Iterable

import httpx
from benchmarks.bench_calls import KEY, RawOutputs, raw_headers
from benchmarks.canned_server import canned_server
from benchmarks.frame import Row, compare

from pandocast_sdk import AsyncPandocast, PandocastError

_DELAY = 20  # ms


def measure(*, quick: bool) -> Iterable[Row]:
    crowd = 200
    failed = 0

    async def ours(url: str) -> None:
        nonlocal failed
        async with AsyncPandocast(api_key=KEY, base_url=url) as client:
            calls = (client.content.outputs(f"content_{number}") for number in range(crowd))
            answers = await asyncio.gather(*calls, return_exceptions=True)
        failed += sum(isinstance(answer, PandocastError) for answer in answers)

    async def base(url: str) -> None:
        async with httpx.AsyncClient(headers=raw_headers()) as client:

            async def one(number: int) -> None:
                response = await client.get(f"{url}/content/content_{number}/outputs")
                response.raise_for_status()
                RawOutputs.model_validate_json(response.content)

            await asyncio.gather(*map(one, range(crowd)))

    with canned_server() as address, asyncio.Runner() as runner:
        url = f"{address}/{_DELAY}/api/v1"

        def times_ours(times: int) -> None:
            for _ in range(times):
                runner.run(ours(url))

        def times_base(times: int) -> None:
            for _ in range(times):
                runner.run(base(url))

        row = compare(f"{crowd} calls at once", None, times_ours, times_base, quick=quick, rounds=20, times=1)
    yield Row(f"{crowd} calls at once, failed", failed, 0, unit="calls")
    yield row
