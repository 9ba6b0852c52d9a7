"""From Markdown, HTML or plain text to blocks of clean prose, in linear time whatever the input."""

import html
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from attrs import frozen

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

Kind = Literal["heading", "prose", "item", "quote"]

# In the worst case the inline rules of Markdown cost the square of a paragraph's length, and a multiple of
# that for every level of nesting.
_INLINE_CHUNK: Final = 8_000
_INLINE_NESTING: Final = 8

_FRONT_MATTER: Final = re.compile(
    r"\A---[ \t]*\n(?=[^\n:]{1,60}:)(?:[^\n]{0,1000}\n){0,200}?(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
)
_BULLET: Final = re.compile(r"^([ \t]{0,8})[•·▪‣◦●][ \t]+", re.MULTILINE)
_FOOTNOTE: Final = re.compile(r"\[\^[^\]\s]{1,40}\]")
_TAG: Final = re.compile(r"<!--|-->|</?([a-zA-Z][a-zA-Z0-9]{0,15})[^<>]*>|<[!?][^<>]*>")
_UNREAD: Final = frozenset({"script", "style", "template", "head", "table", "pre", "svg", "math", "noscript"})
_KIND_OF_TAG: Final[dict[str, Kind]] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("p", "div", "section", "article", "br", "hr", "ul", "ol", "main", "dd", "dt"), "prose"),
    "li": "item",
    "blockquote": "quote",
}


@frozen
class Block:
    """One heading, paragraph, list item or paragraph of a quotation, as clean text."""

    kind: Kind
    text: str


@cache
def _parsers() -> "tuple[MarkdownIt, MarkdownIt]":
    """Make one parser of structure and one of inline markup, to be shared by threads."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - slow to import, and only needed to analyse

    structure = MarkdownIt("commonmark").enable("table").disable("code")
    structure.core.ruler.disable("inline")
    inline = MarkdownIt("commonmark", {"maxNesting": _INLINE_NESTING})
    # The parsers compile their rules at first use, which two threads must not do at once.
    structure.parse("once")
    inline.parseInline("once")
    return structure, inline


def read_blocks(text: str) -> list[Block]:
    """Read cleaned `text` as Markdown, of which plain text is a special case.

    Code between fences, tables, images, front matter, comments and link targets are left out. Indented text
    is no code: authors of plain text indent paragraphs.
    """
    structure, _ = _parsers()
    environment: dict[str, object] = {}
    text = _BULLET.sub(r"\1- ", _FRONT_MATTER.sub("", text))
    return [block for block in _walk(structure.parse(text, environment), environment) if block.text.strip()]


def _walk(tokens: "list[Token]", environment: dict[str, object]) -> Iterator[Block]:
    inside: dict[str, int] = {"heading": 0, "blockquote": 0, "list_item": 0, "table": 0}
    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in inside:
            inside[name] += token.nesting
        elif inside["table"]:
            continue
        elif token.type == "html_block":
            yield from _read_html(token.content)
        elif token.type == "inline":
            yield Block(_kind(inside), _inline_text(token.content, environment))


def _kind(inside: dict[str, int]) -> Kind:
    if inside["heading"]:
        return "heading"
    if inside["blockquote"]:
        return "quote"
    return "item" if inside["list_item"] else "prose"


def _inline_text(content: str, environment: dict[str, object]) -> str:
    _, inline = _parsers()
    read: list[str] = []
    for chunk in _chunks(_FOOTNOTE.sub("", content)):
        for token in inline.parseInline(chunk, environment)[0].children or ():
            if token.type in {"text", "code_inline"}:
                read.append(token.content)
            elif token.type in {"softbreak", "hardbreak"} or token.content.startswith("<br"):
                read.append("\n")
    return "".join(read)


def _chunks(content: str) -> Iterator[str]:
    """Cut a very long paragraph at spaces, else anywhere."""
    while len(content) > _INLINE_CHUNK:
        end = max(content.rfind(" ", 1, _INLINE_CHUNK), 0) or _INLINE_CHUNK
        yield content[:end]
        content = content[end:]
    yield content


def _read_html(source: str) -> Iterator[Block]:
    """Yield the text between tags, one block for each block-level element."""
    kind: Kind = "prose"
    skipped = ""
    read: list[str] = []
    end = 0
    for tag in _TAG.finditer(source):
        if not skipped:
            read.append(source[end : tag.start()])
        end = tag.end()
        name = (tag[1] or tag[0]).lower()
        closing = tag[0].startswith("</")
        if skipped:
            skipped = "" if tag[0] == "-->" or (closing and name == skipped) else skipped
        elif name == "<!--" or (name in _UNREAD and not closing):
            skipped = name
        elif name in _KIND_OF_TAG:
            if name == "p" and kind in {"item", "quote"} and not "".join(read).strip():
                continue  # a paragraph at the start of a list item or a quotation is still that
            yield Block(kind, html.unescape("".join(read)))
            read = []
            kind = "prose" if closing else _KIND_OF_TAG[name]
    if not skipped:
        read.append(source[end:])
    yield Block(kind, html.unescape("".join(read)))
