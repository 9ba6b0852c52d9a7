"""The words and sentences of a text: its subject, and where its sentences end."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from pandocast_server.generation.cleaning import has_substance

_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_SAMPLE: Final = 20_000
_MOST_PHRASES: Final = 12
_LONG_TEXT: Final = 6_000
_PHRASE_WORD: Final = re.compile(r"[^\W\d_]{3,30}")
_PHRASE_PAIR: Final = re.compile(r"(?<![^\W_])(?=(([^\W\d_]{2,30}) ([^\W\d_]{3,30}))(?![^\W_]))")

_CLOSING: Final = "\"'\u201d\u2019\u00bb\u300d\u300f)\\]\uff09\u3011"
_END: Final = re.compile(
    rf"[.!?\u2026]+[{_CLOSING}]*\s+"  # a space has to follow
    rf"|[\u3002\uff01\uff1f\uff61\u0964\u0965\u061f\u06d4]+(?![{_CLOSING}])\s*"  # or not
)
_CLOSED: Final = re.compile(rf"[.!?\u2026\u3002\uff01\uff1f\uff61\u0964\u0965\u061f\u06d4:;][{_CLOSING}*_]*$")
_LAST_WORD: Final = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*$")
_OPENING: Final = "\"'\u201c\u2018\u00ab([\u00bf\u00a1 "


def word_set(text: str) -> frozenset[str]:
    """Split a list of words."""
    return frozenset(text.split())


_FUNCTION_WORDS: Final = word_set(
    "a the and of to is in that it for was with on are this you be not at as have from we they he she i but "
    "can will do does what if by or an our your my there their has had were would don't isn't can't it's no"
)

_LEANING: Final = word_set(
    "this that these those it its it's they them their he his she her and but or nor so yet then thus "
    "therefore hence however moreover also still instead otherwise meanwhile besides such both neither "
    "either another others because which who whose where there here finally second third next"
)
"""An English sentence that begins with one of these needs the sentence before it."""

_GENERIC: Final = word_set(
    "about after again all almost always any away back before below between come comes could each every few "
    "first get gets give gives goes how into just keep keeps last later let like made make makes many may "
    "more most much must need needs never new now off often once one only other out over part people place "
    "put rather real said same say says see seem should since some something take takes text than thing "
    "things through time times too two under until upon us use used very want wants way well went when while "
    "whole why without word words good better best bad great small big long short day days week weeks"
)
"""Frequent words that say nothing about what a text is about."""

_UNTELLING: Final = _FUNCTION_WORDS | _LEANING | _GENERIC

_ABBREVIATIONS: Final = word_set(
    "dr mr mrs ms prof st jr sr vs etc e.g i.e cf fig no vol nr bzw ca z.b u.a d.h sra mme inc ltd co dept"
)


def words(text: str) -> list[str]:
    """Split `text` into case-folded words of letters, inner apostrophes kept."""
    return _WORD.findall(text.casefold().replace("\u2019", "'"))


def is_function_word(word: str) -> bool:
    """Return whether a case-folded word is one of English grammar."""
    return word in _FUNCTION_WORDS


def leans_back(sentence: str) -> bool:
    """Return whether a sentence needs the one before it, by how it begins."""
    return not _LEANING.isdisjoint(words(sentence[:200])[:1])


def find_key_phrases(texts: Iterable[str]) -> tuple[str, ...]:
    """Return up to twelve words and pairs of words that recur, pairs first, and no word twice."""
    text = " ".join(texts)[:_SAMPLE]
    pairs = [pair[1] for pair in _PHRASE_PAIR.finditer(text) if all(map(_is_telling, pair.groups()[1:]))]
    spellings: dict[str, Counter[str]] = {}
    for phrase in (*pairs, *filter(_is_telling, _PHRASE_WORD.findall(text))):
        spellings.setdefault(phrase.casefold(), Counter())[phrase] += 1
    fewest = 3 if len(text) > _LONG_TEXT else 2
    recurring = [spelt for spelt in spellings.values() if spelt.total() >= fewest]
    recurring.sort(key=lambda spelt: (" " not in next(iter(spelt)), -spelt.total()))
    taken: set[str] = set()
    found: list[str] = []
    for spelt in recurring:
        phrase = spelt.most_common(1)[0][0]
        parts = {word.removesuffix("s") for word in words(phrase)}
        if taken.isdisjoint(parts):
            found.append(phrase)
            taken |= parts
    return tuple(found[:_MOST_PHRASES])


def _is_telling(word: str) -> bool:
    return word.casefold() not in _UNTELLING


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
