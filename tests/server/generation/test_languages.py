import pytest

from pandocast_server.generation.languages import is_function_word, leans_back, words


@pytest.mark.parametrize(
    ("sentence", "language", "leans"),
    [
        ("This is why.", "en", True),
        ("“But why?”", "en", True),
        ("It\u2019s late.", "en", True),
        ("For them, it ends.", "en", True),
        ("A sentence that stands alone says it all.", "en", False),
        ("Dann kam der Regen.", "de", True),
        ("Dann kam der Regen.", "en", False),
        ("This is why.", "", False),
        ("123 …", "en", False),
        ("", "en", False),
    ],
)
def test_what_leans_on_the_sentence_before(sentence: str, language: str, leans: bool) -> None:  # noqa: FBT001 - a table
    assert leans_back(sentence, language) is leans


def test_words_are_folded_and_keep_inner_apostrophes() -> None:
    assert words("Don\u2019t STOP, 2 naïve-ish Straßen!") == ["don't", "stop", "naïve", "ish", "strassen"]


def test_words_of_grammar_in_any_language() -> None:
    assert all(map(is_function_word, ("the", "und", "les", "que", "della", "não", "het")))
    assert not is_function_word("memory")
