"""Splitting a paragraph into sentences, in any script."""

import re
from collections.abc import Iterable
from typing import Final

from pandocast_server.generation.cleaning import has_substance

_CHUNK: Final = 10_000
# What the segmenter leaves together: scripts whose sentences end without a space, and question marks that are
# not the Latin one.
_MORE_ENDS: Final = re.compile(
    r"(?<=[\u3002\uff01\uff1f\uff61\u0964\u0965\u061f\u06d4])(?![\u300d\u300f\u201d\u2019\"')\]\uff09\u3011])\s*"
)
_CLOSED: Final = re.compile(
    r"[.!?\u2026\u3002\uff01\uff1f\uff61\u0964\u0965\u061f\u06d4:;][\"'\u201d\u2019\u300d\u300f)\]\uff09\u3011*_]*$"
)
_SPACE: Final = re.compile(r"\s+")
_PAIRS: Final = (("(", ")"), ("[", "]"), ("“", "”"), ("«", "»"), ("「", "」"))


def split_sentences(paragraph: str) -> list[str]:
    """Split a paragraph into its sentences, each on one line; those without anything to read are dropped."""
    found: list[str] = []
    for chunk in _chunks(_SPACE.sub(" ", paragraph).strip()):
        for segment in _segments(chunk):
            found.extend(_MORE_ENDS.split(segment))
    return [stripped for sentence in found if has_substance(stripped := sentence.strip())]


def _segments(text: str) -> Iterable[str]:
    from segtok import segmenter  # noqa: PLC0415 - slow to import, and only needed to analyse

    # segtok has no types
    segments: Iterable[str] = segmenter.split_single(text)  # pyright: ignore[reportUnknownMemberType]
    return segments


def _chunks(text: str) -> list[str]:
    """Cut at a space, so that the segmenter's patterns never see more than they read in good time."""
    chunks: list[str] = []
    while len(text) > _CHUNK:
        cut = max(text.rfind(". ", 1, _CHUNK) + 1, 0) or text.rfind(" ", 1, _CHUNK)
        cut = cut if cut > 0 else _CHUNK
        chunks.append(text[:cut])
        text = text[cut:]
    return [*chunks, text]


def is_closed(sentence: str) -> bool:
    """Say whether `sentence` ends as sentences do; headings and labels do not."""
    return _CLOSED.search(sentence) is not None


def is_balanced(sentence: str) -> bool:
    """Say whether every bracket and quotation mark that opens in `sentence` closes in it."""
    return sentence.count('"') % 2 == 0 and all(
        sentence.count(opening) == sentence.count(closing) for opening, closing in _PAIRS
    )
