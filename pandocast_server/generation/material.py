"""What posts are made of: passages of a text, rated for its subject, the voice and the emphasis."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Final

from attrs import evolve, frozen

from pandocast_server.generation.analysis import Analysis, Sentence
from pandocast_server.generation.cleaning import clean
from pandocast_server.generation.counting import Fits
from pandocast_server.generation.voice import TRAITS, VoiceProfile
from pandocast_server.generation.words import is_closed, is_function_word, leans_back, word_set

_NOTES_READ: Final = 5_000
_CLAUSE: Final = re.compile(r"[,.;:!?\n()]|\b(?:but|and)\b", re.IGNORECASE)
_DENIAL: Final = re.compile(
    r"(?:\b(?:not|avoid|without|skip|omit|less|never|leave out|instead of|rather than|ignore|drop)"
    r"|n['\u2019]t)\b(?!\s+(?:only|just|forget|miss|skip|omit|leave|ignore|drop)\b)",
    re.IGNORECASE,
)
_INSTRUCTION: Final = word_set(
    "about all also angle any article aspect don emphasise emphasize especially focus forget give highlight "
    "how important include just main mainly make me mention more most much only part parts please point "
    "should so some stress t talk than text their they thing things topic use want what which why would"
)
"""What notes say besides their subject."""

_WORD: Final = re.compile(r"[^\W_]+")
_SUFFIX: Final = re.compile(r"(?:ies|es|(?<!s)s|ing|ed|ers?|ly|y|e)$")
_LONGEST_STEM_KEPT: Final = 4
_USUAL_SENTENCE: Final = 14
_FILLED: Final = 2.0
"""What a passage gains by filling its limit, against some -3 to 4 for what its sentences say."""


@frozen
class Candidate(Sentence):
    """A sentence that a post may use.

    `score` is what it says of the subject and how well it suits the voice, some -3 to 4; one that `opens` can
    be read without the sentence before it; `stressed` are the emphasised words that it mentions.
    """

    score: float
    opens: bool
    stressed: frozenset[str]


@frozen
class Passage:
    """Neighbouring sentences of one section, at least one.

    `stress` counts the emphasised words that they mention; one that `is_whole` can be read alone.
    """

    text: str
    sentences: Sequence[Candidate]
    stress: int
    is_whole: bool
    score: float

    @property
    def rank(self) -> tuple[int, bool, float]:
        return self.stress, self.is_whole, self.score


def candidates(
    analysis: Analysis, title: str, voice: VoiceProfile, emphasis_notes: str | None
) -> list[Candidate]:
    """Rate the sentences of a text, without those that are avoided, quoted or unwanted if others are left."""
    sentences = analysis.sentences or (Sentence(title, "prose", 0, 0, 0),)
    kept = [sentence for sentence in sentences if not voice.hits(sentence.text)]
    if not kept:
        mended = (evolve(sentence, text=voice.without_avoided(sentence.text)) for sentence in sentences)
        kept = [sentence for sentence in mended if sentence.text]
    kept = [sentence for sentence in kept if sentence.kind != "quote"] or kept
    wanted, unwanted = read_emphasis(emphasis_notes)
    kept = [sentence for sentence in kept if not mentioned(sentence.text, unwanted)] or kept
    return [
        Candidate(
            *(sentence.text, sentence.kind, sentence.section, sentence.paragraph, sentence.position),
            score=_score(sentence, analysis, voice) + (sentence.paragraph == kept[0].paragraph),
            opens=is_closed(sentence.text) and not leans_back(sentence.text),
            stressed=mentioned(sentence.text, wanted),
        )
        for sentence in kept
    ]


def _score(sentence: Sentence, analysis: Analysis, voice: VoiceProfile) -> float:
    text = sentence.text
    topics = sum(phrase.casefold() in text.casefold() for phrase in analysis.key_phrases)
    ideal = voice.sentence_words or _USUAL_SENTENCE
    return (
        0.5 * min(topics, 3)
        + sum(TRAITS[name].gain for name in sorted(voice.traits) if TRAITS[name].marker.search(text))
        - 1.5 * min(abs(len(text.split()) - ideal) / ideal, 1.0)
        - 0.8 * (sentence.kind == "item")
    )


def read_emphasis(notes: str | None) -> tuple[set[str], set[str]]:
    """Read the stems of wanted and unwanted words from notes such as "The memory angle, not pricing".

    Words of instruction and grammar do not count. What follows "not", "without", "less" and the like up to
    the end of its clause is unwanted. The first 5 000 characters are read.
    """
    wanted: set[str] = set()
    unwanted: set[str] = set()
    for clause in _CLAUSE.split(clean((notes or "")[:_NOTES_READ])):
        before, *after = _DENIAL.split(clause, maxsplit=1)
        wanted.update(_subject(before))
        unwanted.update(*map(_subject, after))
    return wanted, unwanted - wanted


def mentioned(text: str, stems: Collection[str]) -> frozenset[str]:
    """Return the stems that a text mentions."""
    present = map(_stem, _WORD.findall(text.casefold())) if stems else ()
    return frozenset(stems).intersection(present)


def _subject(clause: str) -> Iterator[str]:
    for word in _WORD.findall(clause.casefold()):
        if word not in _INSTRUCTION and not is_function_word(word):
            yield _stem(word)


def _stem(word: str) -> str:
    return _SUFFIX.sub("", word) if len(word) > _LONGEST_STEM_KEPT else word


def passages(sentences: Sequence[Candidate], fits: Fits, longest: int, between: str) -> list[Passage]:
    """Split a text into passages of up to `longest` characters that fit, or of one sentence that does not.

    A paragraph begins a passage, unless the last one is half empty. A text that opens well is one if it fits.
    """

    def holds(group: Sequence[Candidate]) -> bool:
        text = in_paragraphs(group, between)
        return len(text) <= longest and fits(text)

    characters = sum(len(sentence.text) for sentence in sentences)
    if characters <= longest and sentences[0].opens and holds(sentences):
        return [_passage(sentences, longest, between)]
    groups: list[list[Candidate]] = []
    for sentence in sentences:
        if groups and _goes_on(groups[-1], sentence, longest) and holds([*groups[-1], sentence]):
            groups[-1].append(sentence)
        else:
            groups.append([sentence])
    return [_passage(group, longest, between) for group in groups]


def _goes_on(group: Sequence[Candidate], sentence: Candidate, longest: int) -> bool:
    last = group[-1]
    if (sentence.section, sentence.position) != (last.section, last.position + 1):
        return False
    if sentence.opens and not group[0].opens:
        return False
    is_half_empty = 2 * sum(len(one.text) for one in group) < longest
    return sentence.kind == "item" or sentence.paragraph == last.paragraph or is_half_empty


def _passage(group: Sequence[Candidate], longest: int, between: str) -> Passage:
    text = in_paragraphs(group, between)
    return Passage(
        text,
        group,
        stress=len(frozenset[str]().union(*(sentence.stressed for sentence in group))),
        is_whole=group[0].opens and not text.endswith((":", "\uff1a", ",")),
        score=sum(sentence.score for sentence in group) / len(group)
        + _FILLED * min(len(text) / (0.85 * longest), 1.0),
    )


def in_paragraphs(sentences: Sequence[Candidate], between: str = "\n\n") -> str:
    """Join sentences to the paragraphs and lists that they come from."""
    text = ""
    for _, paragraph in groupby(sentences, key=lambda one: one.paragraph):
        joined = list(paragraph)
        before = "\n• " if joined[0].kind == "item" else between
        text += (before if text else "") + " ".join(sentence.text for sentence in joined)
    return text
