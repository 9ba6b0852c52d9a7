"""Writing a post: the platform's shape proposes, `write` judges, and something that fits always comes out."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import Final

from attrs import frozen

from pandocast_server.generation.analysis import Analysis
from pandocast_server.generation.cleaning import one_line
from pandocast_server.generation.counting import fits, part_fits, shorten
from pandocast_server.generation.material import Candidate, Passage, candidates, in_paragraphs, passages
from pandocast_server.generation.platforms import PART_SEPARATOR, PLATFORMS, Platform, Shape
from pandocast_server.generation.voice import VoiceProfile

_BLANK_LINES: Final = re.compile(r"\n{3,}")
_PARAGRAPH: Final = 420
_CAPTION_LINE: Final = 150
_MOST_OPENINGS: Final = 12
_SUBJECT: Final = 60
"""Characters of a subject line that mail programs show."""


def eligible_platforms(analysis: Analysis, title: str) -> list[str]:
    """List the platforms whose limits the content can meet, in the order of the table; never empty."""
    characters = sum(len(sentence.text) for sentence in analysis.sentences) or len(title.strip())
    return [
        platform.id
        for platform in PLATFORMS.values()
        if len(analysis.sentences) >= platform.min_sentences and characters >= platform.min_characters
    ]


def write(
    analysis: Analysis,
    title: str,
    platform: Platform,
    voice: VoiceProfile | None = None,
    emphasis_notes: str | None = None,
) -> str:
    """Write the post for one platform from the sentences of an analysed text.

    It `fits`, is never empty, and is the same for the same arguments. A platform for which the text is not
    eligible gets a shorter form, such as one post for a thread.
    """
    voice = voice or VoiceProfile()
    title = one_line(title)
    sentences = candidates(analysis, title, voice, emphasis_notes)
    sheet = _Sheet(analysis, "" if voice.hits(title) else title, sentences, platform, voice)
    finished = map(sheet.finished, _proposals(sheet))
    return next(text for text in finished if text and fits(text, platform) and not voice.hits(text))


@frozen
class _Sheet:
    """What a post is written from, without what the voice avoids, and for which platform."""

    analysis: Analysis
    title: str
    sentences: Sequence[Candidate]
    platform: Platform
    voice: VoiceProfile

    def has(self, *traits: str) -> bool:
        return not self.voice.traits.isdisjoint(traits)

    def fits(self, text: str) -> bool:
        return part_fits(text, self.platform)

    def shortened(self, text: str, frame: str = "") -> str:
        """Shorten `text` until it fits together with `frame`."""
        longest = max(0, self.platform.max_part_characters - len(frame))
        return shorten(text, lambda part: self.fits(frame + part), longest)

    def finished(self, text: str) -> str:
        """Take out, line by line, what the voice avoids and composing may have brought in."""
        if self.voice.hits(text):
            text = "\n".join(map(self.voice.without_avoided, text.split("\n")))
        return _BLANK_LINES.sub("\n\n", text).strip()

    @property
    def tags(self) -> str:
        """The line of hashtags that is customary, or that the voice profile asks for; perhaps empty."""
        topics = [phrase for phrase in self.analysis.key_phrases if not self.voice.hits(phrase)]
        customary = 0 if self.has("formal") else self.platform.hashtags
        count = self.voice.hashtags(self.platform.id, customary)
        # Each word begins with a capital, so that screen readers tell the words apart.
        names = ("".join(word[0].upper() + word[1:] for word in topic.split()) for topic in topics[:count])
        return " ".join(f"#{name}" for name in names)

    def passages(self, longest: int, *, frame: str = "", between: str = "\n\n") -> list[Passage]:
        """Split the text into passages that fit together with `frame`."""
        return passages(self.sentences, lambda text: self.fits(frame + text), longest, between)

    def opening(self, found: Sequence[Passage]) -> Passage:
        """Return the one of the best passages whose turn it is."""
        ranked = _ranked(found)[:_MOST_OPENINGS]
        best = ranked[0]
        rivals = [one for one in ranked if one.is_whole == best.is_whole and 2 * one.stress >= best.stress]
        return rivals[self.platform.turn % len(rivals)]

    def best(self, found: Sequence[Passage], wanted: int) -> list[Passage]:
        """Return the best passages in the order of the text; a concise voice halves `wanted`."""
        most = wanted // (2 if self.has("concise") else 1) * (2 if self.has("detailed") else 1)
        return sorted(_ranked(found)[:most], key=lambda one: one.sentences[0].position)

    def stacked(self, *paragraphs: str) -> str:
        """Set different paragraphs under each other, leaving out the last ones until the post fits."""
        kept = list(dict.fromkeys(paragraph for paragraph in paragraphs if paragraph))
        while len(kept) > 1 and not self.fits("\n\n".join(kept)):
            kept.pop()
        return self.shortened("\n\n".join(kept))


def _ranked(found: Sequence[Passage]) -> list[Passage]:
    return sorted(found, key=lambda one: one.rank, reverse=True)


def _single(sheet: _Sheet) -> str:
    """Write the whole text where it fits, else a passage that stands alone; and hashtags."""
    limit = sheet.platform.max_part_characters
    ending = f"\n\n{sheet.tags}".rstrip()
    if 2 * len(ending) > limit:
        ending = ""
    longest = (limit - len(ending)) // (2 if sheet.has("concise") else 1)
    opening = sheet.opening(sheet.passages(longest, frame=ending))
    return sheet.shortened(opening.text, ending) + ending


def _thread(sheet: _Sheet) -> str:
    """Write numbered posts from how the text begins to how it ends; a plain post where one is enough.

    A later turn begins with a later passage.
    """
    number = f"{sheet.platform.max_parts}/{sheet.platform.max_parts} "
    longest = sheet.platform.max_part_characters - len(number)
    found = sheet.passages(longest, frame=number, between=" ")
    if len(found) == 1:
        return _single(sheet)
    begin, *others = found[sheet.platform.turn % (len(found) - 1) :]
    chosen = [begin, *sheet.best(others[:-1], 10), others[-1]]
    texts = [sheet.shortened(passage.text, number) for passage in chosen]
    return PART_SEPARATOR.join(f"{place}/{len(texts)} {text}" for place, text in enumerate(texts, 1))


def _article(sheet: _Sheet) -> str:
    """Write a passage that opens well, the best of the rest, and hashtags."""
    found = sheet.passages(_PARAGRAPH)
    opening = sheet.opening(found)
    rest = sheet.best([passage for passage in found if passage is not opening], 5)
    return sheet.stacked(opening.text, *(passage.text for passage in rest), sheet.tags)


def _caption(sheet: _Sheet) -> str:
    """Write the title, short passages with air between them, and hashtags."""
    lines = (passage.text for passage in sheet.best(sheet.passages(_CAPTION_LINE), 4))
    return sheet.stacked(sheet.title, *lines, sheet.tags)


def _letter(sheet: _Sheet) -> str:
    """Write a subject line, and the text or the best of it under its headings."""
    found = sheet.passages(_PARAGRAPH)
    chosen = [sentence for passage in sheet.best(found, 8) for sentence in passage.sentences]
    sections: list[str] = []
    for section, sentences in groupby(chosen, key=lambda one: one.section):
        heading = sheet.analysis.headings[section]
        heading = "" if sheet.voice.hits(heading) else heading
        sections.append(f"{heading}\n{in_paragraphs(list(sentences))}".strip())
    subject = sheet.title or sheet.opening(found).text
    subject = shorten(subject, lambda text: len(text) <= _SUBJECT, _SUBJECT)
    return sheet.stacked(f"Subject: {subject}", *sections)


_SHAPES: Final[Mapping[Shape, Callable[[_Sheet], str]]] = {
    "single": _single,
    "thread": _thread,
    "article": _article,
    "caption": _caption,
    "letter": _letter,
}


def _proposals(sheet: _Sheet) -> Iterator[str]:
    """Yield texts from the best to the barest; no profile can avoid every character there is."""
    if sheet.sentences:
        yield _SHAPES[sheet.platform.shape](sheet)
        yield _single(sheet)
    for sentence in sheet.sentences:
        yield sheet.shortened(sentence.text)
    yield sheet.shortened(sheet.title)
    yield "Untitled"
    yield from map(chr, chain(range(0x25A0, 0x2600), range(0x4E00, 0x9FFF)))
