"""How somebody writes: the voice profile."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, cast

from attrs import Factory, field, frozen

from pandocast_server.generation.cleaning import clean, has_substance, one_line
from pandocast_server.generation.style import TRAITS, find_traits
from pandocast_server.generation.words import UNSPACED, words

_MOST_EXAMPLES: Final = 50
_EXAMPLE_READ: Final = 5_000
_MOST_HASHTAGS: Final = 10
_LEAST_INFLECTED: Final = 4
_SENTENCE_END: Final = re.compile(r"[.!?\u3002\uff01\uff1f]+(?:\s|$)")
_UNSPACED: Final = re.compile(UNSPACED)
_INFLECTED: Final = r"(?:['\u2019]?s|es|e?d|ing|ly|e?rs?)?"
_EMPTY_PAIR: Final = re.compile(r"\(\s*\)|\[\s*\]|“\s*”|\"\s*\"|«\s*»")
_SPACE_BEFORE: Final = re.compile(r"\s+([,.;:!?…)\]])")
_STRAY: Final = re.compile(r"^[\s,;:.!?)\]]+|[,;:]\s*(?=[,;:.!?…])")


def _one_lines(texts: Iterable[str]) -> tuple[str, ...]:
    """Clean each text, drop what is left empty and what comes twice."""
    return tuple(dict.fromkeys(line for text in texts if (line := one_line(text))))


def _examples(texts: Iterable[str]) -> tuple[str, ...]:
    return _one_lines(text[:_EXAMPLE_READ] for text in list(texts)[:_MOST_EXAMPLES])


def _read_only(formats: Mapping[str, object]) -> Mapping[str, object]:
    return MappingProxyType(dict(formats))


def _compile_avoided(profile: "VoiceProfile") -> re.Pattern[str] | None:
    longest_first = sorted(profile.avoid, key=lambda entry: (-len(entry), entry))
    return re.compile("|".join(map(_entry_pattern, longest_first)), re.IGNORECASE) if profile.avoid else None


@frozen
class VoiceProfile:
    """A workspace's voice; the empty profile, `VoiceProfile()`, asks for nothing.

    Attributes:
        style: Free text. Adjectives of `style.TRAITS` change the writing, unless denied ("never formal").
        avoid: Words and phrases that no output contains, in any case and with common English endings.
        examples: Texts in this voice. Their average sentence length is preferred, and their words raise the
            score. The first 50 are read, 5 000 characters of each.
        formats: Kept as given. `{platform id: {"hashtags": 0..10}}` says how many hashtags to set.
        traits: What `style` asks for.
    """

    style: str = field(default="", converter=clean)
    avoid: tuple[str, ...] = field(default=(), converter=_one_lines)
    examples: tuple[str, ...] = field(default=(), converter=_examples)
    formats: Mapping[str, object] = field(factory=dict[str, object], converter=_read_only)
    traits: frozenset[str] = field(
        init=False, eq=False, default=Factory(lambda profile: find_traits(profile.style), takes_self=True)
    )
    _avoided: re.Pattern[str] | None = field(
        init=False, repr=False, eq=False, default=Factory(_compile_avoided, takes_self=True)
    )

    def hits(self, text: str) -> int:
        """Count how often `text` says what is to be avoided."""
        return len(self._avoided.findall(text)) if self._avoided else 0

    def without_avoided(self, line: str) -> str:
        """Take out of one line what is avoided, and mend spaces and punctuation; the result may be empty."""
        text = line
        while self._avoided and self._avoided.search(text):
            text = _EMPTY_PAIR.sub("", self._avoided.sub("", text))
            text = _STRAY.sub("", _SPACE_BEFORE.sub(r"\1", one_line(text))).strip()
            text = text[:1].upper() + text[1:] if line[:1].isupper() else text
        return text if has_substance(text) else ""

    def hashtags(self, platform_id: str, customary: int) -> int:
        """Return how many hashtags a post on the platform may carry."""
        wanted = self.formats.get(platform_id)
        count = cast("Mapping[str, object]", wanted).get("hashtags") if isinstance(wanted, Mapping) else None
        return min(max(count, 0), _MOST_HASHTAGS) if isinstance(count, int) else customary

    @property
    def sentence_words(self) -> int | None:
        """How many words a sentence should have: as in the examples, else as the style asks."""
        sentences = [part for example in self.examples for part in _SENTENCE_END.split(example)]
        counts = [len(words(part)) for part in sentences if words(part)]
        counts = counts or [TRAITS[name].sentence_words or 0 for name in self.traits]
        counts = [count for count in counts if count]
        return round(sum(counts) / len(counts)) if counts else None


def _entry_pattern(entry: str) -> str:
    """Match whole words where the entry begins and ends with a letter or digit of a script with spaces."""
    pattern = r"\s+".join(map(re.escape, entry.split(" ")))
    before = r"(?<!\w)" if _is_spaced(entry[0]) else ""
    after = r"(?!\w)" if _is_spaced(entry[-1]) else ""
    is_inflected = len(entry) >= _LEAST_INFLECTED and entry[-1].isascii() and entry[-1].isalpha()
    return f"{before}{pattern}{_INFLECTED if is_inflected else ''}{after}"


def _is_spaced(character: str) -> bool:
    return character.isalnum() and not _UNSPACED.match(character)
