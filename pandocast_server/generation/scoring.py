"""How well a text matches a voice, as a number computed from both and from nothing else."""

import re
from collections.abc import Sequence
from typing import Final

from pandocast_server.generation.voice import TRAITS, VoiceProfile
from pandocast_server.generation.words import is_function_word, words

_LOWEST: Final = 30
_AVOIDED_COSTS: Final = 12
_MOST_AVOIDED: Final = 6
_USUAL_SENTENCE: Final = 15
_USUAL_WORD: Final = 4.7
_READ: Final = 20_000
_FRAME: Final = re.compile(r"^\d+/\d+ |^Subject: |#\w+|https?://\S+|\u2022", re.MULTILINE)
_SENTENCE_END: Final = re.compile(r"[.!?\u2026\u3002\uff01\uff1f]+(?:\s|$)|\n+")


def voice_match_score(text: str, profile: VoiceProfile) -> int:
    """Score how well `text` matches `profile`: 0..100, the same for the same arguments (contract, section 1).

    Compared are the length of sentences with that of the profile's examples, the words with theirs, and the
    text with what each adjective of the style asks for; without any of these, readability alone counts. Every
    avoided word or phrase costs 12 points, up to 72. A text without words scores 0. Of a long text the first
    20 000 characters are read.
    """
    read = _FRAME.sub(" ", text[:_READ])
    sentences = [found for part in _SENTENCE_END.split(read) if (found := words(part))]
    found = [word for sentence in sentences for word in sentence]
    if not found:
        return 0
    ideal = profile.sentence_words or _USUAL_SENTENCE
    parts = [  # each a weight, and a value of 0 to 1
        (3.5, 1.0 - sum(_distance(len(sentence), ideal) for sentence in sentences) / len(sentences)),
        (2.0, max(0.0, 1.0 - 2.5 * _distance(sum(map(len, found)) / len(found), _USUAL_WORD))),
    ]
    if profile.examples:
        parts.append((3.0, _shared_words(found, profile)))
    for trait in map(TRAITS.__getitem__, sorted(profile.traits)):
        if trait.gain:
            often = min(1.0, len(trait.marker.findall(read)) / len(sentences))
            parts.append((5.0, min(1.0, 0.3 + often) if trait.gain > 0 else 1.0 - often))
    matched = sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)
    avoided = min(profile.hits(text[:_READ]), _MOST_AVOIDED) * _AVOIDED_COSTS
    return max(0, min(100, round(_LOWEST + (100 - _LOWEST) * matched) - avoided))


def _distance(value: float, ideal: float) -> float:
    return min(1.0, abs(value - ideal) / ideal)


def _shared_words(found: Sequence[str], profile: VoiceProfile) -> float:
    """Return which share of the telling words the examples use as well; two in five is a close match."""
    known = {word for example in profile.examples for word in words(example)}
    telling = {word for word in found if not is_function_word(word)}
    return min(1.0, 2.5 * len(telling & known) / len(telling)) if telling else 0.5
