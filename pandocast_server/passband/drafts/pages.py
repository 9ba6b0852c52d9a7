"""Reading a web page that was fetched: its title and what it has to say."""

import html
import re
from collections.abc import Sequence
from typing import Final

from attrs import field, frozen

from pandocast_server.generation.cleaning import clean, one_line
from pandocast_server.generation.markup import Block, read_blocks
from pandocast_server.passband.charsets import decode

MAX_TITLE: Final = 300
_MAX_TEXT: Final = 1_000_000
_MAX_SOURCE: Final = 3_000_000  # it is cleaned in one go, during which no other thread gets its turn
_HEADING_WITHIN: Final = 20_000

_HTML: Final = frozenset({"text/html", "application/xhtml+xml"})
_PLAIN: Final = frozenset({"text/plain", "text/markdown", "text/x-markdown"})

ACCEPTED: Final = "text/html, application/xhtml+xml, text/markdown, text/plain;q=0.9, */*;q=0.1"
"""What to ask for, as the header `Accept` has it."""

_TITLE: Final = re.compile(r"<title(?:\s[^<>]*)?>([^<]*)</title[^<>]*>", re.IGNORECASE)
_AROUND: Final = re.compile(r"<(/?)(?:nav|aside|footer|form|button)(?:\s[^<>]*)?>", re.IGNORECASE)
_MARKS: Final = {"item": "- ", "quote": "> ", "heading": "## ", "prose": ""}


class PageError(Exception):
    """There is nothing to read; the text is a sentence for the person who gave the URL."""


@frozen
class Page:
    """The title of a page, in one line or empty, and its text as Markdown, without navigation."""

    title: str
    text: str = field(repr=False)


def read_page(body: bytes, content_type: bytes = b"") -> Page:
    """Read HTML, Markdown or plain text, in whatever charset, as far as it can be read.

    Raises:
        PageError: It is something else, or holds no text.
    """
    media_type = content_type.partition(b";")[0].strip().lower().decode("latin-1")
    if media_type and media_type not in _HTML | _PLAIN:
        raise PageError(f"it is {media_type[:60]}, not a page of text")
    text = clean(decode(body, content_type)[:_MAX_SOURCE])
    is_html = media_type in _HTML or (not media_type and text.lstrip().startswith("<"))
    page = _read_html(text) if is_html else Page(_first_heading(read_blocks(text[:_HEADING_WITHIN])), text)
    if not page.text.strip():
        raise PageError("it holds no text")
    return Page(page.title[:MAX_TITLE], page.text[:_MAX_TEXT])


def _read_html(source: str) -> Page:
    title = _TITLE.search(source)
    # Without blank lines, Markdown takes all of it for one block of HTML.
    lines = [line for line in _body(_TITLE.sub("", source, count=1)).split("\n") if line.strip()]
    blocks = read_blocks("<div>\n" + "\n".join(lines))
    text = "\n\n".join(_MARKS[block.kind] + one_line(block.text) for block in blocks)
    return Page((one_line(html.unescape(title[1])) if title else "") or _first_heading(blocks), text)


def _first_heading(blocks: Sequence[Block]) -> str:
    return next((one_line(block.text) for block in blocks if block.kind == "heading"), "")


def _body(source: str) -> str:
    """Return the article or the main part where one is marked, without what stands around it."""
    for name in ("article", "main"):
        start, end = source.find(f"<{name}"), source.rfind(f"</{name}>")
        if 0 <= start < end:
            source = source[start:end]
            break
    kept: list[str] = []
    start = depth = 0
    for tag in _AROUND.finditer(source):
        if depth == 0:
            kept.append(source[start : tag.start()])
        depth = max(0, depth + (-1 if tag[1] else 1))
        start = tag.end()
    if depth == 0:
        kept.append(source[start:])
    return "\n".join(kept)
