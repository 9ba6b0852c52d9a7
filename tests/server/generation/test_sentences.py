import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.generation.sentences import is_balanced, is_closed, split_sentences


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
    ("sentence", "closed", "balanced"),
    [
        ("Done.", True, True),
        ("“Done?”", True, True),
        ("Done.)", True, False),
        ("A heading", False, True),
        ("完成。", True, True),
        ('He said "no.', True, False),
        ("(See above.)", True, True),
        ("It\u2019s fine.", True, True),
    ],
)
def test_form(sentence: str, closed: bool, balanced: bool) -> None:  # noqa: FBT001 - a table
    assert is_closed(sentence) is closed
    assert is_balanced(sentence) is balanced
