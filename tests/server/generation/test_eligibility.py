import pytest

from pandocast_server.generation.analysis import analyze
from pandocast_server.generation.platforms import PLATFORMS
from pandocast_server.generation.writing import eligible_platforms

SENTENCE = "This sentence has exactly sixty characters, spaces included. "
SINGLES = [platform_id for platform_id in PLATFORMS if platform_id not in {"twitter_thread", "newsletter"}]


def eligible(text: str, title: str = "t") -> list[str]:
    return eligible_platforms(analyze(text, title), title)


@pytest.mark.parametrize("text", ["", "a", "😀", ".", SENTENCE, "x" * 50_000])
def test_single_posts_are_always_eligible(text: str) -> None:
    assert set(SINGLES) <= set(eligible(text))


def test_a_thread_needs_matter_for_two_posts() -> None:
    assert eligible(SENTENCE * 4) == SINGLES
    assert eligible(SENTENCE * 5) == [*SINGLES[:1], "twitter_thread", *SINGLES[1:]]
    assert eligible("x" * 400) == SINGLES, "one sentence is no thread"


def test_a_newsletter_needs_several_sentences() -> None:
    assert "newsletter" not in eligible(SENTENCE * 9)
    assert eligible(SENTENCE * 11) == list(PLATFORMS)
    assert "newsletter" not in eligible(("x" * 400 + ". ") * 3)
