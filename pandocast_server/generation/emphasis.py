"""What a user asks to be stressed, read from the free text of `emphasis_notes`."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from pandocast_server.generation.cleaning import clean
from pandocast_server.generation.words import is_function_word, word_set

_READ: Final = 5_000
_CLAUSE: Final = re.compile(r"[,.;:!?\n()]|\b(?:but|and)\b", re.IGNORECASE)
_DENIAL: Final = re.compile(
    r"(?:\b(?:not|avoid|without|skip|omit|less|never|leave out|instead of|rather than|ignore|drop)"
    r"|n['\u2019]t)\b(?!\s+(?:only|just|forget|miss|skip|omit|leave|ignore|drop)\b)",
    re.IGNORECASE,
)
_INSTRUCTION: Final = word_set(
    "about add all also angle any article aspect aspects attention bring content don draw emphasis "
    "emphasise emphasize especially everything feature focus focusing forget give highlight how ignore "
    "include keep lead leave less main mainly make me mention more most much my never omit only our part "
    "parts please point really section should skip so some stress t take talk than their theme they thing "
    "things topic toward towards use want we what which why will without would write you your"
)
"""What notes say besides their subject."""

_WORD: Final = re.compile(r"[^\W_]+")
_SUFFIX: Final = re.compile(r"(?:ies|es|(?<!s)s|ing|ed|ers?|ly|y|e)$")
_LONGEST_STEM_KEPT: Final = 4
_RARE: Final = 0.15
_TELLING: Final = 0.3


@frozen
class Emphasis:
    """Stems of words that sentences are preferred for, each with its weight; negative ones are unwanted."""

    weights: Mapping[str, float]

    def of(self, text: str) -> float:
        """Add up the weights of the words that `text` mentions."""
        return sum(self.weights[word] for word in _mentioned(text, self.weights))


def read_emphasis(notes: str | None, sentences: Sequence[str]) -> Emphasis:
    """Read notes such as "Focus on the memory angle, not on pricing"; only their first 5 000 characters.

    Words of instruction and grammar do not count. What follows "not", "without", "less" and the like up to
    the end of its clause is unwanted. A word that one of seven `sentences` or fewer mentions weighs 1, a
    more frequent one less, since it tells them apart less, and nothing beside a rare one.
    """
    wanted: dict[str, float] = {}
    for clause in _CLAUSE.split(clean((notes or "")[:_READ])):
        denial = _DENIAL.search(clause)
        split = denial.start() if denial else len(clause)
        wanted.update(dict.fromkeys(_stems(clause[:split]), 1.0))
        for word in _stems(clause[split:]):
            wanted.setdefault(word, -1.0)
    mentions = dict.fromkeys(wanted, 0)
    for sentence in sentences if wanted else ():
        for word in _mentioned(sentence, wanted):
            mentions[word] += 1
    rare = max(1.0, len(sentences) * _RARE)
    weights = {word: sign * min(1.0, rare / max(mentions[word], 1)) for word, sign in wanted.items()}
    telling = {word: weight for word, weight in weights.items() if mentions[word] and abs(weight) >= _TELLING}
    return Emphasis(telling or weights)


def _stems(clause: str) -> list[str]:
    found = _WORD.findall(clause.casefold())
    return [_stem(word) for word in found if word not in _INSTRUCTION and not is_function_word(word)]


def _stem(word: str) -> str:
    return _SUFFIX.sub("", word) if len(word) > _LONGEST_STEM_KEPT else word


def _mentioned(text: str, stems: Mapping[str, float]) -> list[str]:
    """Find stems in a text; where a script has no spaces between words, anywhere."""
    folded = text.casefold()
    present = {_stem(word) for word in _WORD.findall(folded)} if stems else set[str]()
    return [
        word for word in stems if word in present or (not word.isascii() and len(word) > 1 and word in folded)
    ]
