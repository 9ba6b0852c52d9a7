"""What is known of an upload after its analysis: its sentences, its subject, how long it takes to read."""

import json
import math
import re
from collections.abc import Iterator
from typing import Final, cast

import attrs
from attrs import frozen

from pandocast_server.generation.cleaning import clean, has_substance, one_line
from pandocast_server.generation.keywords import find_key_phrases, find_topics
from pandocast_server.generation.languages import guess_language
from pandocast_server.generation.markup import Block, Kind, read_blocks
from pandocast_server.generation.sentences import is_closed, split_sentences

_READ: Final = 120_000
"""Characters of which sentences are made, some two hours of speech; of a longer text, spread windows."""

_WINDOWS: Final = 20
_MOST_SENTENCES: Final = 3_000
_KEPT_TOGETHER: Final = 30
_WORDS_A_MINUTE: Final = 238
_LONGEST_TITLE_LINE: Final = 60
_WORD: Final = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"  # scripts without spaces
    r"|[^\W_\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+(?:['\u2019-][^\W_]+)*"
)


@frozen
class Sentence:
    """One sentence and its place in the text.

    Attributes:
        text: The sentence on one line, without markup.
        kind: "prose", "item" (of a list) or "quote".
        section: Index into `Analysis.headings` of the heading that it stands under.
        paragraph: Number of its paragraph; sentences of different paragraphs are never joined.
        position: Number of the sentence in the text as it was read, from 0.
    """

    text: str
    kind: Kind
    section: int
    paragraph: int
    position: int


@frozen
class Analysis:
    """The result of `analyze`: plain values, equal for equal input.

    Attributes:
        sentences: In the order of the text; at most 3 000, from its beginning to its end.
        headings: Of the sections; the first is empty and stands for what precedes any heading.
        key_phrases: Up to twelve, the weightiest first.
        topics: Up to six short ones, for hashtags.
        language: As `languages.guess_language` tells it, "" when unknown.
        word_count: Of the whole text; an ideograph counts as a word.
        reading_seconds: At 238 words a minute, at least 1.
    """

    sentences: tuple[Sentence, ...]
    headings: tuple[str, ...]
    key_phrases: tuple[str, ...]
    topics: tuple[str, ...]
    language: str
    word_count: int
    reading_seconds: int

    @property
    def reading_minutes(self) -> int:
        return max(1, round(self.reading_seconds / 60))

    @property
    def prose_characters(self) -> int:
        """Characters of the sentences that are read, without the spaces between them."""
        return sum(len(sentence.text) for sentence in self.sentences)

    def to_json(self) -> str:
        """Write as compact JSON, for storing beside the upload."""
        return json.dumps(attrs.asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, stored: str | bytes) -> "Analysis":
        """Read what `to_json` wrote.

        Raises:
            ValueError: It is not such JSON.
        """
        try:
            fields = cast("dict[str, object]", json.loads(stored))
            sentences = cast("list[dict[str, object]]", fields.pop("sentences"))
            names = ("headings", "key_phrases", "topics")
            lists = {name: tuple(cast("list[str]", fields.pop(name))) for name in names}
            made = tuple(Sentence(**sentence) for sentence in sentences)  # type: ignore[arg-type]  # by name
            return cls(sentences=made, **lists, **fields)  # type: ignore[arg-type]  # TypeError says which
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError("not a stored analysis") from error


def analyze(raw_content: str, title: str) -> Analysis:
    """Analyse plain text, Markdown or HTML of any length and content; never fails on one.

    Of more than 120 000 characters, twenty windows spread from the first to the last are read for sentences,
    so that a million take no longer; words are counted in all of it.
    """
    text = clean(raw_content)
    read = _windows(text)
    headings, sentences = _outline(read_blocks(read), one_line(title))
    texts = [sentence.text for sentence in sentences]
    language = guess_language(" ".join(texts[:200]))
    key_phrases = find_key_phrases(texts, headings, language)
    counted = texts if read is text else [text]
    word_count = sum(len(_WORD.findall(part)) for part in counted)
    return Analysis(
        sentences=tuple(_thinned(sentences)),
        headings=tuple(headings),
        key_phrases=key_phrases,
        topics=find_topics(key_phrases, texts, title, language),
        language=language,
        word_count=word_count,
        reading_seconds=max(1, math.ceil(word_count * 60 / _WORDS_A_MINUTE)),
    )


def _windows(text: str) -> str:
    """Take what is read of a long text: windows that begin and end at paragraphs where there are any."""
    if len(text) <= _READ:
        return text
    size = _READ // _WINDOWS
    windows: list[str] = []
    for number in range(_WINDOWS):
        start = number * (len(text) - size) // (_WINDOWS - 1)
        window = text[start : start + size]
        begin = window.find("\n\n") + 2 if number > 0 else 0
        end = window.rfind("\n\n") if number < _WINDOWS - 1 else len(window)
        windows.append(window[begin if begin < size // 2 else 0 : end if end > size // 2 else len(window)])
    return "\n\n".join(windows)


def _outline(blocks: list[Block], title: str) -> tuple[list[str], list[Sentence]]:
    headings = [""]
    sentences: list[Sentence] = []
    for paragraph, block in enumerate(_with_title_lines(blocks)):
        if block.kind == "heading":
            heading = one_line(block.text)
            if has_substance(heading) and heading.casefold() != title.casefold():
                headings.append(heading)
            continue
        for text in split_sentences(block.text):
            sentences.append(Sentence(text, block.kind, len(headings) - 1, paragraph, len(sentences)))
    if not sentences:
        sentences = [Sentence(text, "prose", 0, place, place) for place, text in enumerate(headings[1:])]
    return headings, sentences


def _with_title_lines(blocks: list[Block]) -> Iterator[Block]:
    """Find the headings of plain text: short, unfinished lines above a finished paragraph or beginning it."""
    for place, block in enumerate(blocks):
        first, _, rest = block.text.strip().partition("\n")
        following = rest.strip() or (blocks[place + 1].text.strip() if place + 1 < len(blocks) else "")
        if block.kind != "prose" or not _is_title_line(first.strip(), following):
            yield block
        else:
            yield Block("heading", first)
            if rest.strip():
                yield Block("prose", rest)


def _is_title_line(line: str, following: str) -> bool:
    next_line = following.partition("\n")[0]
    return (
        len(line) <= _LONGEST_TITLE_LINE
        and not is_closed(line)
        and not line.endswith(",")
        and following[:1].isupper()
        # The lines of a wrapped paragraph and of a poem are of about one length.
        and len(next_line) > max(_LONGEST_TITLE_LINE, 1.5 * len(line))
        and is_closed(following)
    )


def _thinned(sentences: list[Sentence]) -> list[Sentence]:
    """Keep at most 3 000, evenly spread in groups that belong together."""
    every = math.ceil(len(sentences) / _MOST_SENTENCES)
    if every <= 1:
        return sentences
    return [one for one in sentences if (one.position // _KEPT_TOGETHER) % every == 0]
