"""What a fresh process pays, each time in a process of its own.

Imports are timed from within, around the statement. The first typed object is timed from outside: from the
start of the process until it has read one output over loopback, once with the SDK and once with raw httpx and
pydantic as in the benchmark of calls. The base of the webhooks is `import hmac, hashlib, json`. What is
loaded only where it happens to be installed (the command line of httpx, trio, tornado) is hidden from both.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from statistics import median

from benchmarks.bench_calls import KEY
from benchmarks.canned_server import canned_server
from benchmarks.frame import Row, duration

from pandocast_sdk import Pandocast

_RAW_FIRST_OBJECT = """
from datetime import datetime
import httpx
from pydantic import BaseModel

class Output(BaseModel):
    id: str
    platform_id: str
    format_name: str
    content: str
    voice_match_score: int
    status: str
    created_at: datetime

class Outputs(BaseModel):
    items: list[Output]
    total: int

with httpx.Client(headers={{"Authorization": "Bearer {key}"}}) as client:
    response = client.get("{url}/content/content_1/outputs")
    response.raise_for_status()
    outputs = Outputs.model_validate_json(response.content)
"""

_OUR_FIRST_OBJECT = """
from pandocast_sdk import Pandocast
with Pandocast(api_key="{key}", base_url="{url}") as client:
    outputs = client.content.outputs("content_1")
"""

_HIDDEN = ("click", "rich", "trio", "tornado")

Clock = Callable[[str], float]
"""Runs a program in a fresh process, and gives seconds."""


def measure(*, quick: bool) -> Iterable[Row]:
    rounds = 1 if quick else 40
    yield _compare(
        "from pandocast_sdk import Pandocast",
        0.70,
        ("from pandocast_sdk import Pandocast", "import httpx, pydantic"),
        _within,
        rounds,
    )
    yield _compare(
        "from pandocast_sdk.webhooks import verify_signature",
        1.15,
        ("from pandocast_sdk.webhooks import verify_signature", "import hmac, hashlib, json"),
        _within,
        rounds,
    )
    with canned_server() as address:
        words = {"key": KEY, "url": f"{address}/0/api/v1"}
        programs = (_OUR_FIRST_OBJECT.format(**words), _RAW_FIRST_OBJECT.format(**words))
        yield _compare("start to first typed object", 1.20, programs, _from_outside, rounds)
    yield _construction(quick=quick)


def _compare(name: str, target: float, programs: tuple[str, str], clock: Clock, rounds: int) -> Row:
    ours, base = programs
    for program in programs:
        clock(program)  # so that the bytecode is there
    pairs: list[tuple[float, float]] = []
    for number in range(rounds):
        turns = {program: clock(program) for program in ((ours, base) if number % 2 else (base, ours))}
        pairs.append((turns[ours], turns[base]))
    return Row(
        name,
        median(our / their for our, their in pairs),
        target,
        ours=duration(median(our for our, _ in pairs)),
        base=duration(median(their for _, their in pairs)),
        pairs=rounds,
    )


def _within(statement: str) -> float:
    program = f"import time; began = time.perf_counter(); {statement}; print(time.perf_counter() - began)"
    return float(_run(program))


def _from_outside(program: str) -> float:
    began = time.perf_counter()
    ended = float(_run(f"{program}\nimport time; print(time.perf_counter())"))
    return ended - began  # of one clock: it is the system's


def _run(program: str) -> str:
    command = [sys.executable, "-c", f"import sys; sys.modules.update(dict.fromkeys({_HIDDEN}))\n{program}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - see above


def _construction(*, quick: bool) -> Row:
    """Measure what one more client costs, and not the first, which loads what all share."""
    Pandocast(api_key=KEY).close()
    times: list[float] = []
    for _ in range(1 if quick else 500):
        began = time.perf_counter()
        client = Pandocast(api_key=KEY)
        times.append(time.perf_counter() - began)
        client.close()
    return Row("a client constructed after the first", round(median(times) * 1000, 3), 1.0, unit="ms")
