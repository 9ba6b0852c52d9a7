"""Where each kind of source has its feed, and fetching it: creating, testing and runs all fetch by this."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

from pandocast_server import outgoing
from pandocast_server.passband.sources.feeds import Entry, FeedError, read_feed

DEADLINE_SECONDS = 10.0

# Servers that weigh what they send against this have a feed; to the others it makes no difference.
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml, text/xml, */*;q=0.1"
)
_FEED_ENDINGS = ("/feed", "/rss", "/atom", ".rss", ".xml", ".atom", ".rdf")
_NEWS_PAGES = ("/search", "/topics/", "/headlines/", "/publications/", "/stories/")


class SourceError(Exception):
    """A source gave no entries; the text is a sentence for the person who set it up."""


async def fetch_entries(source_type: str, url: str, *, private_targets: bool) -> list[Entry]:
    """Fetch the feed of a source, within `DEADLINE_SECONDS` of real time, and read it in a thread.

    Raises:
        SourceError: It cannot be fetched, was answered otherwise than with a success, or is no feed. What was
            answered is never repeated.
    """
    feed = feed_url(source_type, url)
    try:
        found = await outgoing.fetch(
            feed, private_targets=private_targets, deadline=DEADLINE_SECONDS, accept=_ACCEPT
        )
    except outgoing.OutgoingError as error:
        raise SourceError(f"The feed cannot be fetched: {error}") from error
    if not 200 <= found.status < 300:
        raise SourceError(f"The feed answered {found.status}")
    content_type = outgoing.header(found.headers, b"content-type")
    try:
        return await asyncio.to_thread(read_feed, found.body, url=found.url, content_type=content_type)
    except FeedError as error:
        raise SourceError(f"The feed cannot be read: {error}") from error


def feed_url(source_type: str, url: str) -> str:
    """Return the URL of the feed of a source; one that looks like a feed's already is left as it is.

    The rules are about paths only: whoever serves such paths, a mirror or a test, is such a source.
    """
    parts = urlsplit(url)
    if parts.path.rstrip("/").endswith(_FEED_ENDINGS):
        return url
    return _FEEDS[source_type](parts).geturl()


def _hackernews(url: SplitResult) -> SplitResult:
    # Of its lists only the front page has a feed.
    return url._replace(path="/rss", query="") if url.path in ("", "/", "/news") else url


def _google_news(url: SplitResult) -> SplitResult:
    if url.path in ("", "/", "/home", "/topstories"):
        return url._replace(path="/rss")
    is_page = url.path.startswith(_NEWS_PAGES)
    return url._replace(path="/rss" + url.path) if is_page else url


# Twitter has no public feed.
_FEEDS: Final[Mapping[str, Callable[[SplitResult], SplitResult]]] = {
    "rss": lambda url: url,
    "reddit": lambda url: url._replace(path=url.path.rstrip("/") + "/.rss"),
    "hackernews": _hackernews,
    "google_news": _google_news,
    "substack": lambda url: url._replace(path="/feed", query=""),
}
