import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.generation.counting import part_fits, shorten
from pandocast_server.generation.platforms import PLATFORMS


def cut(text: str, limit: int) -> str:
    return shorten(text, lambda part: len(part) <= limit, limit)


@pytest.mark.parametrize(
    ("text", "limit", "shortened"),
    [
        ("Short enough.", 13, "Short enough."),
        ("A clause ends here, and another one begins here.", 30, "A clause ends here…"),
        ("Only words without any clause at all in them.", 20, "Only words without…"),
        ("We walk to the end of the", 24, "We walk to the end of…"),
        ("Extraordinarily", 8, "Extraor…"),
        ("A plan (unfinished as it is", 14, "A plan…"),
        ("我们写一次\uff0c然后改很多次再发布。", 9, "我们写一次…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_texts_are_cut_where_readers_breathe(text: str, limit: int, shortened: str) -> None:
    assert cut(text, limit) == shortened


def test_an_emoji_is_never_cut_in_two() -> None:
    assert cut("👨‍👩‍👧‍👦" * 3, 16) == "👨‍👩‍👧‍👦" * 2 + "…"


def test_a_character_longer_than_the_limit_is() -> None:
    assert cut("e" + "\u0301" * 50, 10) == "e" + "\u0301" * 8 + "…"


@given(st.text(), st.sampled_from(sorted(PLATFORMS)))
def test_whatever_is_cut_fits(text: str, platform_id: str) -> None:
    platform = PLATFORMS[platform_id]
    shortened = shorten(text * 50, lambda part: part_fits(part, platform), platform.max_part_characters)
    assert part_fits(shortened, platform)
    assert shortened or not text
