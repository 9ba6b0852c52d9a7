"""What posts are made of: neighbouring sentences, rated for the subject, the voice and the emphasis."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Final

from attrs import evolve, frozen

from pandocast_server.generation.analysis import Analysis, Sentence
from pandocast_server.generation.cleaning import one_line
from pandocast_server.generation.emphasis import read_emphasis
from pandocast_server.generation.sentences import is_balanced, is_closed
from pandocast_server.generation.style import TRAITS
from pandocast_server.generation.voice import VoiceProfile
from pandocast_server.generation.words import leans_back, words

Fits = Callable[[str], bool]

_USUAL_SENTENCE: Final = 14
_EMPHASISED: Final = 3.0
_STRESSED: Final = 0.6
"""The share of the strongest emphasis from which on a sentence counts as emphasised."""

_LEAST_STRESS: Final = 0.2
_LEADS: Final = 0.8
"""What a passage gains by beginning a paragraph; the text's first paragraph gains as much."""

_FILLED: Final = 2.2
"""What a passage gains by filling its limit, against some -2 to 4 for what its sentences say."""

_UNSPACED_END: Final = "\u3002\uff01\uff1f\uff61\u2026\u300d\u300f\uff09"


@frozen
class Candidate(Sentence):
    """A sentence that a post may use.

    Attributes:
        score: What it says of the subject and how well it suits the voice; some -4 to 4.
        opens: It can be read without the sentence before it.
        emphasis: The weights of the emphasised words that it mentions, less those of unwanted ones.
        stressed: It is among those that say most of what is emphasised.
    """

    score: float
    opens: bool
    emphasis: float
    stressed: bool


@frozen
class Passage:
    """Neighbouring sentences of one paragraph."""

    sentences: tuple[Candidate, ...]
    score: float

    @property
    def first(self) -> Candidate:
        return self.sentences[0]

    @property
    def text(self) -> str:
        return joined(self.sentences)

    @property
    def rank(self) -> tuple[bool, bool, float, int]:
        """What is emphasised comes first, then what can be read alone, then by score and place."""
        stressed = any(sentence.stressed for sentence in self.sentences)
        return stressed, self.first.opens, self.score, -self.first.position


@frozen
class Material:
    """Everything that the shapes draw from.

    Attributes:
        title: Clean, without avoided words; may be empty.
        sentences: In the order of the text, without avoided words; quotations only if there is nothing else.
        analysis: Of the whole text.
        voice: Whose.
    """

    title: str
    sentences: tuple[Candidate, ...]
    analysis: Analysis
    voice: VoiceProfile


def passages(sentences: Sequence[Candidate], fits: Fits, longest: int, most: int) -> Iterator[Passage]:
    """Yield every passage of up to `most` sentences and `longest` characters that fits."""
    for start, first in enumerate(sentences):
        taken: list[Candidate] = []
        leads = int(start == 0 or sentences[start - 1].paragraph != first.paragraph)
        leads += first.paragraph == sentences[0].paragraph
        for sentence in sentences[start : start + most]:
            if (sentence.paragraph, sentence.position) != (first.paragraph, first.position + len(taken)):
                break
            taken.append(sentence)
            text = joined(taken)
            if len(text) > longest or not fits(text):
                break
            if not text.endswith((":", "\uff1a", ",")) or len(sentences) == 1:  # what follows belongs to it
                scores = [one.score for one in taken]
                said = (max(scores) + sum(scores) / len(scores)) / 2
                said += _EMPHASISED * sum(one.emphasis for one in taken)
                filled = _FILLED * min(len(text) / (0.85 * longest), 1.0)
                yield Passage(tuple(taken), said + filled + _LEADS * leads)


def ranked(sentences: Sequence[Candidate], fits: Fits, longest: int, most: int) -> Iterator[Passage]:
    """Yield passages that share no sentence, the best first."""
    used: set[int] = set()
    for passage in sorted(passages(sentences, fits, longest, most), key=lambda one: one.rank, reverse=True):
        positions = {sentence.position for sentence in passage.sentences}
        if used.isdisjoint(positions):
            used |= positions
            yield passage


def joined(sentences: Sequence[Candidate]) -> str:
    """Join sentences as their script does."""
    text = ""
    for sentence in sentences:
        text += sentence.text if not text or text[-1] in _UNSPACED_END else f" {sentence.text}"
    return text


def in_paragraphs(sentences: Sequence[Candidate], between: str = "\n\n") -> str:
    """Join sentences to the paragraphs and lists that they come from."""
    text = ""
    for _, group in groupby(sentences, key=lambda one: one.paragraph):
        paragraph = list(group)
        before = "\n• " if paragraph[0].kind == "item" else between
        text += f"{before if text else ''}{joined(paragraph)}"
    return text


def gather(analysis: Analysis, title: str, voice: VoiceProfile, emphasis_notes: str | None) -> Material:
    """Prepare an analysis for writing: rate its sentences and leave out what the voice avoids."""
    spoken = _spoken(analysis, voice)
    # A quotation is somebody else's voice, and posts cannot say whose.
    own = [sentence for sentence in spoken if sentence.kind != "quote"] or spoken
    title = one_line(title)
    if voice.hits(title):  # a title with a hole in it is worse than none
        title = "" if own else voice.without_avoided(title)
    return Material(title, tuple(_rated(own, analysis, title, voice, emphasis_notes)), analysis, voice)


def _spoken(analysis: Analysis, voice: VoiceProfile) -> list[Sentence]:
    """Pass over sentences with avoided words; where too few would be left, take the words out instead."""
    kept = [sentence for sentence in analysis.sentences if not voice.hits(sentence.text)]
    if len(kept) >= max(3, len(analysis.sentences) // 3):
        return kept
    mended = [evolve(one, text=voice.without_avoided(one.text)) for one in analysis.sentences]
    return [sentence for sentence in mended if sentence.text]


def _rated(
    own: Sequence[Sentence], analysis: Analysis, title: str, voice: VoiceProfile, notes: str | None
) -> Iterator[Candidate]:
    emphasis = read_emphasis(notes, [sentence.text for sentence in own])
    weights = [emphasis.of(sentence.text) for sentence in own]
    least = max(_LEAST_STRESS, _STRESSED * max(weights, default=0.0))
    ideal = voice.sentence_words or _USUAL_SENTENCE
    entitled = {word for word in words(title) if len(word) > 3}
    before = {sentence.position + 1: sentence for sentence in analysis.sentences}
    for sentence, weight in zip(own, weights, strict=True):
        text = sentence.text
        closed = is_closed(text) and is_balanced(text)
        said = sum(phrase.casefold() in text.casefold() for phrase in analysis.key_phrases)
        score = 0.5 * min(said, 3) + 0.4 * min(len(entitled.intersection(words(text))), 2)
        score -= 1.5 * min(abs(len(text.split()) - ideal) / ideal, 1.0)
        score += sum(TRAITS[trait].suits(text) for trait in sorted(voice.traits))
        score -= (0.0 if closed else 1.5) + (0.8 if sentence.kind == "item" else 0.0)
        earlier = before.get(sentence.position)
        yield Candidate(
            *(text, sentence.kind, sentence.section, sentence.paragraph, sentence.position),
            score=score,
            opens=closed
            and not (earlier is not None and earlier.kind == "quote")  # which it may explain
            and not (analysis.language == "en" and leans_back(text)),
            emphasis=weight,
            stressed=weight >= least,
        )
