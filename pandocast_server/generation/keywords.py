"""Key phrases and topics of a text, found by YAKE, with word counts where that finds nothing."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from pandocast_server.generation.languages import UNSPACED, words
from pandocast_server.generation.wordlists import GENERIC, MEDIUM

if TYPE_CHECKING:
    import yake

_READ: Final = 20_000
"""Characters that YAKE reads: its cost grows faster than the text, and a theme shows early."""

_KEY_PHRASES: Final = 12
_TOPICS: Final = 6
_PHRASE: Final = re.compile(r"[^\W_]+(?:[-'\u2019 ][^\W_]+)*")
_PAIR: Final = re.compile(r"\b(?=(([^\W\d_]+) [^\W\d_]+)\b)")
_CLAUSE: Final = re.compile(rf"{UNSPACED}{{5}}")
"""More than a word, in scripts without spaces."""

_LONGEST: Final = 40
_LONG_TEXT: Final = 6_000
"""From this many characters on, a phrase has to come three times instead of twice to be a topic."""

_ENOUGH_PAIRS: Final = 3
_FEWEST: Final = 2


def find_key_phrases(sentences: Sequence[str], headings: Iterable[str], language: str) -> tuple[str, ...]:
    """Find up to twelve phrases of one to three words that say what the text is about, the weightiest first.

    Only the first 20 000 characters are read for them.
    """
    titles = [f"{heading}." for heading in headings if heading]
    read = " ".join(_within(_READ, [*titles, *sentences]))
    chosen: list[str] = []
    taken: set[str] = set()
    for phrase in _ranked_by_yake(read, language) or _ranked_by_count(read):
        parts = {word.removesuffix("s") for word in words(phrase)} or {phrase}
        if len(parts & taken) * 2 < len(parts):
            chosen.append(phrase)
            taken |= parts
    return tuple(chosen[:_KEY_PHRASES])


def find_topics(
    key_phrases: Sequence[str], sentences: Sequence[str], title: str, language: str
) -> tuple[str, ...]:
    """Choose up to six short topics that recur: pairs of words, else single ones, the title's first."""
    text = " ".join(_within(_READ, [title, *sentences]))
    found = _recurring_pairs(text, language)
    if len(found) < _ENOUGH_PAIRS:
        entitled = set(words(title))
        mentions = Counter(words(text))
        singles = [phrase for phrase in key_phrases if mentions[phrase.casefold()] >= _FEWEST]
        singles.sort(key=lambda phrase: phrase.casefold() not in entitled)
        found += [phrase for phrase in singles if phrase.casefold() not in MEDIUM]
    topics: list[str] = []
    taken: set[str] = set()
    for phrase in found:
        parts = {word.removesuffix("s") for word in words(phrase)}
        if not parts & taken:
            topics.append(phrase)
            taken |= parts
    return tuple(topics[:_TOPICS])


def _recurring_pairs(text: str, language: str) -> list[str]:
    """Find pairs of neighbouring words without a stop word, the most frequent first, in their usual case."""
    stop_words = _extractor(language).stopword_set
    spellings: dict[str, Counter[str]] = {}
    for pair in _PAIR.findall(text):
        spellings.setdefault(pair[0].casefold(), Counter())[pair[0]] += 1
    fewest = _FEWEST + 1 if len(text) > _LONG_TEXT else _FEWEST
    recurring = [
        spelt
        for pair, spelt in spellings.items()
        if spelt.total() >= fewest and _is_telling(pair) and stop_words.isdisjoint(words(pair))
    ]
    recurring.sort(key=lambda spelt: -spelt.total())
    return [spelt.most_common(1)[0][0] for spelt in recurring]


def _within(limit: int, texts: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for text in texts:
        if limit <= 0:
            break
        kept.append(text[:limit])
        limit -= len(text)
    return kept


def _extractor(language: str) -> "yake.KeywordExtractor":
    import yake  # noqa: PLC0415 - brings numpy and networkx, which only analysis needs

    return yake.KeywordExtractor(lan=language or "en", n=3, top=40)


def _ranked_by_yake(text: str, language: str) -> list[str]:
    found: Iterable[tuple[str, float]] = _extractor(language).extract_keywords(text)
    # Scores equal but for their last digits, which depend on the build of numpy, must not change places.
    lowered = text.casefold()
    ranked = sorted((round(float(score), 6), lowered.find(one.casefold()), one) for one, score in found)
    return [phrase for _, _, phrase in ranked if _is_telling(phrase)]


def _ranked_by_count(text: str) -> list[str]:
    counted = Counter(word for word in words(text) if _is_telling(word))
    return [word for word, _ in islice(counted.most_common(), _KEY_PHRASES * 2)]


def _is_telling(phrase: str) -> bool:
    return (
        2 <= len(phrase) <= _LONGEST
        and _PHRASE.fullmatch(phrase) is not None
        and GENERIC.isdisjoint(words(phrase))
        and any(character.isalpha() for character in phrase)
        and not _CLAUSE.search(phrase)
    )
