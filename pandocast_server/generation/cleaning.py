"""Text as it may be stored and published: normalised, without control characters and lone surrogates."""

import re
import unicodedata
from typing import Final

# C0 and C1 controls but tab and line feed, lone surrogates, noncharacters, byte order marks, the object
# replacement character and directional embeddings and overrides, which could turn a reader's whole timeline.
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\uffff\u202a-\u202e\u2066-\u2069]"
)
_LINE_END: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACE: Final = re.compile(r"\s+")
_SUBSTANCE: Final = re.compile(r"[^\W_]|[^\x00-\u2010\u2012-\u206f\u3000-\u303f]")


def clean(text: str) -> str:
    """Normalise to NFC and line feeds; drop what must not be published."""
    return unicodedata.normalize("NFC", _UNPRINTABLE.sub("", _LINE_END.sub("\n", text)))


def one_line(text: str) -> str:
    """Clean `text` and join it to one line with single spaces."""
    return _SPACE.sub(" ", clean(text)).strip()


def has_substance(text: str) -> bool:
    """Say whether `text` holds anything to read: a letter, a digit or a symbol such as an emoji."""
    return _SUBSTANCE.search(text) is not None
