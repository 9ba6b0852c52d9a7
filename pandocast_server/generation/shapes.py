"""The shapes of posts: single, thread, article, story, caption, letter."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby, islice
from typing import Final

from attrs import frozen

from pandocast_server.generation.counting import part_fits
from pandocast_server.generation.keywords import hashtags
from pandocast_server.generation.passages import (
    Candidate,
    Fits,
    Material,
    in_paragraphs,
    joined,
    passages,
    ranked,
)
from pandocast_server.generation.platforms import PART_SEPARATOR, Platform, Shape
from pandocast_server.generation.shortening import shorten

_FLOURISHES: Final = ("✨", "🚀", "🎈", "💡", "🙌", "🎉")
_SENTENCES: Final = 5
_OPENING: Final = 280
_MOST_OPENINGS: Final = 12
_RIVAL: Final = 3.0
"""Passages that score so much less than the best one still may open a post."""

_PARAGRAPH: Final = 420
_STORY: Final = 900
_CAPTION_LINE: Final = 150
_THREAD: Final = 12
_TOLD_WHOLE: Final = 2_000
"""Characters up to which threads and letters tell a text in full."""

_SUBJECT: Final = 60
"""Characters of a subject line that mail programs show."""


@frozen
class Sheet:
    """What a post is written from, and for which platform; a shape fills it."""

    material: Material
    platform: Platform

    def has(self, *traits: str) -> bool:
        return not self.material.voice.traits.isdisjoint(traits)

    def fits(self, text: str) -> bool:
        return part_fits(text, self.platform)

    def shortened(self, text: str) -> str:
        return shorten(text, self.fits, self.platform.max_part_characters)

    @property
    def flourish(self) -> str:
        """What a playful voice adds to an opening."""
        return f" {_FLOURISHES[self.platform.turn % len(_FLOURISHES)]}" if self.has("playful") else ""

    @property
    def tags(self) -> str:
        """The line of hashtags that is customary, or that the voice profile asks for; perhaps empty."""
        voice = self.material.voice
        topics = [phrase for phrase in self.material.analysis.key_phrases if not voice.hits(phrase)]
        customary = 0 if self.has("formal") else self.platform.hashtags
        return " ".join(hashtags(topics, voice.hashtags(self.platform.id, customary)))

    def scaled(self, number: int) -> int:
        """Return half of a number for a concise voice, and twice as much for a detailed one."""
        return number // (2 if self.has("concise") else 1) * (2 if self.has("detailed") else 1)

    def is_told_whole(self) -> bool:
        return sum(len(one.text) for one in self.material.sentences) <= self.scaled(_TOLD_WHOLE)

    def ours(self, sentence: str) -> str:
        """Return a sentence of our own if the text is English, and the voice neither formal nor concise."""
        is_english = self.material.analysis.language == "en"
        return sentence if is_english and not self.has("formal", "concise") else ""

    def opening(self, most: int, longest: int = _PARAGRAPH, ending: str = "") -> tuple[str, list[Candidate]]:
        """Return the passage whose turn it is to open, and its paragraph from there on."""
        sentences = self.material.sentences
        found = list(ranked(sentences, lambda _: True, _OPENING, _SENTENCES))
        found = [
            one
            for one in found[:_MOST_OPENINGS]
            if one.rank[:2] == found[0].rank[:2] and one.score > found[0].score - _RIVAL
        ]
        if not found:
            return self.shortened(sentences[0].text if sentences else self.material.title), []
        first = found[self.platform.turn % len(found)].first
        paragraph = [
            one for one in sentences if one.paragraph == first.paragraph and one.position >= first.position
        ]
        taken = _run(paragraph[:most], lambda text: self.fits(text + ending), longest)
        if not taken:
            return self.shortened(first.text), paragraph
        text = joined(taken)
        if self.has("bold") and len(taken) > 1:  # it begins with a bang
            text = f"{first.text}\n\n{joined(taken[1:])}"
        return text + self.flourish, paragraph

    def told(
        self, wanted: int, longest: int, most: int, used: Sequence[Candidate] = ()
    ) -> list[list[Candidate]]:
        """Choose the best passages of the text, in its order.

        Args:
            wanted: How many, for a voice that is neither concise nor detailed.
            longest: Characters of a passage.
            most: Sentences of a passage.
            used: What has been told.
        """
        left = [sentence for sentence in self.material.sentences if sentence not in used]
        chosen = islice(ranked(left, self.fits, longest, most), self.scaled(wanted))
        return [list(one.sentences) for one in sorted(chosen, key=lambda one: one.first.position)]

    def stacked(self, *paragraphs: str) -> str:
        """Set paragraphs under each other, leaving out the last ones until the post fits."""
        kept = [paragraph for paragraph in paragraphs if paragraph]
        while len(kept) > 1 and not self.fits("\n\n".join(kept)):
            kept.pop()
        return self.shortened("\n\n".join(kept))


def _run(sentences: Sequence[Candidate], fits: Fits, longest: int) -> Sequence[Candidate]:
    """Return the longest passage that begins with the first sentence."""
    found = [one.sentences for one in passages(sentences, fits, longest, _SENTENCES)]
    return max((one for one in found if one[0] is sentences[0]), key=len, default=())


def single(sheet: Sheet) -> str:
    """Write the whole text where it fits, else a passage that stands alone; and a hashtag."""
    ending = f"{sheet.flourish}\n\n{sheet.tags}".rstrip()
    sentences = sheet.material.sentences
    is_choosy = sheet.has("concise", "bold") or any(one.stressed for one in sentences)
    if sentences and sentences[0].opens and sheet.is_told_whole() and not is_choosy:
        whole = in_paragraphs(sentences) + ending
        if sheet.fits(whole):
            return whole
    most = 1 if sheet.has("concise") else _SENTENCES
    longest = sheet.platform.max_part_characters
    opening, paragraph = sheet.opening(most, longest, ending)
    left = longest - len(opening + ending) - 2
    more = sheet.told(1, left, most, paragraph) if longest > _PARAGRAPH else []
    return sheet.stacked("\n\n".join([opening, *map(joined, more)]), sheet.tags)


def _thread(sheet: Sheet) -> str:
    """Write numbered posts from how the text begins to how it ends; a plain post where one is enough."""
    number = f"{sheet.platform.max_parts}/{sheet.platform.max_parts} "
    longest = sheet.platform.max_part_characters - len(number)

    def holds(text: str) -> bool:
        return sheet.fits(f"{number}{text}{sheet.flourish}")

    is_whole = sheet.is_told_whole() or len(sheet.material.sentences) == 1
    posts = (_filled if is_whole else _selected)(sheet, holds, longest)
    texts = [shorten(in_paragraphs(post, " "), holds, longest) for post in posts]
    if not 2 <= len(texts) <= sheet.platform.max_parts or not all(texts):
        return single(sheet)
    texts[0] += sheet.flourish
    return PART_SEPARATOR.join(f"{place}/{len(texts)} {text}" for place, text in enumerate(texts, 1))


def _filled(sheet: Sheet, holds: Fits, longest: int) -> Sequence[Sequence[Candidate]]:
    """Fill posts with every sentence in order; a paragraph begins a post unless the last is half empty."""
    posts: list[list[Candidate]] = []
    for sentence in sheet.material.sentences:
        last = posts[-1] if posts else []
        goes_on = last and (sentence.kind == "item" or sentence.paragraph == last[-1].paragraph)
        is_half_empty = last and 2 * len(in_paragraphs(last)) < longest
        if (goes_on or is_half_empty) and holds(in_paragraphs([*last, sentence], " ")):
            last.append(sentence)
        else:
            posts.append([sentence])
    return posts


def _selected(sheet: Sheet, holds: Fits, longest: int) -> Sequence[Sequence[Candidate]]:
    """Choose how the text begins, the best of it, and how it ends."""
    sentences = sheet.material.sentences
    begin = _run(sentences[:_SENTENCES], holds, longest) or sentences[:1]
    ends = [one.sentences for one in passages(sentences[-_SENTENCES:], holds, longest, _SENTENCES)]
    ends = [one for one in ends if one[-1] is sentences[-1]]
    end = max(ends, key=lambda one: (one[0].opens, len(one)), default=sentences[-1:])
    most = min(sheet.scaled(_THREAD), sheet.platform.max_parts) - 2
    left = [sentence for sentence in sentences if sentence not in begin and sentence not in end]
    chosen = islice(ranked(left, holds, longest, _SENTENCES), most)
    return [begin, *(one.sentences for one in sorted(chosen, key=lambda one: one.first.position)), end]


def _article(sheet: Sheet) -> str:
    """Write a hook and what follows it, the best of the rest, a question and hashtags."""
    hook, paragraph = sheet.opening(1)
    following = joined(paragraph[1:4]) if not sheet.has("concise") else ""
    body = [joined(one) for one in sheet.told(4, _PARAGRAPH, 3, paragraph)]
    return sheet.stacked(hook, following, *body, sheet.ours("What would you add?"), sheet.tags)


def _story(sheet: Sheet) -> str:
    """Tell a section of the text from the passage whose turn it is."""
    opening, paragraph = sheet.opening(_SENTENCES, _STORY)
    end = paragraph[-1] if paragraph else None
    later = [one for one in sheet.material.sentences if end and one.position > end.position]
    after = [one for one in later if end and one.section == end.section][: sheet.scaled(4)]
    while after and after[-1].text.endswith(":"):  # what it announces is not told
        after.pop()
    named = f"From “{sheet.material.title}”." if sheet.material.title else ""
    return sheet.stacked(
        opening, in_paragraphs(after), sheet.ours(named), sheet.ours("How do you handle this?")
    )


def _caption(sheet: Sheet) -> str:
    """Write the title, single sentences with air between them, and hashtags."""
    lines = [joined(one) for one in sheet.told(4, _CAPTION_LINE, 1)] or [sheet.opening(1)[0]]
    title = sheet.material.title and sheet.material.title + sheet.flourish
    return sheet.stacked(title, *lines, sheet.ours("Save this for later."), sheet.tags)


def _letter(sheet: Sheet) -> str:
    """Write a subject line, the text or the best of it under its headings, and a call to action."""
    title, analysis, voice = sheet.material.title, sheet.material.analysis, sheet.material.voice
    lead = sheet.opening(1)[0]
    told = list(sheet.material.sentences)
    if not sheet.is_told_whole():
        told = [sentence for passage in sheet.told(7, _PARAGRAPH, _SENTENCES) for sentence in passage]
    written: list[str] = []
    for section, sentences in groupby(told, key=lambda one: one.section):
        heading = "" if voice.hits(analysis.headings[section]) else analysis.headings[section]
        written.append(f"{heading}\n{in_paragraphs(list(sentences))}".strip())
    subject = shorten(title or lead, lambda text: len(text) <= _SUBJECT, _SUBJECT)
    minutes = f"{analysis.reading_minutes} minute{'s' if analysis.reading_minutes > 1 else ''}"
    action = f"Read the whole article: “{title}” ({minutes})." if title else ""
    return sheet.stacked(
        f"Subject: {subject}{sheet.flourish}",
        *(written or [lead] * bool(sheet.material.sentences)),
        sheet.ours(action),
    )


SHAPES: Final[Mapping[Shape, Callable[[Sheet], str]]] = {
    "single": single,
    "thread": _thread,
    "article": _article,
    "story": _story,
    "caption": _caption,
    "letter": _letter,
}
