"""What a post is made of: the sentences of an analysis, reworded for a voice and rated for a purpose."""

import math
from collections.abc import Container, Mapping, Sequence
from typing import Final

from attrs import evolve, frozen

from pandocast_server.generation.analysis import Analysis, Sentence
from pandocast_server.generation.cleaning import one_line
from pandocast_server.generation.emphasis import Emphasis, read_emphasis
from pandocast_server.generation.languages import leans_back, words
from pandocast_server.generation.markers import HEDGE, LIVELY, NARRATION, PERSONAL, REFERENCE, TECHNICAL
from pandocast_server.generation.rephrasing import reword, without_avoided
from pandocast_server.generation.sentences import is_balanced, is_closed
from pandocast_server.generation.voice import VoiceProfile
from pandocast_server.generation.wordlists import Trait

_EVEN_PARTS: Final = 6
_FEWEST_OF_PART: Final = 3
_FEWEST_SECTIONS: Final = 3
_FEWEST_KEPT: Final = 3
_LEAST_STRESS: Final = 0.2
_STRESSED: Final = 0.6
"""The share of the strongest emphasis from which on a sentence counts as emphasised."""

_SENTENCE_WORDS: Final = 14
_WORDS_OF_TRAIT: Final[Mapping[Trait, int]] = {"concise": 9, "bold": 10, "detailed": 22, "formal": 18}


@frozen
class Candidate:
    """A sentence that a post may use.

    Attributes:
        score: What it says of the subject and how well it suits the voice; some -4 to 4.
        leads: It begins a paragraph.
        opens: It can be read without the sentence before it.
        emphasis: The weights of the emphasised words that it mentions, less those of unwanted ones.
        stressed: It is among those that say most of what is emphasised.
    """

    text: str
    paragraph: int
    position: int
    section: int
    is_item: bool
    score: float
    leads: bool
    opens: bool
    emphasis: float
    stressed: bool = False

    def finishes(self, following: "Candidate | None") -> bool:
        """Say whether a passage may end here: not before a list, and not within a row of questions."""
        if (
            following
            and following.continues(self)
            and self.text.endswith("?")
            and following.text.endswith("?")
        ):
            return False
        return not self.text.endswith((":", "\uff1a", ","))

    def continues(self, other: "Candidate") -> bool:
        return self.position == other.position + 1 and self.paragraph == other.paragraph


@frozen
class Material:
    """Everything that the writers of shapes draw from.

    Attributes:
        title: Clean, without avoided words; may be empty.
        sentences: In the order of the text, without avoided words; quotations only if there is nothing else.
        parts: The sentences by section, or in even parts where the text has hardly any headings.
        headings: One for each of `parts`, empty where there is none.
        topics: For hashtags.
        language: Sentences of our own, such as a question to readers, are added in English only.
    """

    title: str
    sentences: tuple[Candidate, ...]
    parts: tuple[tuple[Candidate, ...], ...]
    headings: tuple[str, ...]
    topics: tuple[str, ...]
    language: str
    reading_minutes: int
    voice: VoiceProfile

    def has(self, trait: Trait) -> bool:
        return trait in self.voice.traits


def gather(analysis: Analysis, title: str, voice: VoiceProfile, emphasis_notes: str | None) -> Material:
    """Prepare an analysis for writing: reword and rate its sentences and leave out what the voice avoids."""
    sentences = _spoken(analysis, voice)
    # A quotation is somebody else's voice, and posts have no room to say whose.
    own = [sentence for sentence in sentences if sentence.kind != "quote"] or sentences
    quoted = {sentence.position for sentence in sentences if sentence.kind == "quote"}
    title = one_line(title)
    if voice.hits(title):  # a title with a hole in it is worse than none
        title = "" if own else without_avoided(title, voice)
    rate = _Rating(
        emphasis=read_emphasis(emphasis_notes, [sentence.text for sentence in own]),
        phrases=tuple(phrase.casefold() for phrase in analysis.key_phrases),
        title_words=frozenset(word for word in words(title) if len(word) > 3),
        target_words=_target_words(voice),
        voice=voice,
        language=analysis.language,
    )
    candidates = _rated(own, quoted, rate)
    parts = _parts(candidates)
    named = len({part[0].section for part in parts}) == len(parts)
    headings = [analysis.headings[part[0].section] for part in parts]
    return Material(
        title=title,
        sentences=tuple(candidates),
        parts=parts,
        headings=tuple(heading if named and not voice.hits(heading) else "" for heading in headings),
        topics=tuple(topic for topic in analysis.topics if not voice.hits(topic)),
        language=analysis.language,
        reading_minutes=analysis.reading_minutes,
        voice=voice,
    )


