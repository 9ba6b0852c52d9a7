import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.generation.cleaning import clean, has_substance, one_line

ANY_TEXT = st.text(st.characters())
"""Lone surrogates and controls included."""


@given(ANY_TEXT)
def test_clean_text_can_be_published(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert not [c for c in cleaned if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\t\n"]
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean(cleaned) == cleaned


def test_line_ends_are_line_feeds() -> None:
    assert clean("a\r\nb\rc\u2028d\x85e") == "a\nb\nc\nd\ne"


def test_overrides_of_direction_are_dropped_and_joiners_kept() -> None:
    assert clean("a\u202eb\u2066c\ufeff") == "abc"
    assert clean("👨‍👩‍👧 مرحبا\u200f") == "👨‍👩‍👧 مرحبا\u200f"


def test_one_line() -> None:
    assert one_line(" a\n\n\tb\u00a0 c ") == "a b c"


def test_substance_is_what_can_be_read() -> None:
    assert all(map(has_substance, ["a", "1", "é", "我", "😀", "م", "♥"]))
    assert not any(map(has_substance, ["", " ", ".", "…", "—", "_*_", "\u200d", "。", "“”"]))
