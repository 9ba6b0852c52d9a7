import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.generation.words import (
    find_key_phrases,
    is_closed,
    is_function_word,
    leans_back,
    split_sentences,
    words,
)

SENTENCES = [
    "Calm publishing begins with a voice profile.",
    "A voice profile fits on one page, and calm publishing needs no more.",
    "An editorial calendar helps.",
    "Nobody needs an editorial calendar that is full to the last slot.",
]


@pytest.mark.parametrize(
    ("sentence", "leans"),
    [
        ("This is why.", True),
        ("“But why?”", True),
        ("It\u2019s late.", True),
        ("A sentence that stands alone says it all.", False),
        ("123 …", False),
        ("", False),
    ],
)
def test_what_leans_on_the_sentence_before(sentence: str, leans: bool) -> None:  # noqa: FBT001 - a table
    assert leans_back(sentence) is leans


def test_words_are_folded_and_keep_inner_apostrophes() -> None:
    assert words("Don\u2019t STOP, 2 naïve-ish Straßen!") == ["don't", "stop", "naïve", "ish", "strassen"]


def test_words_of_grammar() -> None:
    assert all(map(is_function_word, ("the", "a", "don't")))
    assert not is_function_word("memory")


def test_pairs_that_recur_come_first_in_their_usual_case() -> None:
    assert find_key_phrases(SENTENCES) == ("Calm publishing", "voice profile", "editorial calendar")
    assert find_key_phrases(["AI agents plan.", "Most AI agents forget.", "AI agents learn."]) == (
        "AI agents",
    )


def test_without_pairs_they_are_words_that_recur() -> None:
    sentences = [
        "We like gardens.",
        "Every garden likes rain.",
        "Gardens are green, and rain is grey.",
        "Snow melts.",
    ]
    assert find_key_phrases(sentences) == ("gardens", "rain")


def test_a_word_said_once_is_none() -> None:
    assert find_key_phrases(["Hello there world."]) == ()


@pytest.mark.parametrize(
    ("paragraph", "sentences"),
    [
        ("", []),
        ("— …", []),
        ("One. Two? Three!", ["One.", "Two?", "Three!"]),
        (
            "Dr. Smith paid $3.50, e.g. for a coffee. She left.",
            ["Dr. Smith paid $3.50, e.g. for a coffee.", "She left."],
        ),
        ("A line\nand its\n\nrest.", ["A line and its rest."]),
        ("写一次。改很多次!真的吗?是。", ["写一次。", "改很多次!真的吗?是。"]),
        ("写一次。改很多次\uff01真的吗\uff1f是。", ["写一次。", "改很多次\uff01", "真的吗\uff1f", "是。"]),
        ("他说“好。”然后走了。", ["他说“好。”然后走了。"]),
        ("यह एक है। यह दो है।", ["यह एक है।", "यह दो है।"]),
        ("هل هذا جيد؟ نعم هو جيد.", ["هل هذا جيد؟", "نعم هو جيد."]),
    ],
)
def test_split(paragraph: str, sentences: list[str]) -> None:
    assert split_sentences(paragraph) == sentences


def test_a_long_paragraph_is_split_as_a_short_one() -> None:
    sentence = "This sentence is one of very many in its paragraph."
    assert split_sentences(" ".join([sentence] * 1_000)) == [sentence] * 1_000


@given(st.text())
def test_nothing_readable_is_lost(text: str) -> None:
    letters = [character for character in text if character.isalnum()]
    assert [character for character in "".join(split_sentences(text)) if character.isalnum()] == letters


@pytest.mark.parametrize(
    ("sentence", "closed"),
    [
        ("Done.", True),
        ("“Done?”", True),
        ("A heading", False),
        ("完成。", True),
        ("(See above.)", True),
        ("It\u2019s fine.", True),
    ],
)
def test_sentences_are_closed_and_headings_are_not(sentence: str, closed: bool) -> None:  # noqa: FBT001 - a table
    assert is_closed(sentence) is closed
