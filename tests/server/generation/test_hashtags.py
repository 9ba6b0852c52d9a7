from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.generation.hashtags import hashtags


def test_words_are_capitalised_and_joined() -> None:
    assert hashtags(["voice profile", "AI agents", "e-mail", "o'clock"], 9) == [
        "#VoiceProfile",
        "#AIAgents",
        "#EMail",
        "#OClock",
    ]


def test_what_platforms_refuse_is_passed_over() -> None:
    assert hashtags(["2024 prices", "", "…", "x" * 31, "same", "Same", "写作"], 9) == ["#Same", "#写作"]


@given(st.lists(st.text()), st.integers(-2, 5))
def test_no_more_than_asked_for(topics: list[str], count: int) -> None:
    tags = hashtags(topics, count)
    assert len(tags) <= max(count, 0)
    assert all(tag[1].isalpha() and tag[1:].isalnum() for tag in tags)
