"""Splitting a paragraph into sentences, in any script."""

import re
from typing import Final

from pandocast_server.generation.cleaning import has_substance
from pandocast_server.generation.words import word_set

_CLOSING: Final = "\"'\u201d\u2019\u00bb\u300d\u300f)\\]\uff09\u3011"
_END: Final = re.compile(
    rf"[.!?\u2026]+[{_CLOSING}]*\s+"  # a space has to follow
    rf"|[\u3002\uff01\uff1f\uff61\u0964\u0965\u061f\u06d4]+(?![{_CLOSING}])\s*"  # or not
)
_CLOSED: Final = re.compile(rf"[.!?\u2026\u3002\uff01\uff1f\uff61\u0964\u0965\u061f\u06d4:;][{_CLOSING}*_]*$")
_LAST_WORD: Final = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*$")
_OPENING: Final = "\"'\u201c\u2018\u00ab([\u00bf\u00a1 "
_ABBREVIATIONS: Final = word_set(
    "dr mr mrs ms prof st jr sr vs etc e.g i.e cf fig no vol nr bzw ca z.b u.a d.h sra mme inc ltd co dept"
)
_PAIRS: Final = (("(", ")"), ("[", "]"), ("“", "”"), ("«", "»"), ("「", "」"))


def split_sentences(paragraph: str) -> list[str]:
    """Split a paragraph into its sentences, each on one line; those without anything to read are dropped."""
    text = " ".join(paragraph.split())
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if not _goes_on(text, end):
            found.append(text[start : end.end()])
            start = end.end()
    found.append(text[start:])
    return [stripped for sentence in found if has_substance(stripped := sentence.strip())]


def is_closed(sentence: str) -> bool:
    """Return whether `sentence` ends as sentences do; headings and labels do not."""
    return _CLOSED.search(sentence) is not None


def is_balanced(sentence: str) -> bool:
    """Return whether every bracket and quotation mark that opens in `sentence` closes in it."""
    return sentence.count('"') % 2 == 0 and all(
        sentence.count(opening) == sentence.count(closing) for opening, closing in _PAIRS
    )


def _goes_on(text: str, end: re.Match[str]) -> bool:
    """Return whether what looks like an end is none: an abbreviation, an initial, "e.g. this"."""
    if text[end.end() : end.end() + 10].lstrip(_OPENING)[:1].islower():
        return end[0][-1].isspace() and end[0][0] in ".!?\u2026"
    if end[0].strip() != ".":
        return False
    before = _LAST_WORD.search(text, max(0, end.start() - 12), end.start())
    return before is not None and (
        before[0].lower() in _ABBREVIATIONS or (len(before[0]) == 1 and before[0] != "I")
    )
