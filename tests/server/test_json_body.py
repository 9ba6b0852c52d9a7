import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.errors import ApiError
from pandocast_server.json_body import MAX_DEPTH, parse

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def nested(depth: int) -> bytes:
    """Write an object that is nested so deep, itself included."""
    return b'{"deep":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


@given(st.dictionaries(TEXT, VALUES), st.booleans())
def test_a_good_object_comes_out_as_it_went_in(value: dict[str, Any], escaped: bool) -> None:  # noqa: FBT001 - drawn
    assert parse(json.dumps(value, ensure_ascii=escaped).encode()) == value


@given(
    st.binary()
    | st.text().map(str.encode).filter(bool)
    | VALUES.map(lambda value: json.dumps(value).encode())
)
def test_anything_else_is_a_400(raw: bytes) -> None:
    try:
        parse(raw)
    except ApiError as error:
        assert error.status == 400  # noqa: PT017 - either way is right
        error.message.encode()


@pytest.mark.parametrize("value", [[], [1, "two", None], [{"a": [1]}]])
def test_a_good_array_comes_out_as_it_went_in(value: list[object]) -> None:
    assert parse(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "is empty; it must be JSON"),
        (b"[", "is not JSON"),
        (b'["\\u0000"]', "contains the character NUL"),
        (b"[1e999]", "contains a number that is too large"),
        (b"[NaN]", "contains NaN"),
        (b"[" * 70 + b"]" * 70, "nested deeper than 64"),
    ],
)
def test_any_other_array_is_a_400(raw: bytes, message: str) -> None:
    with pytest.raises(ApiError, match=message) as refused:
        parse(raw)
    assert refused.value.status == 400


def test_nesting_is_allowed_to_its_limit_and_no_further() -> None:
    assert parse(nested(MAX_DEPTH))
    with pytest.raises(ApiError, match="nested deeper than 64"):
        parse(nested(MAX_DEPTH + 1))


@pytest.mark.parametrize("raw", [nested(1000), nested(1_000_000), b"[" * 5_000_000, b'{"a":' * 1_000_000])
def test_no_nesting_is_too_deep_to_be_refused(raw: bytes) -> None:
    with pytest.raises(ApiError, match="nested deeper than 64"):
        parse(raw)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "is empty"),
        (b" \r\n\t", "is empty"),
        (b"{", "is not JSON: line 1 column 2"),
        (b"{}x", "is not JSON: line 1 column 3"),
        (b"{'a': 1}", "is not JSON"),
        (b'{"a": 1,}', "is not JSON"),
        (b'{"a": "\n"}', "is not JSON"),
        (b'{"a": "\0"}', "is not JSON"),
        (b"title=a&content_type=b", "is not JSON"),
        (b"\xef\xbb\xbf{}", "is not JSON"),
        ('{"a": 1}'.encode("utf-16"), "is not UTF-8"),
        (b'{"a": "\xff"}', "is not UTF-8: byte 7"),
        (b'{"a": "\xed\xa0\x80"}', "is not UTF-8"),
        (b'{"a": NaN}', "contains NaN"),
        (b'{"a": -Infinity}', "contains -Infinity"),
        (b'{"a": Infinity}', "contains Infinity"),
        (b'{"a": 1e999}', "a contains a number that is too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too many digits"),
        (b'{"a": "x\\u0000"}', "a contains the character NUL"),
        (b'{"a": [{"b": "\\u0000"}]}', "a contains the character NUL"),
        (b'{"a": {"\\u0000": 1}}', "a contains the character NUL"),
        (b'{"\\u0000": 1}', "A name in the request body contains the character NUL"),
        (b'{"a": "\\ud800"}', "a contains a lone surrogate"),
        (b'{"a": ["\\udfff\\ud800"]}', "a contains a lone surrogate"),
        (b'{"\\ud800": 1}', "A name in the request body contains a lone surrogate"),
        (b'{"a": 1, "b": 2, "a": 3}', "a stands twice"),
        (b'{"b": [{"a": 1, "a": 1}]}', "a stands twice"),
        (b'{"\\ud800": 1, "\\ud800": 2}', r'"\\ud800" stands twice'),
    ],
)
def test_what_is_wrong_is_said(raw: bytes, message: str) -> None:
    with pytest.raises(ApiError, match=message) as refused:
        parse(raw)
    assert refused.value.status == 400


def test_a_surrogate_pair_is_a_character() -> None:
    assert parse(b'{"a": "\\ud83d\\ude00"}') == {"a": "😀"}
