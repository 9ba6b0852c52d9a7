"""What the style of a voice profile may ask for: one table."""

import re
from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from pandocast_server.generation.words import word_set


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


@frozen
class Trait:
    """What an adjective asks for.

    Attributes:
        adjectives: The words for it.
        sentence_words: Words of a sentence; None where it does not say.
        marker: By what a sentence shows it, or shows that it lacks it.
        gain: What the marker is worth to a sentence, some -1 to 1.
    """

    adjectives: frozenset[str] = field(converter=word_set)
    sentence_words: int | None = None
    marker: re.Pattern[str] | None = None
    gain: float = 0.0

    def suits(self, text: str) -> float:
        return self.gain if self.marker and self.marker.search(text) else 0.0


_PERSONAL: Final = r"\b(?:you|your|we|our|us|i|my|\w+(?:n['\u2019]t|['\u2019](?:re|ve|ll|m)))\b"
_LIVELY: Final = r"[!?\u2600-\u27bf\U0001f300-\U0001faff]|\blike an?\b|\bas \w+ as\b|\bfaster than\b"
_HEDGE: Final = r"\b(?:perhaps|maybe|might|probably|somewhat|seems?|tends? to|could|likely)\b"
_TECHNICAL: Final = r"\d|\b\w+[_/]\w+\b|\b\w{11,}\b"

TRAITS: Final[Mapping[str, Trait]] = {
    "concise": Trait(
        "concise brief short terse succinct crisp minimal minimalist punchy tight laconic dry", 9
    ),
    "detailed": Trait("detailed thorough long elaborate narrative storytelling in-depth explanatory", 22),
    "playful": Trait(
        "playful fun funny humorous witty cheeky whimsical lively energetic upbeat",
        None,
        _pattern(_LIVELY),
        0.9,
    ),
    "casual": Trait(
        "casual conversational friendly warm informal relaxed approachable personal chatty calm",
        *(None, _pattern(_PERSONAL), 0.7),
    ),
    "formal": Trait(
        "formal professional serious academic corporate official sober polished",
        *(18, _pattern(f"{_PERSONAL}|{_LIVELY}"), -0.7),
    ),
    "bold": Trait(
        "bold confident provocative assertive direct strong opinionated fearless decisive",
        *(10, _pattern(_HEDGE), -1.2),
    ),
    "technical": Trait(
        "technical precise expert analytical scientific data-driven factual engineering",
        *(None, _pattern(_TECHNICAL), 0.9),
    ),
}

_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|[.,;:\n]")
_DENIALS: Final = word_set("not never no without don't avoid isn't hardly")
_CLAUSE_ENDS: Final = frozenset([".", ",", ";", ":", "\n", "but"])


def find_traits(style: str) -> frozenset[str]:
    """Return the names of the traits that a style asks for; "never formal" denies one."""
    found: set[str] = set()
    is_denied = False
    for word in _WORD.findall(style.casefold()):
        is_denied = word in _DENIALS or (is_denied and word not in _CLAUSE_ENDS)
        if not is_denied:
            found.update(name for name, trait in TRAITS.items() if word in trait.adjectives)
    return frozenset(found)
