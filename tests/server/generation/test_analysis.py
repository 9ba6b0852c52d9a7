import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.generation.analysis import Analysis, Sentence, analyze

TEXT = """# The title

An opening sentence. It goes on.

## First section

Section one speaks of memory. Memory matters to agents.

- An item about memory.
- Another item.

> A quotation on memory.
"""

PARAGRAPH = "The quick brown fox jumps over the lazy dog and goes home. It was late, and *nobody* saw it.\n\n"

HUGE = {
    "prose": PARAGRAPH * 10_000,
    "no spaces": "a" * 1_000_000,
    "emoji": "😀" * 1_000_000,
    "blank lines": "\n" * 100_000,
    "quotation marks of Markdown": "> a\n" * 250_000,
    "brackets": "[" * 1_000_000,
    "images": "![" * 500_000,
    "items": "- a\n" * 250_000,
    "headings": "# a\n" * 250_000,
    "emphasis": "**a*_" * 200_000,
    "tags": "<script>" * 125_000,
    "angles": "<a " * 333_333,
    "sections of CDATA": "a <![CDATA[" * 90_000,
    "one sentence": "word " * 10_000,
    "initials": "A. " * 300_000,
    "combining marks": "e" + "\u0301" * 100_000,
}


def sentence(text: str, kind: str, section: int, paragraph: int, position: int) -> Sentence:
    return Sentence(text, kind, section, paragraph, position)  # type: ignore[arg-type]  # one of the literals


def test_sentences_know_their_place() -> None:
    analysis = analyze(TEXT, "The Title")
    assert analysis.headings == ("", "First section")
    assert analysis.sentences == (
        sentence("An opening sentence.", "prose", 0, 1, 0),
        sentence("It goes on.", "prose", 0, 1, 1),
        sentence("Section one speaks of memory.", "prose", 1, 3, 2),
        sentence("Memory matters to agents.", "prose", 1, 3, 3),
        sentence("An item about memory.", "item", 1, 4, 4),
        sentence("Another item.", "item", 1, 5, 5),
        sentence("A quotation on memory.", "quote", 1, 6, 6),
    )


def test_subject_and_length() -> None:
    analysis = analyze(TEXT, "The Title")
    assert analysis.key_phrases == ("memory", "item")
    assert analysis.word_count == 25
    assert (analysis.reading_seconds, analysis.reading_minutes) == (7, 1)


def test_reading_time_follows_the_words() -> None:
    assert analyze("word " * 2380, "t").reading_seconds == 600
    assert analyze("word " * 2380, "t").reading_minutes == 10


def test_headings_alone_are_the_text() -> None:
    analysis = analyze("# One\n\n## Two", "t")
    assert [one.text for one in analysis.sentences] == ["One", "Two"]


@pytest.mark.parametrize("text", ["", " ", "\n", ".", "*", "\x01", "```\ncode = 1\n```"])
def test_a_text_without_prose_has_no_sentences(text: str) -> None:
    analysis = analyze(text, "title")
    assert analysis.sentences == ()
    assert analysis.reading_seconds == 1


@given(st.text(st.characters()), st.text(st.characters()))
def test_any_text_is_analysed_and_stored(text: str, title: str) -> None:
    analysis = analyze(text, title)
    stored = analysis.to_json()
    assert Analysis.from_json(stored) == analysis
    assert analyze(text, title) == analysis
    positions = [one.position for one in analysis.sentences]
    assert positions == sorted(set(positions))
    assert all("\n" not in one.text and one.text.strip() for one in analysis.sentences)


@pytest.mark.slow
@pytest.mark.parametrize("name", HUGE)
def test_a_million_characters_are_analysed_in_bounded_time_and_space(name: str) -> None:
    analyze("Load the libraries.", "t")
    start = time.process_time()
    analysis = analyze(HUGE[name], "t")
    # Some 1.5 s at worst on an idle machine; whatever grows with the square takes minutes.
    assert time.process_time() - start < 30
    assert len(analysis.sentences) <= 3_000
    assert len(analysis.to_json()) < 600_000


def test_of_a_long_text_the_beginning_is_read_and_every_word_counted() -> None:
    text = "\n\n".join(
        f"Paragraph {number} says one thing. And it says another thing." for number in range(20_000)
    )
    analysis = analyze(text, "t")
    assert analysis.sentences[0].text == "Paragraph 0 says one thing."
    assert len(analysis.sentences) == 3_000
    assert analysis.word_count == pytest.approx(20_000 * 10, abs=2)  # a word may be cut in two
