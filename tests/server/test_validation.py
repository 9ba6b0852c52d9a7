from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Literal
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field
from starlette.requests import Request

from pandocast_server.errors import ApiError
from pandocast_server.validation import (
    CamelModel,
    CommaSeparated,
    Digits,
    RequestModel,
    Text,
    Time,
    Whole,
    named,
    quoted,
    read_query,
    validated,
)


class Event(RequestModel):
    at: Time


class Post(RequestModel):
    title: Annotated[Text, Field(max_length=3)]


class Inner(CamelModel):
    day_of_week: Annotated[int, Whole(0, 6)]


class Everything(CamelModel):
    names: Annotated[list[str], Field(min_length=1, max_length=2)] | None = None
    inner: list[Inner] | None = None
    flag: bool | None = None
    kind: Literal["a", "b"] | None = None
    free: dict[str, object] | None = None
    weight: Annotated[float, Field(gt=0)] | None = None


class Query(CamelModel):
    limit: Annotated[int, Digits(1, 100)] = 20
    name: Text | None = None
    tags: Annotated[list[str], CommaSeparated()] | None = None
    at: Time | None = None
    kind: Literal["a", "b"] | None = None


class Needy(CamelModel):
    name: Text


def read(query: str) -> Query:
    return read_query(request(query), Query)


def request(query: str) -> Request:
    return Request({"type": "http", "query_string": query.encode(), "headers": []})


OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9999, 12, 30), timezones=OFFSETS)  # noqa: DTZ001 - drawn with one


@given(MOMENTS)
def test_every_time_that_is_written_is_read(moment: datetime) -> None:
    at = validated(Event, {"at": moment.isoformat()}).at
    assert at == moment
    assert at.tzinfo is UTC


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
    assert validated(Event, {"at": text}).at == moment


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
        validated(Event, {"at": value})
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
        validated(Post, body)
    assert (refused.value.status, refused.value.message) == (400, message)


def test_a_text_is_counted_in_characters() -> None:
    assert validated(Post, {"title": "😀😀😀"}).title == "😀😀😀"


@pytest.mark.parametrize("value", [3, 3.0])
def test_a_whole_number_is_one_however_it_is_written(value: float) -> None:
    day = validated(Inner, {"dayOfWeek": value}).day_of_week
    assert (day, type(day)) == (3, int)


@pytest.mark.parametrize(
    "value", [-1, 7, 10**400, 1e300, float("nan"), float("inf"), 0.5, True, "3", [3], {}, None]
)
def test_anything_else_is_no_whole_number(value: object) -> None:
    with pytest.raises(ApiError, match=r"^dayOfWeek must be a whole number from 0 to 6$"):
        validated(Inner, {"dayOfWeek": value})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "The request body must be a JSON object"),
        (None, "The request body must be a JSON object"),
        ("text", "The request body must be a JSON object"),
        ({"names": "a"}, "names must be a list"),
        ({"names": []}, "names must not be empty"),
        ({"names": ["a", 7]}, "names[1] must be a string"),
        ({"names": ["a"] * 3}, "names must have at most 2 entries, not 3"),
        ({"inner": [{"dayOfWeek": 1}, {}]}, "inner[1].dayOfWeek is missing"),
        ({"inner": [[1]]}, "inner[0] must be an object"),
        ({"flag": 1}, "flag must be true or false"),
        ({"flag": "true"}, "flag must be true or false"),
        ({"kind": "c"}, 'kind must be one of a, b, not "c"'),
        ({"kind": 1}, "kind must be a string"),
        ({"free": []}, "free must be an object"),
        ({"weight": "1"}, "weight must be a number"),
        ({"weight": 0}, "weight must be a number greater than 0"),
    ],
)
def test_what_does_not_fit_is_named(body: object, message: str) -> None:
    with pytest.raises(ApiError) as refused:
        validated(Everything, body)
    assert (refused.value.status, refused.value.message) == (400, message)


def test_absent_and_null_are_the_same_and_what_is_not_known_is_ignored() -> None:
    nothing = validated(Everything, {})
    assert validated(Everything, dict.fromkeys(["names", "inner", "flag", "kind", "free"])) == nothing
    assert validated(Everything, {"day_of_week": 9, "\0": "\ud800"}) == nothing


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 20),
        ("limit=1", 1),
        ("limit=100", 100),
        ("limit=007", 7),
        ("other=x&limit=5&limits=9", 5),
        ("%6Cimit=%35", 5),
    ],
)
def test_a_number_of_a_query_is_read(query: str, number: int) -> None:
    assert read(query).limit == number


@pytest.mark.parametrize(
    "query",
    [
        "limit=",
        "limit",
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=+5",
        "limit=%2B5",
        "limit=5.0",
        "limit=1e1",
        "limit=1_0",
        "limit=0x5",
        "limit=five",
        "limit=%D9%A5",
        "limit=%FF",
        "limit=5%00",
        "limit=5&limit=5",
        "limit=5&limit=",
        "limit=" + "9" * 100_000,
        "limit=null",
    ],
)
def test_what_is_no_number_in_range_is_named(query: str) -> None:
    with pytest.raises(ApiError, match=r"^limit (must|holds)") as refused:
        read(query)
    assert refused.value.status == 400
    assert len(refused.value.message) < 500


def test_an_absent_parameter_is_none_and_a_required_one_is_missing() -> None:
    assert read("other=1") == Query()
    with pytest.raises(ApiError, match=r"^name is missing$"):
        read_query(request(""), Needy)


def test_a_list_of_names_has_each_once_without_blanks() -> None:
    assert read("tags=b,%20a%20,,b").tags == ["b", "a"]


def test_a_time_is_read_from_its_escaped_form() -> None:
    assert read("at=2026-03-30T16:00:00%2B02:00").at == datetime(2026, 3, 30, 14, tzinfo=UTC)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffd"), min_size=1))
def test_every_other_text_comes_out_as_it_went_in(text: str) -> None:
    assert read(f"name={quote(text)}").name == text


@pytest.mark.parametrize(
    "query", ["name=", "name", "name=a&name=b", "name=a%00", "name=%FF", "name=%ED%A0%80"]
)
def test_what_is_no_text_is_refused_by_name(query: str) -> None:
    with pytest.raises(ApiError, match=r"^name ") as refused:
        read(query)
    assert refused.value.status == 400


@pytest.mark.parametrize("query", ["tags=,", "tags=%20,%20"])
def test_a_list_that_names_nothing_is_refused(query: str) -> None:
    with pytest.raises(ApiError, match=r"^tags must not be empty$"):
        read(query)


def test_a_choice_outside_the_list_is_named_with_the_list() -> None:
    assert read("kind=b").kind == "b"
    with pytest.raises(ApiError, match=r'^kind must be one of a, b, not "c"$'):
        read("kind=c")


def test_what_is_quoted_is_short_and_can_be_written_anywhere() -> None:
    assert quoted("\ud800" + "x" * 100_000).isascii()
    assert len(quoted("\ud800" * 100_000)) < 500
    assert (named("raw_content"), named("a\nb"), named("")) == ("raw_content", '"a\\nb"', '""')
