"""A list of uploads that changes between the requests for its pages, to try pagers on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from support.wire import answer

from pandocast_sdk._core.operations.content import list_content
from pandocast_sdk._core.paging.offset_pages import Listing
from pandocast_sdk._core.protocol import Outcome, Send

LISTING = Listing(list_content)


@dataclass
class ContentTable:
    """A server's list, newest first, that changes between requests; it can also lie about itself."""

    rows: list[int]
    between: Callable[["ContentTable"], None] = lambda _table: None
    most_rows: int = 1000
    total: Callable[["ContentTable"], int] = lambda table: len(table.rows)
    has_more: Callable[[bool], bool] = lambda truth: truth
    requests: int = 0
    said: list[tuple[int, bool]] = field(default_factory=list)

    @classmethod
    def of(cls, count: int) -> "ContentTable":
        return cls(list(range(count, 0, -1)))

    def insert(self, count: int) -> None:
        newest = max(self.rows, default=0) + 10_000
        self.rows[:0] = range(newest + count, newest, -1)

    def delete(self, places: list[int]) -> None:
        gone = {self.rows[place] for place in places if place < len(self.rows)}
        self.rows = [row for row in self.rows if row not in gone]

    def respond(self, send: Send) -> Outcome:
        query = parse_qs(urlsplit(send.request.url).query)
        limit, offset = int(query["limit"][0]), int(query["offset"][0])
        page = self.rows[offset : offset + min(limit, self.most_rows)]
        self.requests += 1
        self.said.append((self.total(self), self.has_more(offset + len(page) < len(self.rows))))
        total, has_more = self.said[-1]
        self.between(self)
        return answer(200, {"items": [as_json(row) for row in page], "total": total, "has_more": has_more})


def as_json(row: int) -> dict[str, str]:
    text = {"title": "t", "content_type": "note", "status": "analyzed", "created_at": "2026-03-28T10:00:00Z"}
    return {"id": f"c{row}", **text}
