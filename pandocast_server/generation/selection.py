"""Choosing passages: which sentences of a text can stand alone, and which of them say most."""

from collections.abc import Container, Iterator, Sequence
from typing import Final

from attrs import frozen

from pandocast_server.generation.material import Candidate, Material
from pandocast_server.generation.shortening import Fits

_UNSPACED_END: Final = "\u3002\uff01\uff1f\uff61\u2026\u300d\u300f\uff09"
_FILLED: Final = 2.2
"""What a passage gains by filling its room, against some -2 to 4 for what its sentences say."""

_FULL: Final = 0.85
"""The share of the room from which on a passage counts as filling it."""

_LEADS: Final = 0.8
_LEANS: Final = 1.5
_EMPHASISED: Final = 3.0
_MOST_EMPHASIS: Final = 4.0
_MOST_TOLD: Final = 3
_FEW: Final = 3
_STANDARD: Final = 280
"""Characters of the passages by which the parts of a text are compared."""

_SENTENCES: Final = 4
_RIVAL: Final = 1.5
"""Passages that score so much less than the best one still may open a post."""


@frozen
class Passage:
    """Neighbouring sentences of one paragraph, as one text."""

    sentences: tuple[Candidate, ...]
    text: str
    score: float

    @property
    def opens(self) -> bool:
        return self.sentences[0].opens

    @property
    def stressed(self) -> bool:
        return any(sentence.stressed for sentence in self.sentences)


def join(text: str, following: str) -> str:
    """Join two sentences as their script does."""
    return text + following if not text or text[-1] in _UNSPACED_END else f"{text} {following}"


def in_paragraphs(sentences: Sequence[Candidate]) -> list[str]:
    """Join sentences to the paragraphs and lists that they come from."""
    paragraphs: list[str] = []
    before: Candidate | None = None
    for sentence in sentences:
        if before and sentence.is_item:
            paragraphs[-1] += f"\n• {sentence.text}"
        elif before and sentence.paragraph == before.paragraph:
            paragraphs[-1] = join(paragraphs[-1], sentence.text)
        else:
            paragraphs.append(sentence.text)
        before = sentence
    return paragraphs


def passages(
    sentences: Sequence[Candidate], fits: Fits, *, longest: int, most: int, used: Container[int] = ()
) -> Iterator[Passage]:
    """Yield every passage of up to `most` sentences and `longest` characters that fits and is not used."""
    for start in range(len(sentences)):
        taken: list[Candidate] = []
        text = ""
        for place, sentence in enumerate(sentences[start : start + most], start):
            if sentence.position in used or (taken and not sentence.continues(taken[-1])):
                break
            taken.append(sentence)
            text = join(text, sentence.text)
            if len(text) > longest or not fits(text):
                break
            following = sentences[place + 1] if place + 1 < len(sentences) else None
            if sentence.finishes(following) or len(sentences) == 1:
                yield Passage(tuple(taken), text, _score(taken, len(text) / longest))


def _score(sentences: Sequence[Candidate], filled: float) -> float:
    scores = [sentence.score for sentence in sentences]
    emphasis = sum(sentence.emphasis for sentence in sentences)
    return (
        (max(scores) + sum(scores) / len(scores)) / 2
        + _FILLED * min(filled / _FULL, 1.0)
        + _EMPHASISED * max(-_MOST_EMPHASIS, min(emphasis, _MOST_EMPHASIS))
        + (_LEADS if sentences[0].leads else 0.0)
        - (0.0 if sentences[0].opens else _LEANS)
    )


def best(found: Iterator[Passage]) -> Passage | None:
    """Take the best passage: what is emphasised first, then what can open, then by score and place."""
    return max(
        found,
        key=lambda one: (one.stressed, one.opens, one.score, -one.sentences[0].position),
        default=None,
    )


def beginning(sentences: Sequence[Candidate], fits: Fits, *, longest: int, most: int) -> Passage | None:
    """Take the longest passage that begins with the first of `sentences`."""
    found: Passage | None = None
    for passage in passages(sentences[:most], fits, longest=longest, most=most):
        found = passage if passage.sentences[0] is sentences[0] else found
    return found


def generosity(parts: Sequence[Sequence[Candidate]]) -> int:
    """Tell how many passages of a part may be told: more than one where few parts say what is emphasised."""
    stressed = sum(any(sentence.stressed for sentence in part) for part in parts)
    return _MOST_TOLD if stressed <= _FEW else 1


def told(
    sentences: Sequence[Candidate], fits: Fits, *, longest: int, most: int, generously: int
) -> list[Passage]:
    """Take the best passage; if it says what is emphasised, up to `generously` in all, in their order.

    One of them may be a passage that only stands near.
    """
    found: list[Passage] = []
    used: set[int] = set()
    while len(found) < generously:
        passage = best(passages(sentences, fits, longest=longest, most=most, used=used))
        if passage is None or (found and not (found[-1].stressed and (passage.stressed or passage.opens))):
            break
        found.append(passage)
        used.update(sentence.position for sentence in passage.sentences)
    return sorted(found, key=lambda one: one.sentences[0].position)


def opening(material: Material, fits: Fits, *, longest: int, most: int, turn: int) -> Passage | None:
    """Choose the opening whose turn it is: two platforms open alike only where the text has too few parts.

    Where something is emphasised, only parts that say it have a turn.
    """
    parts = _ranked_parts(material)
    place = turn % len(parts) if parts else 0
    found = [
        passage
        for part in (*parts[place:], *parts[:place])
        if (passage := best(passages(part, fits, longest=longest, most=most)))
    ]
    for passage in found:
        if passage.opens:
            return passage
    return found[0] if found else None


def _ranked_parts(material: Material) -> list[tuple[Candidate, ...]]:
    """Rank the parts by their best passages of a standard size; those that are far behind are left out."""
    rated = [
        (passage, part)
        for part in material.parts
        if (passage := best(passages(part, lambda _: True, longest=_STANDARD, most=_SENTENCES)))
    ]
    rated.sort(key=lambda pair: (-pair[0].score, pair[0].sentences[0].position))
    for preferred in (
        [pair for pair in rated if pair[0].stressed],
        [pair for pair in rated if pair[0].opens],
    ):
        if preferred:
            return [part for passage, part in preferred if passage.score >= preferred[0][0].score - _RIVAL]
    return list(material.parts)


def chosen_parts(material: Material, wanted: int, *, without: Container[int] = ()) -> list[int]:
    """Choose up to `wanted` parts by number, in their order: first those that say what is emphasised.

    The rest is spread from the first part to the last. Parts with a position of `without` are left out.
    """
    numbers = [
        number
        for number, part in enumerate(material.parts)
        if not any(sentence.position in without for sentence in part)
    ]
    stressed = [number for number in numbers if any(one.stressed for one in material.parts[number])][:wanted]
    others = [number for number in numbers if number not in stressed]
    free = min(wanted - len(stressed), len(others))
    spread = [others[place * (len(others) - 1) // max(free - 1, 1)] for place in range(free)]
    return sorted({*stressed, *spread})
