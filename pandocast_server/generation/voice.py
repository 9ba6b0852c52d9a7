"""How somebody writes: the voice profile, and the traits that its style can ask for."""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, cast

from attrs import field, frozen

from pandocast_server.generation.cleaning import clean, has_substance, one_line
from pandocast_server.generation.words import word_set, words

_MOST_HASHTAGS: Final = 10
_LEAST_INFLECTED: Final = 4
_SENTENCE_END: Final = re.compile(r"[.!?\u3002\uff01\uff1f]+(?:\s|$)")
_INFLECTED: Final = r"(?:['\u2019]?s|es|e?d|ing|ly|e?rs?)?"
_SPACE_BEFORE: Final = re.compile(r"\s+([,.;:!?…)\]])")

_STYLE_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|[.,;:\n]")
_DENIALS: Final = word_set("not never no without don't avoid isn't hardly")
_CLAUSE_ENDS: Final = frozenset([".", ",", ";", ":", "\n", "but"])

_PERSONAL: Final = r"\b(?:you|your|we|our|us|i|my|\w+(?:n['\u2019]t|['\u2019](?:re|ve|ll|m)))\b"
_LIVELY: Final = r"[!?\u2600-\u27bf\U0001f300-\U0001faff]|\blike an?\b|\bas \w+ as\b|\bfaster than\b"
_HEDGE: Final = r"\b(?:perhaps|maybe|might|probably|somewhat|seems?|tends? to|could|likely)\b"
_TECHNICAL: Final = r"\d|\b\w+[_/]\w+\b|\b\w{11,}\b"


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@frozen
class Trait:
    """What adjectives ask for: words a sentence, 0 for any, and the gain of one that shows a pattern."""

    adjectives: frozenset[str] = field(converter=word_set)
    sentence_words: int = 0
    gain: float = 0.0
    pattern: str = r"(?!)"

    @cached_property
    def marker(self) -> re.Pattern[str]:
        return _compiled(self.pattern)


TRAITS: Final[Mapping[str, Trait]] = {
    "concise": Trait("concise brief short terse succinct crisp minimal minimalist punchy tight dry", 9),
    "detailed": Trait("detailed thorough long elaborate narrative storytelling in-depth explanatory", 22),
    "playful": Trait("playful fun funny humorous witty cheeky whimsical lively upbeat", 0, 0.9, _LIVELY),
    "casual": Trait(
        "casual conversational friendly warm informal relaxed personal chatty calm", 0, 0.7, _PERSONAL
    ),
    "formal": Trait(
        "formal professional serious academic corporate sober polished", 18, -0.7, f"{_PERSONAL}|{_LIVELY}"
    ),
    "bold": Trait("bold confident provocative assertive direct strong opinionated", 10, -1.2, _HEDGE),
    "technical": Trait("technical precise expert analytical scientific data-driven", 0, 0.9, _TECHNICAL),
}


def _one_lines(texts: Iterable[str]) -> tuple[str, ...]:
    """Clean each text, drop what is left empty and what comes twice."""
    return tuple(dict.fromkeys(line for text in texts if (line := one_line(text))))


@frozen
class VoiceProfile:
    """A workspace's voice; the empty profile, `VoiceProfile()`, asks for nothing.

    Attributes:
        style: Free text. Adjectives of `TRAITS` change the writing, unless denied ("never formal").
        avoid: Words and phrases that no output contains, in any case and with common English endings.
        examples: Texts in this voice; their sentence length is preferred, their words raise the score.
        formats: `{platform id: {"hashtags": 0..10}}` says how many hashtags to set; the rest is ignored.
    """

    style: str = field(default="", converter=clean)
    avoid: tuple[str, ...] = field(default=(), converter=_one_lines)
    examples: tuple[str, ...] = field(default=(), converter=_one_lines)
    formats: Mapping[str, object] = field(factory=dict[str, object])

    @cached_property
    def traits(self) -> frozenset[str]:
        """The names of the traits that the style asks for."""
        found: set[str] = set()
        is_denied = False
        for word in _STYLE_WORD.findall(self.style.casefold()):
            is_denied = word in _DENIALS or (is_denied and word not in _CLAUSE_ENDS)
            if not is_denied:
                found.update(name for name, trait in TRAITS.items() if word in trait.adjectives)
        return frozenset(found)

    @cached_property
    def sentence_words(self) -> int | None:
        """How many words a sentence should have: as in the examples, else as the style asks."""
        sentences = [part for example in self.examples for part in _SENTENCE_END.split(example)]
        counts = [len(words(sentence)) for sentence in sentences]
        counts = [count for count in counts if count] or [TRAITS[name].sentence_words for name in self.traits]
        counts = [count for count in counts if count]
        return round(sum(counts) / len(counts)) if counts else None

    @cached_property
    def _avoided(self) -> re.Pattern[str]:
        longest_first = sorted(self.avoid, key=lambda entry: (-len(entry), entry))
        return _compiled("|".join(map(_entry_pattern, longest_first)) or r"(?!)")

    def hits(self, text: str) -> int:
        """Count how often `text` says what is to be avoided."""
        return len(self._avoided.findall(text))

    def without_avoided(self, line: str) -> str:
        """Take out of one line what is avoided; the result may be empty."""
        while self.hits(line):
            line = _SPACE_BEFORE.sub(r"\1", one_line(self._avoided.sub("", line)))
        return line if has_substance(line) else ""

    def hashtags(self, platform_id: str, customary: int) -> int:
        """Return how many hashtags a post on the platform may carry."""
        wanted = self.formats.get(platform_id)
        count = cast("Mapping[str, object]", wanted).get("hashtags") if isinstance(wanted, Mapping) else None
        return min(max(count, 0), _MOST_HASHTAGS) if isinstance(count, int) else customary


def _entry_pattern(entry: str) -> str:
    """Match whole words where the entry is in Latin letters; in other scripts anywhere."""
    pattern = r"\s+".join(map(re.escape, entry.split(" ")))
    if not entry.isascii():
        return pattern
    before = r"(?<!\w)" if entry[0].isalnum() else ""
    after = r"(?!\w)" if entry[-1].isalnum() else ""
    is_inflected = len(entry) >= _LEAST_INFLECTED and entry[-1].isalpha()
    return f"{before}{pattern}{_INFLECTED if is_inflected else ''}{after}"
