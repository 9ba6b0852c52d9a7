"""What is known of an upload after its analysis: its sentences, its subject, how long it takes to read."""

import json
import math
import re
from typing import Any, Final

import attrs
from attrs import frozen

from pandocast_server.generation.cleaning import clean, has_substance, one_line
from pandocast_server.generation.markup import Block, Kind, read_blocks
from pandocast_server.generation.words import find_key_phrases, split_sentences

_READ: Final = 120_000
"""Characters of which sentences are made, some two hours of speech."""

_MOST_SENTENCES: Final = 3_000
_WORDS_A_MINUTE: Final = 238
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


@frozen
class Sentence:
    """One sentence, on one line and without markup, and its place in the text.

    `section` is an index into `Analysis.headings`; paragraphs and positions are counted over the whole text.
    """

    text: str
    kind: Kind
    section: int
    paragraph: int
    position: int


@frozen
class Analysis:
    """The result of `analyze`; the first heading is empty and stands for what precedes any heading."""

    sentences: tuple[Sentence, ...]
    headings: tuple[str, ...]
    key_phrases: tuple[str, ...]
    word_count: int
    reading_seconds: int

    @property
    def reading_minutes(self) -> int:
        return max(1, round(self.reading_seconds / 60))

    def to_json(self) -> str:
        """Write as compact JSON, for storing beside the upload."""
        return json.dumps(attrs.asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, stored: str) -> "Analysis":
        """Read what `to_json` wrote."""
        fields: dict[str, Any] = json.loads(stored)
        sentences = tuple(Sentence(**sentence) for sentence in fields.pop("sentences"))
        headings, key_phrases = tuple(fields.pop("headings")), tuple(fields.pop("key_phrases"))
        return cls(sentences, headings, key_phrases, **fields)


def analyze(raw_content: str, title: str) -> Analysis:
    """Analyse plain text, Markdown or HTML of any length and content; never fails on one.

    Sentences are made of the first 120 000 characters, words counted in all of them.
    """
    text = clean(raw_content)
    headings, sentences = _outline(read_blocks(text[:_READ]), one_line(title))
    texts = [sentence.text for sentence in sentences]
    word_count = sum(len(_WORD.findall(part)) for part in (*texts, text[_READ:]))
    return Analysis(
        sentences=tuple(sentences[:_MOST_SENTENCES]),
        headings=tuple(headings),
        key_phrases=find_key_phrases(texts),
        word_count=word_count,
        reading_seconds=max(1, math.ceil(word_count * 60 / _WORDS_A_MINUTE)),
    )


def _outline(blocks: list[Block], title: str) -> tuple[list[str], list[Sentence]]:
    """Return the headings and the sentences; a text of headings alone has these as its sentences."""
    headings = [""]
    sentences: list[Sentence] = []
    for paragraph, block in enumerate(blocks):
        if block.kind == "heading":
            heading = one_line(block.text)
            if has_substance(heading) and heading.casefold() != title.casefold():
                headings.append(heading)
        else:
            for text in split_sentences(block.text):
                sentences.append(Sentence(text, block.kind, len(headings) - 1, paragraph, len(sentences)))
    if not sentences:
        sentences = [Sentence(text, "prose", 0, place, place) for place, text in enumerate(headings[1:])]
    return headings, sentences
