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
from pandocast_server.generation.counting import shorten
from pandocast_server.generation.markup import read_blocks
from pandocast_server.passband.charsets import decode
from pandocast_server.passband.sources.models import feed_url
from pandocast_server.timestamps import EPOCH

DEADLINE_SECONDS = 10.0
MAX_ENTRIES: Final = 500
MAX_TITLE: Final = 300
MAX_CONTENT: Final = 100_000
# The parser can take the square of a feed's length: this much takes it a few seconds at worst.
MAX_READ: Final = 256 * 1024

_TITLE_FROM_CONTENT: Final = 80
_READ_FOR_TITLE: Final = 1_000

_ROOT: Final = re.compile(r"<((?:[a-z_][\w.-]{0,99}:)?(?:rss|feed|rdf))(?=[\s/>])", re.IGNORECASE)
_HTML: Final = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_ENTRY_END: Final = re.compile(r"</(?:[\w.-]{1,99}:)?(?:item|entry)\s{0,99}>", re.IGNORECASE)
# Nothing of these is used, and what the parser does with them can take minutes, or fail.
_UNUSED: Final = re.compile(
    r"(</?(?:[\w.-]{1,99}:)?)(?:author|creator|contributor|managingeditor|webmaster|publisher|owner"
    r"|category|keywords|subject|tags|where|point|line|polygon|box|pos|poslist|chapters?)(?=[\s/>])",
    re.IGNORECASE,
)
# In a title, `List<T>` is no markup.
_TAG: Final = re.compile(r"</?[a-z][a-z0-9]*(?:[\s/][^<>]*)?>")
_UNESCAPED: Final = "".join(map(chr, range(0x21, 0x7F)))

_ACCEPT: Final = "application/rss+xml, application/atom+xml, application/xml, text/xml, */*;q=0.1"

_Row = Mapping[str, Any]


class FeedError(Exception):
    """There is no feed to be read; the text is a sentence for the person who gave the URL."""


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
    try:
        return await asyncio.to_thread(read_feed, found.body, url=found.url, content_type=found.content_type)
    except FeedError as error:
        raise SourceError(f"The feed cannot be read: {error}") from error


def read_feed(body: bytes, *, url: str, content_type: bytes = b"") -> list[Entry]:
    """Read the entries of a feed in its order, each once; may take seconds of computing.

    An entry that says nothing at all is left out. Of very many, those within the first `MAX_READ` characters
    are read, at most `MAX_ENTRIES`. Links are relative to `url`, where the feed came from.

    Raises:
        FeedError: It is no feed, or declares entities.
    """
    text = _feed_text(decode(body, content_type))
    try:
        entries: dict[str, Entry] = {}
        for entry in _entries(_parse(text), url):
            entries.setdefault(entry.fingerprint, entry)
    except Exception as error:  # whatever a feed makes the parser raise, it is the feed's fault
        raise FeedError("it cannot be read as a feed") from error
    return list(entries.values())


def _feed_text(text: str) -> str:
    """Return the root element: all of it, or as many whole entries as are read."""
    if not text.strip():
        raise FeedError("it is empty, not a feed")
    root = _ROOT.search(text)
    prolog = text[: root.start()] if root else text
    if _HTML.search(prolog):
        raise FeedError("it is an HTML page, not a feed")
    if root is None:
        raise FeedError("it is neither RSS nor Atom")
    if "<!ENTITY" in prolog.upper():
        raise FeedError("it declares entities, which is refused")
    feed = text[root.start() : root.start() + MAX_READ]
    if root.start() + MAX_READ < len(text):
        feed = _cut(feed, root[1])
    return _UNUSED.sub(r"\1unused", feed)


def _cut(feed: str, root: str) -> str:
    end = max((entry.end() for entry in _ENTRY_END.finditer(feed)), default=0)
    if not end:
        raise FeedError(f"its first entry does not end within {MAX_READ} characters")
    closing_tags = "</channel></rss>" if root == "rss" else f"</{root}>"
    return feed[:end] + closing_tags


def _parse(text: str) -> list[_Row]:
    import feedparser  # noqa: PLC0415 - it takes memory, which a server without sources does without

    parse = cast("Callable[..., dict[str, Any]]", feedparser.parse)  # pyright: ignore[reportUnknownMemberType]
    parsed = parse(
        io.BytesIO(text.encode()),  # anything but a stream might be taken for a file or a URL to open
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
        guid, given = _text(row, "id").strip(), _text(row, "link").strip()
        if given == guid and not guid.startswith(("http://", "https://")):
            given = ""  # the parser takes every guid for a link unless it is said not to be
        link = _link(given or _enclosure(row), url)
        title = _plain(_text(row, "title"))[:MAX_TITLE].strip() or _beginning(content) or link
        if not title:
            continue
        identity = guid or given or link or f"{title}\0{content}"
        yield Entry(hashlib.sha256(identity.encode()).hexdigest(), title, link, content, _published(row))


def _text(row: _Row, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""


def _content(row: _Row) -> str:
    texts = [_text(content, "value") for content in row.get("content", ())]
    return max([*texts, _text(row, "summary")], key=len)


def _enclosure(row: _Row) -> str:
    links = row.get("links", ())
    return next((_text(link, "href") for link in links if _text(link, "rel") == "enclosure"), "").strip()


def _link(given: str, url: str) -> str | None:
    if not given:
        return None
    try:
        link = urljoin(url, quote(given, safe=_UNESCAPED))
        outgoing.check_url(link)
    except ValueError:  # it cannot be used, or has half a bracket
        return None
    return link


def _plain(markup: str) -> str:
    text = markup[:_READ_FOR_TITLE]
    for _ in range(2):  # many titles are escaped twice
        text = html.unescape(_TAG.sub("", text))
    return one_line(_TAG.sub("", text))


def _beginning(content: str) -> str:
    blocks = read_blocks(content[:_READ_FOR_TITLE])
    text = one_line(" ".join(block.text for block in blocks))
    return shorten(text, lambda title: len(title) <= _TITLE_FROM_CONTENT, _TITLE_FROM_CONTENT)


def _published(row: _Row) -> datetime | None:
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        value = row.get(name)
        if isinstance(value, struct_time):
            try:
                return EPOCH + timedelta(seconds=timegm(value))
            except (ValueError, OverflowError):
                continue
    return None
