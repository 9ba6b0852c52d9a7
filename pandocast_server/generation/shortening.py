"""Making a text fit: at the end of a clause, else of a word, else of a character, with an ellipsis."""

import re
from collections.abc import Callable
from typing import Final

from pandocast_server.generation.counting import graphemes

ELLIPSIS: Final = "…"

_CLAUSE: Final = re.compile(r"(?<=[,;:\u2013\u2014)])\s|\s(?=[\u2013\u2014(])|[\uff0c\u3001\uff1b\uff1a]")
_WORD: Final = re.compile(r"\s")
_UNFINISHED: Final = re.compile(
    r"[\s,;:.!?\u2013\u2014\-(\[\u201c\u2018\u00ab\uff0c\u3001\uff1b\uff1a]+$"
    r"|\s(?:a|an|and|as|at|because|but|by|for|from|in|of|on|or|so|than|that|the|to|which|who|with)$",
    re.IGNORECASE,
)
_LEAST_CLAUSE: Final = 0.55
_LEAST_WORD: Final = 0.3

Fits = Callable[[str], bool]


def shorten(text: str, fits: Fits, longest: int) -> str:
    """Give `text` if it fits, else its longest beginning that does, cut where readers breathe.

    Args:
        text: One line or more.
        fits: The judge; whatever is shorter than a fitting text must fit as well.
        longest: No fitting text has more code points than this.

    Returns:
        A text that fits, ending in "…" if shortened. Empty only if not even "…" fits.
    """
    if len(text) <= longest and fits(text):
        return text
    kept = _longest_beginning(text[:longest], fits)
    for pattern, least in ((_CLAUSE, _LEAST_CLAUSE), (_WORD, _LEAST_WORD)):
        # What follows the longest beginning may be the very space to cut at.
        cuts = [match.start() for match in pattern.finditer(text[: len(kept) + 1])]
        cut = _finished(text[: cuts[-1]]) if cuts and cuts[-1] >= least * len(kept) else ""
        if cut and fits(cut + ELLIPSIS):
            return cut + ELLIPSIS
    return kept + ELLIPSIS if fits(kept + ELLIPSIS) else ""


def _longest_beginning(text: str, fits: Fits) -> str:
    """Find by halving the longest beginning that fits with an ellipsis, in whole graphemes if possible."""
    for units in (graphemes(text), list(text)):
        low, high = 0, len(units)
        while low < high:
            middle = (low + high + 1) // 2
            if fits("".join(units[:middle]).rstrip() + ELLIPSIS):
                low = middle
            else:
                high = middle - 1
        if low:
            return "".join(units[:low]).rstrip()
    return ""


def _finished(text: str) -> str:
    """Drop what cannot end a text: spaces, opening brackets, articles, prepositions."""
    while (shorter := _UNFINISHED.sub("", text)) != text:
        text = shorter
    return text
