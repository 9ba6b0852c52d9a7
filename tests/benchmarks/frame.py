"""What the benchmarks share: rows for the table, and pairs that are measured in turns.

A module `bench_<subject>.py` has a docstring, which becomes the text above its table, and a function
`measure(*, quick: bool) -> Iterable[Row]`. Quick is once and as little as possible: it shows that the module
runs, and its figures mean nothing.
"""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        name: What was measured.
        value: The ratio to the base, or, with a unit, a figure.
        target: What the value should be at most.
        unit: Of the value; none for a ratio.
        ours: What it took with the SDK, for people.
        base: What it took with the base, for people.
        cpu: The ratio of CPU times of the client, where it was measured.
        pairs: How many pairs the medians are of.
    """

    name: str
    value: float
    target: float | None
    unit: str = ""
    ours: str = ""
    base: str = ""
    cpu: float | None = None
    pairs: int | None = None

    @property
    def met(self) -> bool:
        return self.target is None or round(self.value, 2) <= self.target  # as precise as it is shown


Work = Callable[[int], object]
"""Does something so many times."""


def compare(
    name: str,
    target: float | None,
    ours: Work,
    base: Work,
    *,
    quick: bool,
    rounds: int = 160,
    times: int = 20,
) -> Row:
    """Measure two ways to do the same, in turns, so that what the machine does besides meets both.

    The value is the median of the ratios of neighbours, not the ratio of medians.
    """
    rounds, times = (1, 1) if quick else (rounds, times)
    for work in (ours, base):
        work(times)
    gc.collect()
    gc.freeze()  # what the other side has built up is not walked through in one's own turn
    walls: list[tuple[float, float]] = []
    cpus: list[float] = []
    for number in range(rounds):
        turns = {}
        for work in (ours, base) if number % 2 else (base, ours):
            turns[work] = _timed(work, times)
        walls.append((turns[ours][0] / times, turns[base][0] / times))
        cpus.append(turns[ours][1] / max(turns[base][1], 1e-9))
    gc.unfreeze()
    return Row(
        name,
        median(our / their for our, their in walls),
        target,
        ours=duration(median(our for our, _ in walls)),
        base=duration(median(their for _, their in walls)),
        cpu=median(cpus),
        pairs=rounds,
    )


def _timed(work: Work, times: int) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work(times)
    return time.perf_counter() - wall, time.process_time() - cpu


def duration(seconds: float) -> str:
    """Write a duration with three digits."""
    size, unit = next((row for row in _UNITS if seconds >= row[0]), _UNITS[-1])
    return f"{seconds / size:.3g} {unit}"


_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"))
