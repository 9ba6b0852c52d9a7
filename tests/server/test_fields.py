from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.errors import ApiError
from pandocast_server.fields import (
    optional_text,
    optional_texts,
    required_text,
    required_time,
)

OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9999, 12, 30), timezones=OFFSETS)  # noqa: DTZ001 - drawn with one


@given(MOMENTS)
def test_every_time_that_is_written_is_read(moment: datetime) -> None:
    read = required_time({"at": moment.isoformat()}, "at")
    assert read == moment
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-30T14:00:00Z", datetime(2026, 3, 30, 14, tzinfo=UTC)),
        ("2026-03-30t14:00:00z", datetime(2026, 3, 30, 14, tzinfo=UTC)),
        ("2026-03-30 14:00:00-00:00", datetime(2026, 3, 30, 14, tzinfo=UTC)),
        ("2026-03-30T14:00:00.5+05:45", datetime(2026, 3, 30, 8, 15, 0, 500_000, tzinfo=UTC)),
        ("2026-03-30T14:00:00.1234567890Z", datetime(2026, 3, 30, 14, 0, 0, 123_456, tzinfo=UTC)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_rfc_3339_writes_them(text: str, moment: datetime) -> None:
    assert required_time({"at": text}, "at") == moment


@pytest.mark.parametrize(
    "value",
    [
        "",
        "tomorrow",
        "2026-03-30",
        "2026-03-30T14:00:00",
        "2026-03-30T14:00Z",
        "20260330T140000Z",
        "2026-W14-1T14:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-03-30T24:00:00Z",
        "2026-03-30T23:59:60Z",
        "2026-03-30T14:00:00+24:00",
        "2026-03-30T14:00:00+0100",
        "2026-03-30T14:00:00 Z",
        "2026-03-30T14:00:00Z\n",
        "٢٠٢٦-03-30T14:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "0000-01-01T00:00:00Z",
        "Z" * 1_000_000,
        1774692060,
        None,
        ["2026-03-30T14:00:00Z"],
    ],
)
def test_anything_else_is_no_time(value: object) -> None:
    with pytest.raises(ApiError, match=r"^at (must be|is not a time)") as refused:
        required_time({"at": value}, "at")
    assert len(refused.value.message) < 500


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "title is missing"),
        ({"title": None}, "title must be a string"),
        ({"title": 7}, "title must be a string"),
        ({"title": True}, "title must be a string"),
        ({"title": ["a"]}, "title must be a string"),
        ({"title": ""}, "title must not be empty"),
        ({"title": "four"}, "title must have at most 3 characters, not 4"),
    ],
)
def test_a_text_that_breaks_a_rule_is_named(body: dict[str, object], message: str) -> None:
    with pytest.raises(ApiError) as refused:
        required_text(body, "title", longest=3)
    assert (refused.value.status, refused.value.message) == (400, message)


def test_a_text_is_counted_in_characters() -> None:
    assert required_text({"title": "😀😀😀"}, "title", longest=3) == "😀😀😀"


@pytest.mark.parametrize("value", ["", "twitter_single", {}, 1, [1], [None], [["twitter_single"]]])
def test_what_is_no_list_of_strings_is_refused(value: object) -> None:
    with pytest.raises(ApiError, match="names must be a list of strings"):
        optional_texts({"names": value}, "names")


@pytest.mark.parametrize("body", [{}, {"name": None}])
def test_absent_and_null_are_the_same(body: dict[str, object]) -> None:
    assert optional_text(body, "name") is None
    assert optional_texts(body, "name") is None


def test_a_list_is_absent_or_has_something_and_everything_once() -> None:
    assert optional_texts({}, "names") is None
    assert optional_texts({"names": ["b", "a", "b"]}, "names") == ["b", "a"]
    with pytest.raises(ApiError, match="names must not be empty"):
        optional_texts({"names": []}, "names")
