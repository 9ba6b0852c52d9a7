"""How well a text matches a voice, as a number computed from both and from nothing else."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from attrs import frozen

from pandocast_server.generation.languages import UNSPACED, words
from pandocast_server.generation.markers import CONTRACTION, HEDGE, LIVELY, PERSONAL, PICTOGRAPH, TECHNICAL
from pandocast_server.generation.voice import VoiceProfile
from pandocast_server.generation.wordlists import ANY_FUNCTION_WORD, Trait

_LOWEST: Final = 25
_AVOIDED_COSTS: Final = 12
_MOST_AVOIDED: Final = 6
_USUAL_SENTENCE: Final = 15
_USUAL_WORD: Final = 4.7
_UNSPACED: Final = re.compile(UNSPACED)
_PLAIN: Final = 0.7
_READ: Final = 20_000

_FRAME: Final = re.compile(r"^\d+/\d+ |^Subject: |#\w+|https?://\S+|[\u2022\U0001f449]", re.MULTILINE)
_SENTENCE_END: Final = re.compile(r"[.!?\u2026\u3002\uff01\uff1f]+(?:\s|$)|\n+")


def voice_match_score(text: str, profile: VoiceProfile) -> int:
    """Score how well `text` matches `profile`: 0..100, the same for the same arguments (contract, section 1).

    Compared are the length of sentences with that of the profile's examples, the words with theirs, and the
    text with what each adjective of the style asks for; without any of these, readability alone counts. Every
    avoided word or phrase costs 12 points, up to 72. A text without words scores 0. Of a long text the first
    20 000 characters are read.
    """
    measured = _measure(_FRAME.sub(" ", text[:_READ]))
    if measured is None:
        return 0
    parts = [
        (3.5, measured.rhythm(profile.sentence_words() or _USUAL_SENTENCE)),
        (1.5, measured.variety),
        (2.0, measured.plainness),
    ]
    if profile.examples:
        parts.append((3.0, _shared_words(measured.words, profile)))
    parts.extend((4.0, check(measured)) for trait, check in _TRAIT_CHECKS.items() if trait in profile.traits)
    matched = sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)
    avoided = min(profile.hits(text[:_READ]), _MOST_AVOIDED) * _AVOIDED_COSTS
    return max(0, min(100, round(_LOWEST + (100 - _LOWEST) * matched) - avoided))


@frozen
class _Measured:
    text: str
    words: Sequence[str]
    lengths: Sequence[int]
    """Words of each sentence."""

    plainness: float
    """How near words are to the usual length."""

    @property
    def mean(self) -> float:
        return len(self.words) / len(self.lengths)

    def rhythm(self, ideal: int) -> float:
        """Tell how near the sentences are to a length, each by itself and on average."""
        each = sum(_closeness(length, ideal) for length in self.lengths) / len(self.lengths)
        return (each + _closeness(self.mean, ideal)) / 2

    @property
    def variety(self) -> float:
        """Tell how much sentences differ in length; half of the mean is plenty."""
        if len(self.lengths) == 1:
            return 0.6
        spread = sum(abs(length - self.mean) for length in self.lengths) / len(self.lengths)
        return min(1.0, 0.4 + 1.2 * spread / self.mean)

    def rate(self, pattern: re.Pattern[str]) -> float:
        """Count a marker a sentence."""
        return len(pattern.findall(self.text)) / len(self.lengths)


def _measure(text: str) -> _Measured | None:
    sentences = [counted for part in _SENTENCE_END.split(text) if (counted := words(part))]
    found = [word for one in sentences for word in one]
    if not found:
        return None
    unspaced = 2 * len(_UNSPACED.findall(text)) > sum(map(len, found))
    if unspaced:  # two characters are as good as a word
        sentences = [
            ["".join(one)[start : start + 2] for start in range(0, sum(map(len, one)), 2)]
            for one in sentences
        ]
        found = [word for one in sentences for word in one]
    return _Measured(text, found, [len(one) for one in sentences], _PLAIN if unspaced else _plainness(found))


def _plainness(found: Sequence[str]) -> float:
    mean = sum(map(len, found)) / len(found)
    return max(0.0, 1.0 - 2.5 * abs(mean - _USUAL_WORD) / _USUAL_WORD)


def _closeness(value: float, ideal: float) -> float:
    return 1.0 - min(1.0, abs(value - ideal) / ideal)


def _shared_words(found: Sequence[str], profile: VoiceProfile) -> float:
    """Tell which share of the telling words the examples use as well; two in five is a close match."""
    known = {word for example in profile.examples for word in words(example)}
    telling = {word for word in found if word not in ANY_FUNCTION_WORD}
    return min(1.0, 2.5 * len(telling & known) / len(telling)) if telling else 0.5


_TRAIT_CHECKS: Final[Mapping[Trait, Callable[[_Measured], float]]] = {
    "concise": lambda one: 1.0 - min(1.0, max(0.0, one.mean - 8) / 20),
    "detailed": lambda one: min(1.0, len(one.words) / 120),
    "playful": lambda one: min(1.0, 0.4 + one.rate(LIVELY) + one.rate(CONTRACTION) + one.rate(PICTOGRAPH)),
    "casual": lambda one: min(1.0, 0.4 + 0.5 * one.rate(PERSONAL) + one.rate(CONTRACTION)),
    "formal": lambda one: 1.0 - min(1.0, one.rate(CONTRACTION) + one.rate(PICTOGRAPH) + one.rate(LIVELY)),
    "bold": lambda one: 1.0 - min(1.0, 2 * one.rate(HEDGE)),
    "technical": lambda one: min(1.0, 0.4 + 0.5 * one.rate(TECHNICAL)),
}
