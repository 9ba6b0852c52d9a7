"""From the bytes of a page or a feed to its text, whatever charset they are in or said to be in."""

import codecs
import re
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like the following one
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)
_DECLARED: Final = re.compile(
    rb"(?:charset|<\?xml[^>]{0,200}?encoding)\s{0,9}=\s{0,9}[\"']?([a-z0-9._:-]{1,40})", re.IGNORECASE
)
_DECLARED_WITHIN: Final = 4096
# Python has codecs that are no charsets, and some that take the square of the length.
_KNOWN: Final = re.compile(
    r"utf-?8|utf-?16(-?[lb]e)?|iso-?8859-?\d\d?|latin-?\d|windows-?\d{3,4}|cp-?\d{3,4}|koi8-[rut]"
    r"|macintosh|mac-?roman|gb2312|gbk|gb18030|big5(-hkscs)?|shift[_-]?jis|euc-(jp|kr)|iso-2022-(jp|kr)|tis-620"
)
_FALLBACK: Final = "windows-1252"
_LATIN: Final = frozenset({"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"})
_BROKEN: Final = "\N{REPLACEMENT CHARACTER}"
_ASCII: Final = re.compile("[\0-\x7f]+")


def decode(body: bytes, content_type: bytes = b"") -> str:
    """Return the text of a body, as far as it can be read.

    Args:
        body: What came. What it says of its charset itself counts more than the header.
        content_type: The value of the header.
    """
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return body.decode(charset, "replace").lstrip("\ufeff")
    declared = (*_DECLARED.findall(body[:_DECLARED_WITHIN]), *_DECLARED.findall(content_type))
    names = [name.decode("ascii").lower() for name in declared]
    # What reads as UTF-8 is that, whatever it says, unless it is of ASCII alone, as ISO-2022 is.
    for name in names if body.isascii() else ["utf-8", *names]:
        text = _decoded(body, name)
        if text is not None:
            return text
    return body.decode(_FALLBACK, "replace")


def _decoded(body: bytes, name: str) -> str | None:
    """Decode by a charset, or return None if it is none or the body is mostly of another one."""
    if name in _LATIN:
        name = _FALLBACK  # its superset, which is what these names are used for
    if not _KNOWN.fullmatch(name) or (name.startswith(("utf-16", "utf16")) and b"\0" not in body):
        return None
    try:
        text = body.decode(name, "replace")
    except LookupError:  # a number that no code page has
        return None
    broken = text.count(_BROKEN)
    return text if 2 * broken <= len(_ASCII.sub("", text)) else None
