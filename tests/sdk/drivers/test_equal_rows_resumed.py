"""Lists that are resumed with pages of another size, in which unreadable rows are equal to the byte."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.upload_list import options, upload

from pandocast_sdk import Content, Draft, Pandocast, Passband

DRAFT = {
    "text": "t",
    "format": "SHORT",
    "status": "approved",
    "createdAt": "2026-03-28T10:00:00Z",
    "updatedAt": "2026-03-28T10:00:00Z",
}

Row = tuple[int, str]
"""The number of a row, and what it is: `id`, `unique` or the JSON that it shares with others."""
Step = tuple[int, int]
"""The size of pages, and how many rows are read of them."""

KINDS = st.sampled_from(["id", "unique", "null", "null", "{}"])
SOME_KINDS = st.sets(KINDS, min_size=1).flatmap(
    lambda kinds: st.lists(st.sampled_from(sorted(kinds)), min_size=1, max_size=14)
)
STEPS = st.lists(st.tuples(st.integers(1, 16), st.integers(0, 5)), min_size=1, max_size=6)


def numbered(kinds: list[str]) -> list[Row]:
    return [(len(kinds) - index, kind) for index, kind in enumerate(kinds)]


def key_of(row: Row) -> str:
    number, kind = row
    return {"id": str(number), "unique": f'{{"text":{number}}}'}.get(kind, kind)


def key_read(row: Content | Draft) -> str:
    return row.id if row.unreadable is None else row.unreadable.raw.decode()


class Rows(Protocol):
    """The SDK's iterator over a list."""

    @property
    def position(self) -> str: ...

    def __iter__(self) -> Iterator[Content | Draft]: ...


@dataclass
class Table:
    """A list of drafts by cursor, and the same list of uploads by offset."""

    rows: list[Row]
    reading: "Reading"

    def respond(self, request: httpx.Request) -> httpx.Response:
        query = request.url.params
        limit = int(query["limit"])
        if request.url.path.endswith("/content"):
            first = int(query["offset"])
            page, count = self.rows[first : first + limit], len(self.rows)
            items = [self._as_json(row, upload(str(row[0]))) for row in page]
            has_more = first + len(page) < count
            return httpx.Response(200, json={"items": items, "total": count, "has_more": has_more})
        rows = [row for row in self.rows if "cursor" not in query or row[0] < int(query["cursor"])]
        page = rows[:limit]
        drafts = [self._as_json(row, {"id": str(row[0])} | DRAFT) for row in page]
        following = str(page[-1][0]) if len(rows) > len(page) else None
        return httpx.Response(200, json={"drafts": drafts, "nextCursor": following})

    def _as_json(self, row: Row, whole: dict[str, str]) -> object:
        return whole if row[1] == "id" else json.loads(key_of(row))

    def take(self, limit: int, count: int, position: str | None) -> tuple[list[str], str]:
        rows = self.reading(self, limit, position)
        keys = [key_read(row) for row in islice(rows, count)]
        return keys, rows.position

    def take_all(self, steps: list[Step], position: str | None = None) -> list[str]:
        came: list[str] = []
        for limit, count in steps:
            keys, position = self.take(limit, count, position)
            came += keys
        keys, _ = self.take(steps[-1][0], 1000, position)
        return came + keys


def by_cursor(table: Table, limit: int, position: str | None) -> Rows:
    keywords = options(httpx.Client(transport=httpx.MockTransport(table.respond)))
    passband = Passband(**keywords, base_url="https://passband.example")
    return iter(passband.drafts.list(limit=limit, position=position))


def by_offset(table: Table, limit: int, position: str | None) -> Rows:
    pandocast = Pandocast(**options(httpx.Client(transport=httpx.MockTransport(table.respond))))
    return iter(pandocast.content.list(limit=limit, position=position))


Reading = Callable[[Table, int, str | None], Rows]


@pytest.mark.parametrize("reading", [by_cursor, by_offset])
@given(SOME_KINDS, STEPS)
@example(["null"] * 14, [(12, 4), (16, 5), (3, 3)])
@example(["null", "unique", "id", "{}", "id", "null", "id", "{}", "{}"], [(3, 5), (8, 1), (3, 1)])
def test_each_row_comes_once_and_in_order(reading: Reading, kinds: list[str], steps: list[Step]) -> None:
    table = Table(numbered(kinds), reading)
    assert table.take_all(steps) == [key_of(row) for row in table.rows]


@given(SOME_KINDS, STEPS, st.lists(st.integers(0, 20), min_size=6, max_size=6), SOME_KINDS)
@example(
    ["id", "unique", "null", "unique", "null", "id", "id", "null", "unique", "id", "null", "null", "id"],
    [(10, 3), (15, 4), (9, 5), (4, 3)],
    [0, 0, 5, 0, 0, 0],
    ["null"],
)
def test_by_offset_the_total_says_how_many_equal_rows_were_added(
    kinds: list[str], steps: list[Step], additions: list[int], added: list[str]
) -> None:
    table, came, position = Table(numbered(kinds), by_offset), list[str](), None
    start = [key_of(row) for row in table.rows]
    steps = [(limit, count or 1) for limit, count in steps]
    for (limit, count), more in zip([*steps, (5, 1000)], [*additions[: len(steps)], 0], strict=True):
        keys, position = table.take(limit, count, position)
        came += keys
        newest = table.rows[0][0]
        table.rows[:0] = [(newest + more - index, added[index % len(added)]) for index in range(more)]
    assert came == start


@given(SOME_KINDS, st.integers(1, 13), STEPS, st.integers(0, 9))
def test_an_id_among_the_remembered_rows_tells_equal_ones_from_rows_in_front(
    kinds: list[str], taken: int, steps: list[Step], added: int
) -> None:
    kinds[-1] = "id"
    table = Table(numbered(kinds), by_cursor)
    start = table.rows
    came, position = table.take(len(kinds) + 1, min(taken, len(kinds)), None)
    if len(came) < len(kinds):
        table.rows = [(len(kinds) + added - index, "id") for index in range(added)] + start
    assert came + table.take_all(steps, position) == [key_of(row) for row in start]


@given(SOME_KINDS, st.integers(1, 13), STEPS, st.sets(st.integers(1, 14)))
@example(["unique", "unique", "id", "null", "null", "id", "id", "id", "null", "id"], 8, [(4, 9)], {8})
@example(["{}", "null", "{}", "id", "id"], 1, [(2, 0), (6, 0)], {5})
@example(["null"] * 5, 2, [(1, 1), (5, 1)], {5})
def test_rows_that_stay_are_never_lost_and_others_never_twice(
    kinds: list[str], taken: int, steps: list[Step], gone: set[int]
) -> None:
    """A row that no other is equal to comes once; of equal ones, no fewer come than are left."""
    table = Table(numbered(kinds), by_cursor)
    start = table.rows
    came, position = table.take(len(kinds) + 1, min(taken, len(kinds)), None)
    table.rows = [row for row in start if row[0] not in gone]
    if table.rows == [] or len(came) == len(kinds):
        return  # no row is left to go on from, or none to go on with
    rest, left = Counter(table.take_all(steps, position)), table.rows
    behind = Counter(key_of(row) for row in left if row[0] <= len(kinds) - len(came))
    for key, count in Counter(map(key_of, start)).items():
        assert rest[key] == behind[key] if count == 1 else rest[key] >= behind[key]
