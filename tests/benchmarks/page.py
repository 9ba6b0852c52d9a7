"""The page `docs/benchmarks.md`: which modules there are, what they measured, and on what."""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from inspect import getdoc
from pathlib import Path

from benchmarks.frame import Row

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
SUBJECTS = tuple(
    sorted(file.stem.removeprefix("bench_") for file in Path(__file__).parent.glob("bench_*.py"))
)
_LIBRARIES = (
    "httpx",
    "httpcore",
    "h11",
    "pydantic",
    "pydantic-core",
    "httpx-aiohttp",
    "aiohttp",
    "attrs",
    "tenacity",
)

_HEAD = """\
# Benchmarks

What the SDK costs beside the same thing written by hand with httpx and pydantic. The table is written by

```text
nox -s bench
```

and `nox -s bench -- calls webhooks` measures some subjects only and leaves this page alone. Both sides of a
pair run in turns in the same process (imports: in fresh ones), many short rounds each. The ratio is the
median of the ratios of neighbours: below 1 the SDK is faster. Only ratios carry over to other machines. "CPU"
is the same ratio of the client's CPU time, which a busy machine disturbs less. A target is what the project
wants at most; a row that misses it says so.
"""


@dataclass(frozen=True)
class Section:
    """What one module has measured."""

    subject: str
    words: str
    rows: tuple[Row, ...]


def measured(subjects: Sequence[str] = (), *, quick: bool) -> Iterator[Section]:
    """Measure subjects, all by default, one after the other.

    Raises:
        ValueError: There is no such subject.
    """
    unknown = sorted(set(subjects) - set(SUBJECTS))
    if unknown:
        raise ValueError(f"no such benchmarks: {', '.join(unknown)}; there are {', '.join(SUBJECTS)}")
    for subject in subjects or SUBJECTS:
        module = import_module(f"benchmarks.bench_{subject}")
        yield Section(subject, getdoc(module) or "", tuple(module.measure(quick=quick)))


def text(section: Section) -> str:
    """Write one section as a page has it."""
    titles = ("ratio", "target", "CPU", "SDK", "base", "pairs", "what")
    lines = [titles, *(_cells(row) for row in section.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    table = "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    return f"## {section.subject.capitalize()}\n\n{section.words}\n\n```text\n{table}\n```\n"


def _cells(row: Row) -> tuple[str, ...]:
    value = f"{row.value:.2f}" if not row.unit else f"{row.value:g} {row.unit}"
    target = (
        "" if row.target is None else f"{row.target:.2f}" if not row.unit else f"{row.target:g} {row.unit}"
    )
    return (
        value,
        target if row.met else f"{target} missed",
        "" if row.cpu is None else f"{row.cpu:.2f}",
        row.ours,
        row.base,
        "" if row.pairs is None else str(row.pairs),
        row.name,
    )


def write(sections: Sequence[Section]) -> None:
    """Write the page."""
    PAGE.write_text("\n".join((_HEAD, _machine(), *map(text, sections))).rstrip() + "\n", encoding="utf-8")


def _machine() -> str:
    return (
        f"Measured on {datetime.now(UTC):%d %B %Y} on {platform.system()} with {os.cpu_count()} cores, "
        f"{platform.python_implementation()} {platform.python_version()}.\n\n```text\n{_versions()}\n```\n"
    )


def _versions() -> str:
    found = []
    for library in _LIBRARIES:
        try:
            found.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            found.append(f"{library} not installed")
    return "\n".join(found)
