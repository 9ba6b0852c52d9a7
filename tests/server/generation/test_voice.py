import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.generation.voice import VoiceProfile


def test_the_empty_profile_asks_for_nothing() -> None:
    profile = VoiceProfile()
    assert not profile.traits
    assert (profile.avoid, profile.sentence_words, profile.hits("anything")) == ((), None, 0)
    assert profile.hashtags("linkedin_post", 3) == 3


@pytest.mark.parametrize(
    ("style", "traits"),
    [
        ("Concise and bold", {"concise", "bold"}),
        ("PLAYFUL, but never formal", {"playful"}),
        ("Not playful. Technical!", {"technical"}),
        ("friendly; data-driven", {"casual", "technical"}),
        ("none of that", set()),
        ("shortbread", set()),
    ],
)
def test_style_asks_for_traits_unless_it_denies_them(style: str, traits: set[str]) -> None:
    assert VoiceProfile(style=style).traits == traits


@pytest.mark.parametrize(
    ("entry", "text", "hits"),
    [
        ("synergy", "Synergy, SYNERGY and synergy's end", 3),
        ("synergy", "synergyless", 0),
        ("leverage", "We leverage, she leverages, leveraged, leveraging", 3),
        ("art", "Start the party art.", 1),
        ("game changer", "A game\nchanger", 1),
        ("—", "So—then", 1),
        ("C++", "C++ and C", 1),
        ("协同", "我们协同工作", 1),
        ("a.b", "axb", 0),
    ],
)
def test_avoided_words_are_found_whole_and_with_common_endings(entry: str, text: str, hits: int) -> None:
    assert VoiceProfile(avoid=(entry,)).hits(text) == hits


def test_profiles_are_made_of_what_json_gives() -> None:
    profile = VoiceProfile(style="a\x00b", avoid=[" x ", "", "x"], examples=["One\ntwo."], formats={"a": 1})
    assert (profile.style, profile.avoid, profile.examples, profile.formats) == (
        "ab",
        ("x",),
        ("One two.",),
        {"a": 1},
    )


def test_examples_tell_the_length_of_sentences() -> None:
    assert VoiceProfile(examples=("One two three. Four five six seven eight!", "")).sentence_words == 4


@pytest.mark.parametrize(
    ("formats", "count"),
    [
        ({}, 3),
        ({"linkedin_post": {"hashtags": 0}}, 0),
        ({"linkedin_post": {"hashtags": 99}}, 10),
        ({"linkedin_post": {"hashtags": -1}}, 0),
        ({"linkedin_post": {"hashtags": "many"}}, 3),
        ({"linkedin_post": {}}, 3),
        ({"linkedin_post": "SHORT"}, 3),
        ({"newsletter": {"hashtags": 7}}, 3),
    ],
)
def test_formats_may_say_how_many_hashtags(formats: dict[str, object], count: int) -> None:
    assert VoiceProfile(formats=formats).hashtags("linkedin_post", 3) == count


def test_equal_profiles_are_equal() -> None:
    assert VoiceProfile(style="bold", avoid=["x"]) == VoiceProfile(style="bold", avoid=("x",))
    assert VoiceProfile(style="bold") != VoiceProfile()


@given(st.lists(st.text(st.characters()), max_size=5), st.text())
def test_every_avoided_entry_finds_itself(avoid: list[str], style: str) -> None:
    profile = VoiceProfile(style=style, avoid=avoid)
    assert all(profile.hits(entry) for entry in profile.avoid)
