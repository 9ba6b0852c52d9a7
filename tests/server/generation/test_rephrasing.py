import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.generation.rephrasing import reword, without_avoided
from pandocast_server.generation.voice import VoiceProfile


@pytest.mark.parametrize(
    ("style", "before", "after"),
    [
        ("", "It is not perhaps very nice!", "It is not perhaps very nice!"),
        ("bold", "Perhaps we should go.", "We should go."),
        ("bold", "It was, perhaps, too late.", "It was too late."),
        ("bold", "We will probably win.", "We will win."),
        ("concise", "In order to win, we really try.", "To win, we try."),
        ("concise", "It is not really good.", "It is not really good."),
        ("concise", "Of course, it works.", "It works."),
        ("casual", "You cannot win, and I do not care.", "You can't win, and I don't care."),
        ("playful", "Do not go.", "Don't go."),
        ("formal", "We don't know, and they're late!", "We do not know, and they are late."),
        ("formal", "I\u2019m sure you can\u2019t.", "I am sure you cannot."),
        ("formal casual", "We don't.", "We do not."),
    ],
)
def test_traits_change_english_wording(style: str, before: str, after: str) -> None:
    assert reword(before, VoiceProfile(style=style), "en") == after


def test_other_languages_are_left_alone() -> None:
    assert reword("Perhaps!", VoiceProfile(style="bold formal"), "de") == "Perhaps!"


@pytest.mark.parametrize(
    ("avoid", "before", "after"),
    [
        (["very"], "A very good plan.", "A good plan."),
        (["really"], "Really, it works.", "It works."),
        (["great"], "It is great.", "It is."),
        (["leverage", "synergies"], "We leverage synergies.", "We."),
        (["just"], "An idea (just) and more.", "An idea and more."),
        (["x"], "x", ""),
        (["!"], "Stop!!!", "Stop"),
        (["a b"], "a a b b", ""),  # taking one out makes another
        (["我们"], "我们写。", "写。"),
    ],
)
def test_avoided_words_are_taken_out(avoid: list[str], before: str, after: str) -> None:
    assert without_avoided(before, VoiceProfile(avoid=avoid)) == after


@given(st.text(), st.lists(st.text(), max_size=4))
def test_nothing_avoided_is_left(text: str, avoid: list[str]) -> None:
    voice = VoiceProfile(avoid=avoid)
    assert not voice.hits(without_avoided(text, voice))


@given(
    st.text(), st.sampled_from(["bold", "concise", "casual", "formal", "bold formal casual playful concise"])
)
def test_rewording_is_stable(text: str, style: str) -> None:
    voice = VoiceProfile(style=style)
    once = reword(text, voice, "en")
    assert reword(once, voice, "en") == once
