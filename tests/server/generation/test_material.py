import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.generation.material import mentioned, read_emphasis


def is_wanted(notes: str | None, sentence: str) -> bool:
    return bool(mentioned(sentence, read_emphasis(notes)[0]))


def is_unwanted(notes: str | None, sentence: str) -> bool:
    return bool(mentioned(sentence, read_emphasis(notes)[1]))


@pytest.mark.parametrize("notes", [None, "", "Focus on the most important parts, please", "¿?", "…"])
def test_notes_without_a_subject_want_nothing(notes: str | None) -> None:
    assert read_emphasis(notes) == (set(), set())


@pytest.mark.parametrize(
    "notes", ["memory", "Focus on the AI memory angle", "MEMORIES!", "don't forget memory"]
)
def test_wanted_words_are_found_in_any_form(notes: str) -> None:
    assert is_wanted(notes, "Memory keeps facts.")
    assert not is_wanted(notes, "Pricing is another matter.")
    assert not is_unwanted(notes, "Memory keeps facts.")


@pytest.mark.parametrize(
    "notes",
    ["memory, not pricing", "Memory without the prices", "memory; don't mention pricing", "less pricing"],
)
def test_denied_words_are_unwanted(notes: str) -> None:
    assert is_unwanted(notes, "Pricing is another matter.")


def test_a_denial_ends_with_its_clause() -> None:
    assert is_wanted("Not pricing, but memory", "Memory keeps facts.")


@given(st.text(st.characters()), st.text())
def test_any_notes_can_be_read(notes: str, sentence: str) -> None:
    wanted, unwanted = read_emphasis(notes)
    assert wanted.isdisjoint(unwanted)
    assert mentioned(sentence, wanted) <= wanted
