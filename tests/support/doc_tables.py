"""Reads the tables of the documentation."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pandocast_sdk._core.requests.operation import RouteSpec

OPERATIONS = ("operation", "method and path", "call", "returns")
"""The header of the table of Passband's operations."""


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def table(page: Path, *header: str) -> list[list[str]]:
    """Return the rows below the one header of these cells."""
    lines = page.read_text(encoding="utf-8").splitlines()
    (top,) = [at for at, line in enumerate(lines) if line.startswith("|") and cells(line) == [*header]]
    rows: list[list[str]] = []
    for line in lines[top + 2 :]:
        if not line.startswith("|"):
            break
        rows.append(cells(line))
    return rows


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def operation_faults(page: Path, routes: Sequence[RouteSpec]) -> Iterator[str]:
    """Name the operations that have no row, and the rows that no operation has."""
    rows = [(quoted(name)[0], quoted(route)[0]) for name, route, *_ in table(page, *OPERATIONS)]
    expected = [(route.operation_id, f"{route.method} {route.path}") for route in routes]
    for name, route in expected:
        if (name, route) not in rows:
            yield f"{page.name} has no row for {name}, {route}"
    for name, route in rows:
        if (name, route) not in expected:
            yield f"{page.name} has a row for {name}, {route}, and the SDK no such route"
    for name in sorted({name for name, _ in rows}):
        if [row[0] for row in rows].count(name) > 1:
            yield f"{page.name} has {name} twice"
