"""A web server with feeds, and the sources and runs that a test makes of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from attrs import define, field
from support.in_process import Api
from support.loopback import Conversation, Loopback, http, loopback

PASSBAND = "http://server/passband/v1"
SOURCES = f"{PASSBAND}/sources"
RUNS = f"{PASSBAND}/pipeline/runs"

Page = bytes | Callable[[Conversation], None]


@define
class FeedHost:
    """What is served under each path: a response, or what to do with the connection; 404 for all others."""

    pages: dict[str, Page] = field(factory=dict)
    server: Loopback | None = None

    def url(self, path: str = "/feed.xml") -> str:
        assert self.server is not None
        return self.server.url.removesuffix("/api/v1") + path

    @property
    def asked(self) -> list[str]:
        """The paths that were requested so far."""
        assert self.server is not None
        return [request.target for request in self.server.requests]

    def answer(self, conversation: Conversation) -> None:
        request = conversation.read_request()
        page = self.pages.get(request.target, http("404 Not Found", b"s3cret page")) if request else b""
        if isinstance(page, bytes):
            conversation.send(page)
        else:
            page(conversation)


@contextmanager
def hosting(**feeds: bytes) -> Iterator[FeedHost]:
    """Serve a feed under `/<name>.xml` for each that is given."""
    host = FeedHost({f"/{name}.xml": page for name, page in feeds.items()})
    with loopback(host.answer) as host.server:
        yield host


def entry(number: int, *, day: int | None = None, text: str = "") -> str:
    """Write an entry of a feed; `day` is its date in March 2026."""
    date = "" if day is None else f"<pubDate>{day:02} Mar 2026 08:00:00 GMT</pubDate>"
    said = text or f"Agents forget what they were told. Memory number {number} helps them plan ahead."
    return (
        f"<item><title>Entry {number}</title><link>https://blog.example/{number}</link>"
        f"<guid>https://blog.example/{number}</guid>{date}<description>{said}</description></item>"
    )


def feed(*entries: str) -> bytes:
    """Write an answer that is a feed of these entries."""
    body = f'<rss version="2.0"><channel><title>Blog</title>{"".join(entries)}</channel></rss>'
    return http("200 OK", body.encode(), "Content-Type: application/rss+xml")


def add_source(api: Api, url: str, *, key: str | None = "", **body: object) -> dict[str, Any]:
    """Create a source that can be fetched."""
    given = {"name": "Blog", "type": "rss", "url": url, **body}
    answer = api.send("POST", SOURCES, key=key, json=given)
    assert answer.status_code == 201, answer.text
    source: dict[str, Any] = answer.json()
    return source


def source(api: Api, source_id: object) -> dict[str, Any]:
    """Return a source as it is listed now."""
    return next(row for row in api.send("GET", SOURCES).json() if row["id"] == source_id)


def trigger(api: Api, *, key: str | None = "") -> dict[str, Any]:
    answer = api.send("POST", f"{PASSBAND}/pipeline/trigger", key=key)
    assert answer.status_code == 202, answer.text
    triggered: dict[str, Any] = answer.json()
    return triggered


def run(api: Api) -> dict[str, Any]:
    """Trigger a run, let it end, and return it."""
    trigger(api)
    api.run_jobs()
    newest: dict[str, Any] = api.send("GET", RUNS).json()["runs"][0]
    return newest


def drafts(api: Api) -> Sequence[dict[str, Any]]:
    """Return all drafts, newest first."""
    rows: list[dict[str, Any]] = api.send("GET", f"{PASSBAND}/drafts?limit=100").json()["drafts"]
    return rows


def titles(api: Api) -> list[str]:
    """Return the titles of what the drafts were written from, newest draft first."""
    return [draft["item"]["title"] for draft in drafts(api)]
