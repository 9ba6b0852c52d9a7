"""From the bytes of a feed to the text of its root element, cut to what can be read in time.

What stands before the root element goes no further: the declaration has named the encoding, a document type
is not needed, and entities of a feed's own are refused, as they serve attacks only.
"""

import html
import html.entities
import re
from functools import lru_cache
from typing import Final
from xml.parsers import expat

from pandocast_server.outgoing import MAX_URL
from pandocast_server.passband.charsets import decode

MAX_ENTRIES: Final = 500

_MOST_NESTED: Final = 100
_MOST_ATTRIBUTES: Final = 100
_MOST_ELEMENTS: Final = 50_000
# After as much as this no further entry is begun.
_ENOUGH_ELEMENTS: Final = 25_000
_ENOUGH_BYTES: Final = 2 * 1024 * 1024
_MOST_READ: Final = 2 * _ENOUGH_BYTES
# What is not well-formed is read by a lenient parser, which can take the square of the length.
_MOST_MALFORMED: Final = 256 * 1024

_COMMENT: Final = "<!--"
_COMMENT_OR_ROOT: Final = re.compile(r"<!--|<(?:[A-Za-z_][\w.-]*:)?(?:rss|feed|rdf)(?=[\s/>])", re.IGNORECASE)
_HTML: Final = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CDATA: Final = "<![CDATA["
_CDATA_END: Final = "]]>"
_AMPERSAND: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(?:#?[A-Za-z0-9]{1,31};)?")
_NUMERIC: Final = re.compile(r"&#(?:\d{1,7}|[xX][0-9a-fA-F]{1,6});")
# Nothing of these is read, and what the parser does with them can take the square of their length, or fail.
_UNREAD: Final = re.compile(
    r"(</?(?:[\w.-]{1,99}:)?)(?:author|creator|contributor|managingeditor|webmaster|publisher|owner"
    r"|category|keywords|subject|tags|where|point|line|polygon|box|pos|poslist|chapters?)(?=[\s/>])",
    re.IGNORECASE,
)
_TAG_NAME: Final = re.compile(rb"<([^\s/>]+)")
_ENTRIES: Final = frozenset({"item", "entry"})
# The parser copies or joins these again for every element inside of theirs.
_INHERITED: Final = frozenset({"base", "lang"})


class FeedError(Exception):
    """There is no feed to be read; the text is a sentence for the person who gave the URL."""


def feed_text(body: bytes, content_type: bytes = b"") -> bytes:
    """Return the root element of a feed in UTF-8: all of it, or as many entries as are worth reading.

    Raises:
        FeedError: It is no feed, declares entities, or is made to exhaust who reads it.
    """
    text = _UNPRINTABLE.sub("", decode(body, content_type))
    root = _root(text)
    readable = _UNREAD.sub(r"\1unread", text[root : root + _MOST_READ])
    return _bounded(_with_xml_references(readable).encode())


def _root(text: str) -> int:
    """Find where the root element begins, behind comments, declarations and whatever else there is."""
    position = 0
    while found := _COMMENT_OR_ROOT.search(text, position):
        if found[0] != _COMMENT:
            prolog = text[: found.start()]
            if "<!ENTITY" in prolog.upper():
                raise FeedError("it declares entities, which is refused")
            if _HTML.search(prolog):
                break
            return found.start()
        end = text.find("-->", found.end())
        if end < 0:
            break
        position = end + len("-->")
    raise FeedError(_what_it_is(text))


def _what_it_is(text: str) -> str:
    begin = text.lstrip()[:20_000]
    if not begin:
        return "it is empty, not a feed"
    if _HTML.search(begin):
        return "it is an HTML page, not a feed"
    if begin[0] in "{[":
        return "it is JSON, not a feed of RSS or Atom"
    return "it is neither RSS nor Atom"


def _with_xml_references(text: str) -> str:
    """Make every `&` outside of CDATA begin a reference that XML knows: most malformed feeds fail at that."""
    pieces: list[str] = []
    position = 0
    while (start := text.find(_CDATA, position)) >= 0 and (end := text.find(_CDATA_END, start)) >= 0:
        end += len(_CDATA_END)
        pieces += [_repaired(text[position:start]), text[start:end]]
        position = end
    return "".join([*pieces, _repaired(text[position:])])


def _repaired(text: str) -> str:
    return _AMPERSAND.sub(lambda found: _xml_reference(found[0]), text)


@lru_cache(maxsize=4096)  # made anew each time, they would take most of the time of reading
def _xml_reference(reference: str) -> str:
    if not _NUMERIC.fullmatch(reference) and reference[1:] not in html.entities.html5:
        return "&amp;" + reference[1:]
    return "".join(f"&#{ord(one)};" for one in _UNPRINTABLE.sub("", html.unescape(reference)))


def _bounded(data: bytes) -> bytes:
    outline = _Outline(data)
    try:
        outline.walk()
    except _EnoughError:
        return data[: outline.end] + outline.closing_tags()
    except expat.ExpatError:
        return data[:_MOST_MALFORMED].decode("utf-8", "ignore").encode()
    return data


class _EnoughError(Exception):
    """A further entry begins, and enough were read."""


class _Outline:
    """Walks through a document by a parser in C, before one in Python has to."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._open: list[int] = []
        self._inherited = [0]
        self._elements = 0
        self._entries = 0
        self.end = 0
        self._parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._stop

    def walk(self) -> None:
        self._parser.Parse(self._data, True)  # noqa: FBT003 - the interface has no name for it

    def closing_tags(self) -> bytes:
        names = (_TAG_NAME.match(self._data, start) for start in reversed(self._open))
        return b"".join(b"</" + name[1] + b">" for name in names if name)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        start = self._parser.CurrentByteIndex
        if name.rpartition(" ")[2].lower() in _ENTRIES:
            has_enough = self._elements >= _ENOUGH_ELEMENTS or start >= _ENOUGH_BYTES
            if self._entries >= MAX_ENTRIES or (self._entries and has_enough):
                self.end = start
                raise _EnoughError
            self._entries += 1
        self._elements += 1
        if len(self._open) >= _MOST_NESTED:
            raise FeedError(f"its elements are nested more than {_MOST_NESTED} deep")
        if len(attributes) > _MOST_ATTRIBUTES or self._elements > _MOST_ELEMENTS:
            raise FeedError("it has more elements or attributes than a feed needs")
        inherited = self._inherited[-1] + sum(
            len(value) for name, value in attributes.items() if name.rpartition(" ")[2].lower() in _INHERITED
        )
        if inherited > MAX_URL:
            raise FeedError("its base is longer than a URL can be")
        self._open.append(start)
        self._inherited.append(inherited)

    def _stop(self, _name: str) -> None:
        self._open.pop()
        self._inherited.pop()
