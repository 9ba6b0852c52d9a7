"""The types of sources, where each has its feed, and what requests on sources hold (reference, "Sources")."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final, Literal, get_args
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from pandocast_server.passband.drafts.models import Formats, Tags, Url
from pandocast_server.validation import CamelModel, Text, Whole

SourceType = Literal["rss", "twitter", "reddit", "hackernews", "google_news", "substack"]

SOURCE_TYPES: Final[tuple[str, ...]] = get_args(SourceType)
TWITTER: Final = "twitter"

_FEED_ENDINGS = ("/feed", "/rss", "/atom", ".rss", ".xml", ".atom", ".rdf")
_NEWS_PAGES = ("/search", "/topics/", "/headlines/", "/publications/", "/stories/")


def _has_feed(source_type: SourceType) -> SourceType:
    if source_type == TWITTER:
        raise ValueError(f"{TWITTER} is not available without credentials")
    return source_type


_Name = Annotated[Text, Field(max_length=200)]
_Type = Annotated[SourceType, AfterValidator(_has_feed)]


class SourceConfig(CamelModel):
    """How a source is used: what the server knows of it, and whatever else was given."""

    model_config = ConfigDict(extra="allow")

    formats: Formats | None = None
    tags: Tags | None = None
    max_items: Annotated[int, Whole(1, 100)] | None = None

    def as_given(self) -> dict[str, object]:
        """Return it as it is kept: null in a known field is as if it were absent."""
        known = self.model_dump(by_alias=True, exclude_none=True, exclude={*(self.model_extra or {})})
        return {**(self.model_extra or {}), **known}


class SourceBody(CamelModel):
    """A new source."""

    name: _Name
    type: _Type
    url: Url
    config: SourceConfig | None = None


class SourceUpdate(CamelModel):
    """A change of a source; what is None stays as it is."""

    name: _Name | None = None
    type: _Type | None = None
    url: Url | None = None
    enabled: bool | None = None
    config: SourceConfig | None = None

    def changes(self) -> dict[str, object]:
        """Return what changes, by column."""
        config = {} if self.config is None else {"config": self.config.as_given()}
        return {**self.model_dump(exclude={"config"}, exclude_none=True), **config}

    @model_validator(mode="after")
    def _changes_something(self) -> "SourceUpdate":
        if not self.changes():
            raise ValueError(f"one of {', '.join(type(self).model_fields)} must be given")
        return self


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
