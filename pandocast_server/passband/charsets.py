"""From the bytes of a page or a feed to its text, whatever charset they are in or said to be in."""

import codecs
import re
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED: Final = re.compile(rb"(?:charset|encoding)\s{0,9}=\s{0,9}[\"']?([a-z0-9._-]{1,40})", re.IGNORECASE)
_DECLARED_WITHIN: Final = 4096
# Python has codecs that are no charsets, and some that take the square of the length.
_KNOWN: Final = re.compile(
    r"utf-8|iso-8859-([1-9]|1[013-6])|windows-125[0-8]|koi8-[ru]|gb2312|gbk|gb18030|big5|shift_jis|euc-(jp|kr)"
)
_LATIN: Final = "iso-8859-1"
_FALLBACK: Final = "windows-1252"


def decode(body: bytes, content_type: bytes = b"") -> str:
    """Return the text of a body, whose header `Content-Type` is given, as far as it can be read."""
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return body.removeprefix(mark).decode(charset, "replace")
    try:
        return body.decode()  # what reads as UTF-8 is that, whatever it says
    except UnicodeDecodeError:
        declared = (*_DECLARED.findall(body[:_DECLARED_WITHIN]), *_DECLARED.findall(content_type))
        names = (name.decode("ascii").lower() for name in declared)
        charset = next(filter(_KNOWN.fullmatch, names), _FALLBACK)
        # Latin-1 is a name for its superset.
        return body.decode(_FALLBACK if charset == _LATIN else charset, "replace")
