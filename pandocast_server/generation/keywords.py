"""What a text is about: the words, and the pairs of words, that recur in it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from pandocast_server.generation.words import UNSPACED, is_telling, words

_READ: Final = 20_000
"""Characters that are read: a theme shows early."""

_MOST: Final = 12
_LONG_TEXT: Final = 6_000
_WORD: Final = re.compile(r"[^\W\d_]{3,30}")
_PAIR: Final = re.compile(r"(?<![^\W_])(?=(([^\W\d_]{2,30}) ([^\W\d_]{3,30}))(?![^\W_]))")
_CLAUSE: Final = re.compile(rf"{UNSPACED}{{5}}")
"""More than a word, in scripts without spaces."""


def find_key_phrases(texts: Iterable[str]) -> tuple[str, ...]:
    """Return up to twelve words and pairs of words that recur, the weightiest first, no word twice."""
    text = " ".join(texts)[:_READ]
    spellings: dict[str, Counter[str]] = {}
    for phrase in _phrases(text):
        spellings.setdefault(phrase.casefold(), Counter())[phrase] += 1
    fewest = 3 if len(text) > _LONG_TEXT else 2
    recurring = [spelt for spelt in spellings.values() if spelt.total() >= fewest]
    # A pair says more than a word.
    recurring.sort(key=lambda spelt: (" " not in next(iter(spelt)), -spelt.total()))
    return tuple(_apart(spelt.most_common(1)[0][0] for spelt in recurring))[:_MOST]


def hashtags(phrases: Iterable[str], count: int) -> list[str]:
    """Return up to `count` hashtags, each word capitalised so that screen readers tell the words apart."""
    names = ("".join(word[0].upper() + word[1:] for word in phrase.split()) for phrase in phrases)
    return [f"#{name}" for name in names][: max(count, 0)]


def _phrases(text: str) -> Iterator[str]:
    for match in _PAIR.finditer(text):
        if is_telling(match[2].casefold()) and is_telling(match[3].casefold()):
            yield match[1]
    for word in _WORD.findall(text):
        if is_telling(word.casefold()) and not _CLAUSE.search(word):
            yield word


def _apart(phrases: Iterable[str]) -> Iterator[str]:
    """Pass over phrases that repeat a word of an earlier one, be it in the plural."""
    taken: set[str] = set()
    for phrase in phrases:
        parts = {word.removesuffix("s") for word in words(phrase)}
        if taken.isdisjoint(parts):
            yield phrase
            taken |= parts
