from datetime import UTC, datetime

import pytest

from pandocast_server.errors import ApiError
from pandocast_server.queries import (
    choice_parameter,
    names_parameter,
    parameter,
    required_parameter,
    time_parameter,
    whole_number,
)


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
    assert whole_number(query, "limit", least=1, most=100, default=20) == number


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
    with pytest.raises(ApiError, match=r"^limit must be ") as refused:
        whole_number(query, "limit", least=1, most=100, default=20)
    assert refused.value.status == 400
    assert len(refused.value.message) < 500


def test_an_absent_parameter_is_none_and_a_required_one_is_missing() -> None:
    assert parameter("other=1", "name") is None
    assert names_parameter("", "name") is None
    assert time_parameter("", "at") is None
    assert choice_parameter("", "kind", ("a", "b")) is None
    with pytest.raises(ApiError, match=r"^name is missing$"):
        required_parameter("", "name")


def test_a_list_of_names_has_each_once_without_blanks() -> None:
    assert names_parameter("tags=b,%20a%20,,b", "tags") == ["b", "a"]


def test_a_time_is_read_from_its_escaped_form() -> None:
    assert time_parameter("at=2026-03-30T16:00:00%2B02:00", "at") == datetime(2026, 3, 30, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "query", ["name=", "name", "name=a&name=b", "name=a%00", "name=%FF", "name=%ED%A0%80"]
)
def test_what_is_no_text_is_refused_by_name(query: str) -> None:
    with pytest.raises(ApiError, match=r"^name ") as refused:
        parameter(query, "name")
    assert refused.value.status == 400


@pytest.mark.parametrize("query", ["name=,", "name=%20,%20"])
def test_a_list_that_names_nothing_is_refused(query: str) -> None:
    with pytest.raises(ApiError, match=r"^name must not be empty$"):
        names_parameter(query, "name")


def test_a_choice_outside_the_list_is_told_the_list() -> None:
    assert choice_parameter("kind=b", "kind", ("a", "b")) == "b"
    with pytest.raises(ApiError, match=r'^kind must be one of a, b, not "c"$'):
        choice_parameter("kind=c", "kind", ("a", "b"))
