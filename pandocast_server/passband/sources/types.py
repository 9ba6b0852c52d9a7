"""The kinds of sources, and where each has its feed (contract, "Sources"): one table.

The rules are about paths only: whoever serves such paths, a mirror or a test, is such a source.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args
from urllib.parse import SplitResult, urlsplit

SourceType = Literal["rss", "twitter", "reddit", "hackernews", "google_news", "substack"]

SOURCE_TYPES: Final[tuple[str, ...]] = get_args(SourceType)
TWITTER: Final = "twitter"

_FEED_ENDINGS = ("/feed", "/rss", "/atom", ".rss", ".xml", ".atom", ".rdf")
_NEWS_PAGES = ("/search", "/topics/", "/headlines/", "/publications/", "/stories/")


def _given(url: SplitResult) -> SplitResult:
    return url


def _reddit(url: SplitResult) -> SplitResult:
    return url._replace(path=url.path.rstrip("/") + "/.rss")


def _hackernews(url: SplitResult) -> SplitResult:
    # Of its lists only the front page has a feed.
    return url._replace(path="/rss", query="") if url.path in ("", "/", "/news") else url


def _google_news(url: SplitResult) -> SplitResult:
    if url.path in ("", "/", "/home", "/topstories"):
        return url._replace(path="/rss")
    is_page = url.path.startswith(_NEWS_PAGES)
    return url._replace(path="/rss" + url.path) if is_page else url


def _substack(url: SplitResult) -> SplitResult:
    return url._replace(path="/feed", query="")


_FEEDS: Final[Mapping[str, Callable[[SplitResult], SplitResult]]] = MappingProxyType(
    {
        "rss": _given,
        "reddit": _reddit,
        "hackernews": _hackernews,
        "google_news": _google_news,
        "substack": _substack,
    }
)


def feed_url(source_type: str, url: str) -> str:
    """Return the URL of the feed of a source; one that looks like a feed's already is left as it is.

    Args:
        source_type: A `SourceType` but `TWITTER`, which has no public feed.
        url: The URL of the source as it was given, one that `urls.check_url` accepts.
    """
    parts = urlsplit(url)
    if parts.path.rstrip("/").endswith(_FEED_ENDINGS):
        return url
    return _FEEDS[source_type](parts).geturl()
