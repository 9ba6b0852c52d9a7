from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.generation.keywords import find_key_phrases, hashtags

SENTENCES = [
    "Calm publishing begins with a voice profile.",
    "A voice profile fits on one page, and calm publishing needs no more.",
    "An editorial calendar helps.",
    "Nobody needs an editorial calendar that is full to the last slot.",
]


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


def test_clauses_of_scripts_without_spaces_are_none() -> None:
    assert find_key_phrases(["文章は一度だけ丁寧に書く。", "文章は一度だけ丁寧に書く。"]) == ()


def test_words_of_hashtags_are_capitalised_and_joined() -> None:
    assert hashtags(["voice profile", "AI agents"], 9) == ["#VoiceProfile", "#AIAgents"]


@given(st.lists(st.text(), min_size=1), st.integers(-2, 5))
def test_hashtags_are_what_platforms_accept(texts: list[str], count: int) -> None:
    tags = hashtags(find_key_phrases([*texts, *texts]), count)
    assert len(tags) <= max(count, 0)
    assert all(tag[1].isalpha() and tag[1:].isalnum() for tag in tags)
