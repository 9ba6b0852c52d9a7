"""How somebody writes: the voice profile, and what its words ask of a text."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, cast

from attrs import Factory, field, frozen

from pandocast_server.generation.cleaning import clean, one_line
from pandocast_server.generation.languages import UNSPACED, words
from pandocast_server.generation.wordlists import STYLE_DENIALS, TRAITS, Trait

_MOST_EXAMPLES: Final = 50
_EXAMPLE_READ: Final = 5_000
_MOST_HASHTAGS: Final = 10
_LEAST_INFLECTED: Final = 4

_STYLE_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|[.,;:\n]")
_SENTENCE_END: Final = re.compile(r"[.!?\u3002\uff01\uff1f]+(?:\s|$)")
_UNSPACED: Final = re.compile(UNSPACED)
_INFLECTED: Final = r"(?:['\u2019]?s|es|e?d|ing|ly|e?rs?)?"
_TRAIT_OF: Final[Mapping[str, Trait]] = {
    adjective: trait for trait, adjectives in TRAITS.items() for adjective in adjectives
}


def _one_lines(texts: Iterable[str]) -> tuple[str, ...]:
    """Clean each text, drop what is left empty and what comes twice."""
    return tuple(dict.fromkeys(line for text in texts if (line := one_line(text))))


def _examples(texts: Iterable[str]) -> tuple[str, ...]:
    return _one_lines(text[:_EXAMPLE_READ] for text in list(texts)[:_MOST_EXAMPLES])


def _read_only(formats: Mapping[str, object]) -> Mapping[str, object]:
    return MappingProxyType(dict(formats))


def _find_traits(profile: "VoiceProfile") -> frozenset[Trait]:
    denied = False
    found: set[Trait] = set()
    for word in _STYLE_WORD.findall(profile.style.casefold()):
        if word in STYLE_DENIALS:
            denied = True
        elif word in {".", ",", ";", ":", "\n", "but"}:
            denied = False
        elif word in _TRAIT_OF and not denied:
            found.add(_TRAIT_OF[word])
    return frozenset(found)


def _compile_avoided(profile: "VoiceProfile") -> re.Pattern[str] | None:
    if not profile.avoid:
        return None
    longest_first = sorted(profile.avoid, key=lambda entry: (-len(entry), entry))
    return re.compile("|".join(map(_entry_pattern, longest_first)), re.IGNORECASE)


@frozen
class VoiceProfile:
    """A workspace's voice; the empty profile, `VoiceProfile()`, asks for nothing.

    Attributes:
        style: Free text. Adjectives that `wordlists.TRAITS` knows change the writing, unless denied ("never
            formal").
        avoid: Words and phrases that no output contains, in any case and with common English endings.
        examples: Texts in this voice. Their average sentence length is preferred, and their words raise the
            score. The first 50 are read, 5 000 characters of each.
        formats: Kept as given. `{platform id: {"hashtags": 0..10}}` says how many hashtags to set.
        traits: What `style` asks for.
        avoided: Finds what `avoid` names; None when it is empty.
    """

    style: str = field(default="", converter=clean)
    avoid: tuple[str, ...] = field(default=(), converter=_one_lines)
    examples: tuple[str, ...] = field(default=(), converter=_examples)
    formats: Mapping[str, object] = field(factory=dict[str, object], converter=_read_only)
    traits: frozenset[Trait] = field(
        init=False, repr=False, eq=False, default=Factory(_find_traits, takes_self=True)
    )
    avoided: re.Pattern[str] | None = field(
        init=False, repr=False, eq=False, default=Factory(_compile_avoided, takes_self=True)
    )

    def hits(self, text: str) -> int:
        """Count how often `text` says what is to be avoided."""
        return len(self.avoided.findall(text)) if self.avoided else 0

    def hashtags(self, platform_id: str, customary: int) -> int:
        """Tell how many hashtags a post on the platform may carry."""
        wanted = self.formats.get(platform_id)
        count = cast("Mapping[str, object]", wanted).get("hashtags") if isinstance(wanted, Mapping) else None
        return min(max(count, 0), _MOST_HASHTAGS) if isinstance(count, int) else customary

    def sentence_words(self) -> int | None:
        """Average the words of a sentence over the examples; None without examples."""
        sentences = [part for example in self.examples for part in _SENTENCE_END.split(example)]
        counts = [count for part in sentences if (count := len(words(part)))]
        return round(sum(counts) / len(counts)) if counts else None


def _entry_pattern(entry: str) -> str:
    """Match whole words where the entry begins and ends with a letter or digit of a script with spaces."""
    pattern = r"\s+".join(map(re.escape, entry.split(" ")))
    before = r"(?<!\w)" if _is_spaced(entry[0]) else ""
    after = r"(?!\w)" if _is_spaced(entry[-1]) else ""
    ending = (
        _INFLECTED if len(entry) >= _LEAST_INFLECTED and entry[-1].isascii() and entry[-1].isalpha() else ""
    )
    return f"{before}{pattern}{ending}{after}"


def _is_spaced(character: str) -> bool:
    return character.isalnum() and not _UNSPACED.match(character)
