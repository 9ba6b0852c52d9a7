"""The words of a text: of which language they are, and which of them are grammar."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

UNSPACED: Final = "[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]"
"""A letter of a script that sets no spaces between words: Thai, Lao, Chinese, Japanese."""

_WORD: Final = re.compile(rf"{UNSPACED}{{1,2}}|(?:(?!{UNSPACED})[^\W\d_])+(?:['\u2019][^\W\d_]+)?")
_SAMPLE: Final = 20_000
_LEAST_SHARE: Final = 0.08
_FEWEST_WORDS: Final = 4


def word_set(text: str) -> frozenset[str]:
    """Split a list of words."""
    return frozenset(text.split())


_GRAMMAR: Final[Mapping[str, frozenset[str]]] = {
    "en": word_set(
        "the and of to is in that it for was with on are this you be not at as have from we they he she i "
        "can will do does what if by or an our your my there their has had were would don't isn't can't it's"
    ),
    "de": word_set("der die das und ist nicht ein eine zu den mit von für auf sich es dem im wird auch"),
    "fr": word_set("le la les des et est une un dans pour que qui pas du sur au avec ce sont plus"),
    "es": word_set("el la los las de que y en un una es por con no para se del al lo como"),
    "it": word_set("il la di che e è un una per non in con del le si sono da della gli più"),
    "pt": word_set("o a os as de que e em um uma é por com não para se do da no na"),
    "nl": word_set("de het een en van is niet dat in op te met voor zijn er aan ook als naar bij"),
}

_LEANING: Final = word_set(
    "this that these those it its it's they them their he she his her him and but or nor so yet then thus "
    "therefore hence however moreover also still instead otherwise meanwhile besides such both neither "
    "either another others because which who whose where there here finally second third next"
)
"""An English sentence that begins so needs the one before it."""

_PRONOUNS: Final = word_set("it its it's them they their he she him his both those these")

_GENERIC: Final = word_set(
    "came come comes left found made began set moved "
    "about above after again all almost already always any around away back before behind being below "
    "between cannot could did didn't doing done down during each ever every few first get gets give given "
    "gives goes how i'm into just keep keeps knows last later let like made make makes many may me might "
    "more most much must need needs never nobody now off often once one only other out over own put quite "
    "rather said same say says see seem seems several shall should since some something soon take takes "
    "tell tells than though through together too toward two under until upon us use used very want wants "
    "way well went when while whole why without won't yourself add new old good better best bad great "
    "small big whether ask asks asked long longer short time times day days week weeks people thing "
    "things ways kind part parts place real word words line lines article articles post posts sentence "
    "sentences text texts page"
)
"""Frequent words that say nothing about what a text is about."""

_FUNCTION_WORDS: Final = frozenset[str]().union(word_set("a but"), *_GRAMMAR.values())


def words(text: str) -> list[str]:
    """Split `text` into case-folded words of letters, inner apostrophes kept; without spaces, into pairs."""
    return _WORD.findall(text.casefold().replace("\u2019", "'"))


def guess_language(text: str) -> str:
    """Guess "en", "de", "fr", "es", "it", "pt" or "nl" from the share of function words; "" if unknown."""
    counted = Counter(words(text[:_SAMPLE]))
    hits = {code: sum(counted[word] for word in known) for code, known in _GRAMMAR.items()}
    best = max(hits, key=lambda code: hits[code])
    total = counted.total()
    return best if total >= _FEWEST_WORDS and hits[best] >= _LEAST_SHARE * total else ""


def is_function_word(word: str) -> bool:
    """Return whether a case-folded word is one of grammar, in any of the languages."""
    return word in _FUNCTION_WORDS


def is_telling(word: str) -> bool:
    """Return whether a case-folded word may say what a text is about."""
    return not (word in _FUNCTION_WORDS or word in _GENERIC or word in _LEANING)


def leans_back(sentence: str) -> bool:
    """Return whether an English sentence needs the one before it, by how it begins."""
    first = words(sentence[:200])[:4]
    return bool(first) and (first[0] in _LEANING or not _PRONOUNS.isdisjoint(first))
