import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.generation.scoring import voice_match_score
from pandocast_server.generation.voice import VoiceProfile

PLAIN = (
    "Short posts take time. The time is far easier to find once the thinking is done and the long version "
    "stands."
)
STIFF = (
    "Organisational methodologies necessitate comprehensive operationalisation, notwithstanding "
    "interdepartmental heterogeneity, infrastructural incompatibilities and administrative considerations "
    "throughout implementation, documentation, dissemination and institutionalisation of deliverables."
)
LIVELY = "Don't wait! Isn't it fun? Let's go, it's like a party. You'll love it! 🎉"

EMPTY = VoiceProfile()


@given(st.text(st.characters()), st.text(), st.lists(st.text(), max_size=3), st.lists(st.text(), max_size=3))
def test_every_score_is_a_whole_number_of_the_range_and_repeats(
    text: str, style: str, avoid: list[str], examples: list[str]
) -> None:
    profile = VoiceProfile(style=style, avoid=avoid, examples=examples)
    score = voice_match_score(text, profile)
    assert type(score) is int
    assert 0 <= score <= 100
    assert voice_match_score(text, profile) == score


@pytest.mark.parametrize("text", ["", " ", "…", "😀", "#Tag #Another", "1/2 "])
def test_without_words_there_is_nothing_to_match(text: str) -> None:
    assert voice_match_score(text, EMPTY) == 0


def test_readability_counts_without_a_profile() -> None:
    assert voice_match_score(PLAIN, EMPTY) >= 70
    assert voice_match_score(STIFF, EMPTY) <= 60


def test_every_avoided_word_costs_points() -> None:
    scores = [
        voice_match_score(PLAIN, VoiceProfile(avoid=avoid)) for avoid in ([], ["posts"], ["posts", "time"])
    ]
    assert scores[0] - scores[1] == 12
    assert scores[1] - scores[2] == 24, "time comes twice"


def test_sentences_of_the_examples_length_match_best() -> None:
    brief = VoiceProfile(examples=["Go now. Be quick. Say less."])
    long = VoiceProfile(examples=["We walk slowly along the river " * 3 + "and then turn home."])
    assert voice_match_score("Come in. Sit down. Have tea.", brief) > voice_match_score(PLAIN, brief)
    assert voice_match_score(PLAIN, long) > voice_match_score("Come in. Sit down. Have tea.", long)


def test_words_of_the_examples_raise_the_score() -> None:
    known = VoiceProfile(
        examples=["Thinking takes time, and posts are short until the long version stands easier."]
    )
    unknown = VoiceProfile(
        examples=["Badgers dig tunnels, and otters swim upstream until some hungry heron arrives."]
    )
    assert voice_match_score(PLAIN, known) > voice_match_score(PLAIN, unknown)


@pytest.mark.parametrize(
    ("style", "better", "worse"),
    [
        ("playful", LIVELY, PLAIN),
        ("casual", LIVELY, PLAIN),
        ("formal", PLAIN, LIVELY),
        ("concise", "Come in. Sit down. Have tea.", STIFF),
        ("detailed", PLAIN * 6, PLAIN),
        ("bold", PLAIN, PLAIN.replace("take", "might perhaps take").replace("is far", "could be")),
        ("technical", PLAIN.replace("time", "280 ms", 1), PLAIN),
    ],
)
def test_style_is_looked_for(style: str, better: str, worse: str) -> None:
    profile = VoiceProfile(style=style)
    assert voice_match_score(better, profile) > voice_match_score(worse, profile)


def test_the_frame_of_a_post_is_not_scored() -> None:
    framed = f"1/2 {PLAIN}\n\n#CalmPublishing https://example.com/a"
    assert voice_match_score(framed, EMPTY) == voice_match_score(PLAIN, EMPTY)
