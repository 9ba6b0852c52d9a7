import pytest

from pandocast_server.generation.words import is_function_word, leans_back, words


@pytest.mark.parametrize(
    ("sentence", "leans"),
    [
        ("This is why.", True),
        ("“But why?”", True),
        ("It\u2019s late.", True),
        ("For them, it ends.", True),
        ("A sentence that stands alone says it all.", False),
        ("Dann kam der Regen.", False),
        ("123 …", False),
        ("", False),
    ],
)
def test_what_leans_on_the_sentence_before(sentence: str, leans: bool) -> None:  # noqa: FBT001 - a table
    assert leans_back(sentence) is leans


def test_words_are_folded_and_keep_inner_apostrophes() -> None:
    assert words("Don\u2019t STOP, 2 naïve-ish Straßen!") == ["don't", "stop", "naïve", "ish", "strassen"]


def test_scripts_without_spaces_are_read_in_pairs() -> None:
    assert words("文章は一度 once") == ["文章", "は一", "度", "once"]


def test_words_of_grammar_in_any_language() -> None:
    assert all(map(is_function_word, ("the", "und", "les", "que", "della", "não", "het")))
    assert not is_function_word("memory")
