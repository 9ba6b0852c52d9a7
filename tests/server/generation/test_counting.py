import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.generation.counting import (
    fits,
    threads_length,
    utf16_units,
    x_weight,
)
from pandocast_server.generation.platforms import PLATFORMS

FAMILY = "👨‍👩‍👧‍👦"
X = PLATFORMS["twitter_single"]
THREAD = PLATFORMS["twitter_thread"]


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("plain", 5),
        ("naïve", 5),
        ("nai\u0308ve", 5),  # counted after normalisation
        ("“quoted” \u2013 and …", 17),  # the ellipsis weighs 2, quotes and dashes 1
        ("日本語", 6),
        ("😀", 2),
        ("👍🏽", 2),
        (FAMILY, 2),
        ("👩🏽‍❤️‍💋‍👨🏾", 2),
        ("🇩🇪🇫🇷", 4),
        ("1️⃣", 2),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2),
        ("❤️ ❤", 5),
        ("©", 2),
        ("https://localhost/path", 22),  # X links no host without a dot
        ("example.com", 11 + 19),  # what may be a link counts as the text that it is, and as a link
        ("end.Next", 8 + 19),
        ("3.50", 4),
    ],
)
def test_weight_on_x(text: str, weight: int) -> None:
    assert x_weight(text) == weight


@pytest.mark.parametrize(
    ("text", "weight_on_x"),
    [
        ("https://example.com", 23),
        ("https://t.co", 23),
        ("See https://example.com/a?b=c#d, now.", 4 + 23 + 6),
        ("(http://a.co)", 25),
        ("\u65e5\u672cexample.com", 4 + 23),
        ("example.com/path", 23),
        ("www.example.co.uk", 23),
        ("e.g.Next.word", 28),
        ("a@b.example", 10),
        ("https://foo.com/a\u6587https://foo.com/b", 48),
        ("wordhttps://foo.com/a/b?c=d", 35),
        ("\u6587.\u307f\u3093\u306a", 23),
    ],
)
def test_what_may_hide_a_link_is_never_counted_too_low(text: str, weight_on_x: int) -> None:
    assert x_weight(text) >= weight_on_x


def test_white_space_counts() -> None:
    assert x_weight(" a\n\nb.  c ") == 1 + 1 + 2 + 2 + 2 + 1 + 1


@given(st.text())
def test_x_counts_no_text_beyond_two_a_character_and_a_link(text: str) -> None:
    assert x_weight(text) <= 6 * len(text) + 19 * text.count(".")


@given(st.text(st.characters(codec="ascii", exclude_characters=".")))
def test_x_counts_ascii_without_links_by_characters(text: str) -> None:
    assert x_weight(text) == len(text)


def test_threads_counts_emoji_by_their_bytes() -> None:
    assert threads_length("ok") == 2
    assert threads_length("né") == 2
    assert threads_length("a😀") == 5
    assert threads_length(FAMILY) == len(FAMILY.encode())


@given(st.text())
def test_utf16_units_are_those_of_the_codec(text: str) -> None:
    assert utf16_units(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=lambda platform: platform.id)
def test_code_points_are_limited_everywhere(platform: object) -> None:
    assert isinstance(platform, type(X))
    assert fits("a" * platform.max_part_characters, platform)
    assert not fits("a" * (platform.max_part_characters + 1), platform)


def test_either_count_can_refuse() -> None:
    assert fits("日" * 140, X)
    assert not fits("日" * 141, X)
    assert not fits(FAMILY * 41, X), "82 by X's count, but 287 code points"
    assert fits("e\u0301" * 150, PLATFORMS["bluesky_post"])
    assert not fits("e\u0301" * 151, PLATFORMS["bluesky_post"]), "151 graphemes, but 302 code points"
    linkedin = PLATFORMS["linkedin_post"]
    assert fits("😀" * 1500, linkedin)
    assert not fits("😀" * 1501, linkedin)


def test_a_thread_is_judged_part_by_part() -> None:
    assert fits("\n\n".join(["a" * 280] * 25), THREAD)
    assert len("\n\n".join(["a" * 280] * 25)) == THREAD.max_characters
    assert not fits("\n\n".join(["a"] * 26), THREAD)
    assert not fits("a" * 281 + "\n\nb", THREAD)
    assert not fits("日" * 141 + "\n\nb", THREAD)