def _rated(own: Sequence[Sentence], quoted: Container[int], rate: "_Rating") -> list[Candidate]:
    """Rate the text's own sentences; those that come nearest to the strongest emphasis are stressed."""
    lone = all(sentence.kind == own[0].kind for sentence in own)
    candidates = [
        rate.candidate(
            sentence,
            lone=lone,
            leads=before is None or before.paragraph != sentence.paragraph,
            explains=sentence.position - 1 in quoted,
        )
        for before, sentence in zip([None, *own], own, strict=False)
    ]
    strongest = max((candidate.emphasis for candidate in candidates), default=0.0)
    least = max(_LEAST_STRESS, _STRESSED * strongest)
    return [evolve(candidate, stressed=candidate.emphasis >= least) for candidate in candidates]


def _spoken(analysis: Analysis, voice: VoiceProfile) -> list[Sentence]:
    """Pass over sentences with avoided words; where too few would be left, take the words out instead."""
    reworded = [
        evolve(sentence, text=reword(sentence.text, voice, analysis.language))
        for sentence in analysis.sentences
    ]
    kept = [sentence for sentence in reworded if not voice.hits(sentence.text)]
    if len(kept) >= max(_FEWEST_KEPT, len(reworded) // 3):
        return kept
    mended = [evolve(sentence, text=without_avoided(sentence.text, voice)) for sentence in reworded]
    return [sentence for sentence in mended if sentence.text]


def _target_words(voice: VoiceProfile) -> int:
    asked = [_WORDS_OF_TRAIT[trait] for trait in _WORDS_OF_TRAIT if trait in voice.traits]
    return voice.sentence_words() or (sum(asked) // len(asked) if asked else _SENTENCE_WORDS)


def _parts(candidates: Sequence[Candidate]) -> tuple[tuple[Candidate, ...], ...]:
    sections: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        sections.setdefault(candidate.section, []).append(candidate)
    if len(sections) >= _FEWEST_SECTIONS:
        return tuple(tuple(section) for section in sections.values())
    size = max(math.ceil(len(candidates) / _EVEN_PARTS), _FEWEST_OF_PART)
    parts: list[list[Candidate]] = []
    for candidate in candidates:
        full = bool(parts) and len(parts[-1]) >= size
        if not parts or (full and (candidate.leads or len(parts[-1]) >= 2 * size)):
            parts.append([])
        parts[-1].append(candidate)
    return tuple(map(tuple, parts))


@frozen
class _Rating:
    emphasis: Emphasis
    phrases: Sequence[str]
    title_words: frozenset[str]
    target_words: int
    voice: VoiceProfile
    language: str

    def candidate(self, sentence: Sentence, *, lone: bool, leads: bool, explains: bool) -> Candidate:
        """Rate a sentence; items among prose count less, and what explains a quotation cannot open."""
        text = sentence.text
        closed = is_closed(text) and is_balanced(text)
        return Candidate(
            text=text,
            paragraph=sentence.paragraph,
            position=sentence.position,
            section=sentence.section,
            is_item=sentence.kind == "item",
            score=self._substance(text)
            + self._length(text)
            + self._style(text)
            + (0.0 if closed else -1.5)
            - (0.8 if sentence.kind == "item" and not lone else 0.0)
            - (0.5 if self.language == "en" and NARRATION.search(text) else 0.0),
            leads=leads,
            opens=closed
            and not explains
            and not leans_back(text, self.language)
            and not REFERENCE.search(text),
            emphasis=self.emphasis.of(text),
        )

    def _substance(self, text: str) -> float:
        folded = text.casefold()
        count = len(self.phrases)
        said = sum((count - rank) / count for rank, phrase in enumerate(self.phrases) if phrase in folded)
        return 0.6 * min(said, 2.5) + 0.4 * min(len(self.title_words.intersection(words(folded))), 2)

    def _length(self, text: str) -> float:
        """Prefer the sentence length of the voice: 0 where it is met, falling to -1.5."""
        off = abs(len(text.split()) - self.target_words) / self.target_words
        return -1.5 * min(off, 1.0)

    def _style(self, text: str) -> float:
        traits = self.voice.traits
        return (
            (0.9 * min(len(TECHNICAL.findall(text)), 2) if "technical" in traits else 0.0)
            + (0.9 * bool(LIVELY.search(text)) if "playful" in traits else 0.0)
            + (0.7 * bool(PERSONAL.search(text)) if "casual" in traits else 0.0)
            - (0.7 * bool(PERSONAL.search(text) or LIVELY.search(text)) if "formal" in traits else 0.0)
            - (1.2 * bool(HEDGE.search(text)) if "bold" in traits else 0.0)
        )
