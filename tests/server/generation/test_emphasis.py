import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.generation.emphasis import read_emphasis

SENTENCES = ["Memory keeps facts.", "Pricing is another matter.", "Scheduled posts wait."]


def weight(notes: str | None, sentence: str) -> float:
    return read_emphasis(notes, SENTENCES).of(sentence)


@pytest.mark.parametrize("notes", [None, "", "Focus on the most important parts, please", "¿?", "…"])
def test_notes_without_a_subject_weigh_nothing(notes: str | None) -> None:
    assert all(weight(notes, sentence) == 0 for sentence in SENTENCES)


@pytest.mark.parametrize(
    "notes", ["memory", "Focus on the AI memory angle", "MEMORIES!", "don't forget memory"]
)
def test_wanted_words_weigh_in_any_form(notes: str) -> None:
    assert weight(notes, "Memory keeps facts.") == 1
    assert weight(notes, "Pricing is another matter.") == 0


@pytest.mark.parametrize(
    "notes",
    ["memory, not pricing", "Memory without the prices", "memory; don't mention pricing", "less pricing"],
)
def test_denied_words_weigh_against(notes: str) -> None:
    assert weight(notes, "Pricing is another matter.") == -1


def test_a_denial_ends_with_its_clause() -> None:
    assert weight("Not pricing, but memory", "Memory keeps facts.") == 1


def test_words_of_scripts_without_spaces_are_found_anywhere() -> None:
    assert read_emphasis("记忆", ["关于记忆的文章。"]).of("关于记忆的文章。") == 1


def test_a_frequent_word_weighs_less_and_nothing_beside_a_rare_one() -> None:
    sentences = [*["Posts wait."] * 60, *["Other things happen."] * 38, "A badger digs.", "A badger sleeps."]
    alone = read_emphasis("posts", sentences)
    assert 0 < alone.of("Posts wait.") < 0.5
    both = read_emphasis("posts and badgers", sentences)
    assert both.of("Posts wait.") == 0
    assert both.of("A badger digs.") == 1


@given(st.text(st.characters()), st.lists(st.text(), max_size=5))
def test_any_notes_can_be_read(notes: str, sentences: list[str]) -> None:
    emphasis = read_emphasis(notes, sentences)
    assert all(-1 <= weight <= 1 for weight in emphasis.weights.values())
