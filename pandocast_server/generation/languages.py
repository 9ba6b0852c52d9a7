"""The little that generation knows of languages: enough to guess one, and see what starts in mid-thought."""

import re
from collections import Counter
from itertools import islice
from typing import Final

from pandocast_server.generation.wordlists import ANY_FUNCTION_WORD, FUNCTION_WORDS, LEANING, PRONOUNS

UNSPACED: Final = "[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]"
"""A letter of a script that sets no spaces between words: Thai, Lao, Chinese, Japanese."""

_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_SAMPLE: Final = 20_000
_LEAST_SHARE: Final = 0.08
_FEWEST_WORDS: Final = 4

_OPENING: Final = 200


def words(text: str) -> list[str]:
    """Split `text` into case-folded words of letters, inner apostrophes kept."""
    return _WORD.findall(text.casefold().replace("\u2019", "'"))


def guess_language(text: str) -> str:
    """Guess "en", "de", "fr", "es", "it", "pt" or "nl" from the share of function words, else give ""."""
    counted = Counter(words(text[:_SAMPLE]))
    total = sum(counted.values())
    if total < _FEWEST_WORDS:
        return ""
    hits = {code: sum(counted[word] for word in known) for code, known in FUNCTION_WORDS.items()}
    best = max(hits, key=lambda code: hits[code])
    return best if hits[best] >= _LEAST_SHARE * total else ""


def is_function_word(word: str) -> bool:
    """Say whether a case-folded word is one of grammar, in any of the languages."""
    return word in ANY_FUNCTION_WORD


def leans_back(sentence: str, language: str) -> bool:
    """Say whether `sentence` begins with a word, or soon has a pronoun, that needs the sentence before it."""
    first = [
        match[0] for match in islice(_WORD.finditer(sentence[:_OPENING].casefold().replace("\u2019", "'")), 4)
    ]
    if not first:
        return False
    return first[0] in LEANING.get(language, ()) or (language == "en" and not PRONOUNS.isdisjoint(first))
