"""The entries of a source: its feed is fetched and read, be it as odd as feeds come (contract, "Sources")."""

import asyncio
import hashlib
import html
import io
import re
from calendar import timegm
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from time import struct_time
from typing import Any, Final, cast
from urllib.parse import quote, urljoin

from attrs import field, frozen

from pandocast_server import outgoing
from pandocast_server.generation.cleaning import clean, one_line
from pandocast_server.passband.sources.feed_text import MAX_ENTRIES, FeedError, feed_text
from pandocast_server.passband.sources.models import feed_url
from pandocast_server.timestamps import EPOCH

__all__ = ("MAX_CONTENT", "MAX_TITLE", "Entry", "FeedError", "SourceError", "fetch_entries", "read_feed")

DEADLINE_SECONDS = 10.0
MAX_TITLE: Final = 300
MAX_CONTENT: Final = 100_000
_TITLE_FROM_CONTENT: Final = 80
_READ_FOR_TITLE: Final = 1_000

_UNESCAPED: Final = "".join(map(chr, range(0x21, 0x7F)))
_UNREAD: Final = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
# In a title, `List<T>` is no markup.
_TAG: Final = re.compile(
    r"</?(?:a|abbr|b|bdi|big|blockquote|br|cite|code|del|div|em|embed|font|h[1-6]|hr|i|iframe|img|ins|kbd|li|mark"
    r"|object|ol|p|pre|q|s|script|small|span|strike|strong|style|sub|sup|svg|table|td|th|tr|tt|u|ul|var|wbr)"
    r"(?:[\s/][^<>]*)?>",
    re.IGNORECASE,
)
_BLOCK: Final = re.compile(r"<(?:/?(?:p|div|h[1-6]|li|ul|ol|td|tr|blockquote)|br)\b", re.IGNORECASE)

# Servers that weigh what they send against this have a feed; to the others it makes no difference.
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml, text/xml, */*;q=0.1"
)

_Row = Mapping[str, Any]


class SourceError(Exception):
    """A source gave no entries; the text is a sentence for the person who set it up."""


@frozen
class Entry:
    """One entry of a feed.

    Attributes:
        fingerprint: A digest of its guid, else of its link, else of what it says: the same in every fetch.
        title: One line of plain text, 1 to `MAX_TITLE` characters.
        link: An `http` or `https` URL.
        content: Text or a fragment of HTML, at most `MAX_CONTENT` characters; may be empty.
        published: In UTC, as the feed has it, be it in the future.
    """

    fingerprint: str
    title: str
    link: str | None
    content: str = field(repr=False)
    published: datetime | None


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


def read_feed(body: bytes, *, url: str, content_type: bytes = b"") -> list[Entry]:
    """Read the entries of a feed in its order, each once; may take a second of computing.

    An entry that says nothing at all is left out; of very many, the first `MAX_ENTRIES` are read. Links are
    relative to `url`, where the feed came from.

    Raises:
        FeedError: It is no feed.
    """
    text = feed_text(body, content_type)
    try:
        rows = _parse(text)
        entries: dict[str, Entry] = {}
        for entry in _entries(rows, url):
            entries.setdefault(entry.fingerprint, entry)
    except Exception as error:  # whatever a feed makes the parser raise, it is the feed's fault
        raise FeedError("it cannot be read as a feed") from error
    return list(entries.values())


def _parse(text: bytes) -> list[_Row]:
    import feedparser  # noqa: PLC0415 - it takes memory, which a server without sources does without

    parse = cast("Callable[..., dict[str, Any]]", feedparser.parse)  # pyright: ignore[reportUnknownMemberType]
    parsed = parse(
        io.BytesIO(text),  # anything but a stream might be taken for the name of a file or a URL to open
        # It does not get the URL: it would make guids of it, other ones after a redirect.
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    # As plain dicts: the parser's return other fields in place of missing ones, and warn of it.
    return [dict(row) for row in parsed["entries"][:MAX_ENTRIES]]


def _entries(rows: Sequence[_Row], url: str) -> Iterator[Entry]:
    for row in rows:
        content = clean(_content(row)).strip()[:MAX_CONTENT]
        guid, given = _text(row, "id").strip(), _given_link(row)
        link = _link(given or _enclosure(row), url)
        title = _plain(_text(row, "title"))[:MAX_TITLE].strip() or _beginning(content) or link
        if not title:
            continue
        identity = guid or given or link or f"{title}\0{content}"
        fingerprint = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
        yield Entry(fingerprint, title, link, content, _published(row))


def _text(row: _Row, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _content(row: _Row) -> str:
    texts = [_text(content, "value") for content in row.get("content", ())]
    return max([*texts, _text(row, "summary")], key=len)


def _given_link(row: _Row) -> str:
    """Return the link as it stands there; the parser takes every guid for one unless it is said not to be."""
    link, guid = _text(row, "link").strip(), _text(row, "id").strip()
    is_guid = row.get("guidislink") and link == guid and not guid.startswith(("http://", "https://"))
    return "" if is_guid else link


def _enclosure(row: _Row) -> str:
    links = row.get("links", ())
    return next((_text(link, "href") for link in links if _text(link, "rel") == "enclosure"), "")


def _link(given: str, url: str) -> str | None:
    if not given.strip():
        return None
    try:
        link = urljoin(url, quote(given.strip(), safe=_UNESCAPED))
        outgoing.check_url(link)
    except ValueError:  # it cannot be used, or has half a bracket
        return None
    return link


def _plain(markup: str) -> str:
    # Twice, because many titles are escaped twice.
    for _ in range(2):
        markup = html.unescape(_TAG.sub("", _UNREAD.sub("", markup[:_READ_FOR_TITLE])))
    return one_line(_TAG.sub("", markup))


def _beginning(content: str) -> str:
    # Where a paragraph ends, words must not run together.
    text = _plain(_BLOCK.sub(" \\g<0>", content[:_READ_FOR_TITLE]))
    if len(text) <= _TITLE_FROM_CONTENT:
        return text
    cut = text[:_TITLE_FROM_CONTENT].rpartition(" ")[0] or text[:_TITLE_FROM_CONTENT]
    return cut + "\u2026"


def _published(row: _Row) -> datetime | None:
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        value = row.get(name)
        if isinstance(value, struct_time):
            try:
                return EPOCH + timedelta(seconds=timegm(value))
            except (ValueError, OverflowError):
                continue
    return None
