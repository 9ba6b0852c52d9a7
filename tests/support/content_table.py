"""A list of uploads that changes between the requests for its pages, and a reader of its pages."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from support.wire import Player, context, response

from pandocast_sdk._core.operations.content import list_content
from pandocast_sdk._core.paging.offset_pages import Listing, OffsetPage, Position
from pandocast_sdk._core.paging.offset_paging import fetch_page
from pandocast_sdk._core.paging.row_keys import row_keys
from pandocast_sdk._core.protocol import Outcome, Send, WireResponse
from pandocast_sdk.models.base import reader_of
from pandocast_sdk.models.pandocast import Content, ContentList

LISTING = Listing(list_content)
CONTEXT = context(max_retries=0)


@dataclass
class ContentTable:
    """A server's list, newest first, that changes between requests; it can also lie about itself.

    Every so many of its rows, `faulty`, cannot be read; 0 for none.
    """

    rows: list[int]
    faulty: int = 0
    between: Callable[["ContentTable"], None] = lambda _table: None
    most_rows: int = 1000
    total: Callable[["ContentTable"], int] = lambda table: len(table.rows)
    has_more: Callable[[bool], bool] = lambda truth: truth
    requests: int = 0
    said: list[tuple[int, bool]] = field(default_factory=list)

    @classmethod
    def of(cls, count: int, faulty: int = 0) -> "ContentTable":
        return cls(list(range(count, 0, -1)), faulty)

    def insert(self, count: int) -> None:
        newest = max(self.rows, default=0) + 10_000
        self.rows[:0] = range(newest + count, newest, -1)

    def delete(self, indexes: list[int]) -> None:
        gone = {self.rows[index] for index in indexes if index < len(self.rows)}
        self.rows = [row for row in self.rows if row not in gone]

    def respond(self, send: Send) -> Outcome:
        query = parse_qs(urlsplit(send.request.url).query)
        limit, offset = int(query["limit"][0]), int(query["offset"][0])
        page = self.rows[offset : offset + min(limit, self.most_rows)]
        self.requests += 1
        self.said.append((self.total(self), self.has_more(offset + len(page) < len(self.rows))))
        total, has_more = self.said[-1]
        self.between(self)
        return self._page(page, total, has_more=has_more)

    def _page(self, rows: list[int], total: int = 0, *, has_more: bool = False) -> WireResponse:
        items = [self.as_json(row) for row in rows]
        return response(200, {"items": items, "total": total, "has_more": has_more})

    def as_json(self, row: int) -> object:
        """Return a row: as published, or without a title or an id, or something else altogether."""
        name, at = f"c{row}", "2026-03-28T10:00:00Z"
        whole = {"id": name, "title": name, "content_type": "note", "status": "analyzed", "created_at": at}
        if not self.faulty or row % self.faulty:
            return whole
        faults: list[object] = [whole | {"id": None}, name, whole | {"title": None}, whole | {"id": 87.5}]
        return faults[row // self.faulty % len(faults)]

    def has(self, keys: Collection[str]) -> bool:
        """Return whether a row with one of the keys that a position remembers is still there."""
        rows = reader_of(ContentList)(self._page(self.rows).body).items
        return not set(keys).isdisjoint(row_keys(rows))


def number_of(row: Content) -> int:
    """Return which row of the table was read."""
    if row.unreadable is None:
        return int(row.id[1:])
    (name,) = re.findall(rb'"c(\d+)"', row.unreadable.raw)[-1:]
    return int(name)


class OffsetReader:
    """Reads a list as a pager does: page after page, each from the position that the last one gave."""

    def __init__(self, table: ContentTable, limit: int, offset: int = 0) -> None:
        self.position: Position | None = Position(offset, limit)
        self.table = table
        self.rows: list[int] = []

    def next_page(self, respond: Callable[[Send], Outcome] | None = None) -> OffsetPage[Content]:
        assert self.position is not None
        page = Player().play(fetch_page(CONTEXT, LISTING, self.position), respond or self.table.respond)
        assert len(page.items) <= self.position.limit
        assert page.items or page.position is None, "an empty page is the last one"
        self.rows += map(number_of, page.items)
        self.position = page.position
        return page

    def all(self) -> list[int]:
        while self.position is not None:
            self.next_page()
        return self.rows
