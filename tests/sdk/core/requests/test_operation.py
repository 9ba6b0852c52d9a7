"""Arguments become safe parts of a request, or are rejected before anything is sent."""

import json
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_sdk._core.operations.content import (
    generate_content,
    list_content,
    list_outputs,
    schedule_output,
    upload_content,
)
from pandocast_sdk._core.requests.operation import json_body, path_segment, query_string
from pandocast_sdk._core.requests.values import timestamp

NOON = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_an_id_that_would_change_the_path_is_rejected(value: str) -> None:
    for build in (list_outputs, lambda value: schedule_output(value, output_id="o", scheduled_at=NOON)):
        with pytest.raises(ValueError, match="id must not be"):
            build(value)
    with pytest.raises(ValueError, match="id must not be"):
        generate_content(value, selected_platforms=None, voice_profile_id=None, emphasis_notes=None)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("abc123", "/content/abc123/outputs"),
        ("a/b", "/content/a%2Fb/outputs"),
        ("../admin", "/content/..%2Fadmin/outputs"),
        ("%2e%2e", "/content/%252e%252e/outputs"),
        ("a?b#c", "/content/a%3Fb%23c/outputs"),
        ("a b\r\n", "/content/a%20b%0D%0A/outputs"),
        ("ünïcødé", "/content/%C3%BCn%C3%AFc%C3%B8d%C3%A9/outputs"),
        ("{id}", "/content/%7Bid%7D/outputs"),
        ("...", "/content/.../outputs"),
    ],
)
def test_an_id_is_one_segment_of_the_path(value: str, path: str) -> None:
    assert list_outputs(value).path == path


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_any_id_reaches_the_server_as_one_segment(value: str) -> None:
    url = httpx.URL(f"https://api.example/api/v1{list_outputs(value).path}")
    before, *segment, after = url.raw_path.decode().split("/")[3:]
    assert (before, after) == ("content", "outputs")
    assert [unquote(part) for part in segment] == [value]
    assert url.query == b""
    assert url.fragment == ""


def test_an_id_that_cannot_be_encoded_is_rejected() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        path_segment("id", "\ud800")


@given(st.dictionaries(st.text(min_size=1), st.text() | st.integers() | st.none(), max_size=5))
def test_a_query_has_the_parameters_that_are_not_none(
    parameters: dict[str, str | int | None],
) -> None:
    url = urlsplit(f"https://api.example/x?{query_string(parameters)}")
    given_ones = [(name, str(value)) for name, value in parameters.items() if value is not None]
    assert parse_qsl(url.query, keep_blank_values=True) == given_ones
    assert url.fragment == ""


@given(
    st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()))
)
def test_a_body_has_the_members_that_are_not_none(members: dict[str, object]) -> None:
    sent = json.loads(json_body(members).decode())
    assert sent == {name: value for name, value in members.items() if value is not None}


def test_a_body_is_compact_and_in_utf_8() -> None:
    assert json_body({"a": [1, "é"], "b": None}) == '{"a":[1,"é"]}'.encode()


@given(
    st.lists(st.none() | st.booleans() | st.integers() | st.text() | st.dictionaries(st.text(), st.none()))
)
def test_an_array_keeps_its_entries_that_are_none(entries: list[object]) -> None:
    assert json.loads(json_body(entries)) == entries


def nested() -> list[object]:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    return deep


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), "\ud800", nested()], ids=["nan", "inf", "surrogate", "deep"]
)
def test_a_body_that_json_cannot_represent_is_rejected(value: object) -> None:
    with pytest.raises(ValueError, match=r"JSON|surrogates|deep"):
        json_body({"a": value})
    with pytest.raises(ValueError, match=r"JSON|surrogates|deep"):
        json_body([value])


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2026, 3, 30, 14, 0, tzinfo=UTC), "2026-03-30T14:00:00Z"),
        (datetime(2026, 3, 30, 14, 0, tzinfo=timezone(timedelta(hours=2))), "2026-03-30T12:00:00Z"),
        (datetime(2026, 3, 30, 14, 0, 0, 250_000, tzinfo=UTC), "2026-03-30T14:00:00.250000Z"),
        (datetime(2026, 1, 1, 0, 0, tzinfo=timezone(timedelta(hours=5, minutes=45))), "2025-12-31T18:15:00Z"),
    ],
)
def test_a_timestamp_is_in_utc(moment: datetime, written: str) -> None:
    assert timestamp("scheduled_at", moment) == written


@given(st.datetimes(timezones=st.timezones()))
def test_a_timestamp_keeps_the_moment(moment: datetime) -> None:
    try:
        written = timestamp("scheduled_at", moment)
    except ValueError:
        assert moment.year in {1, 9999}
    else:
        assert datetime.fromisoformat(written) == moment.astimezone(UTC)


class Nowhere(tzinfo):
    def utcoffset(self, _moment: datetime | None) -> None:
        return None

    def dst(self, _moment: datetime | None) -> None:
        return None

    def tzname(self, _moment: datetime | None) -> None:
        return None


@pytest.mark.parametrize(
    "moment",
    [datetime(2026, 3, 30, 14, 0), datetime(2026, 3, 30, 14, 0, tzinfo=Nowhere())],  # noqa: DTZ001
)
def test_a_timestamp_without_an_offset_is_rejected(moment: datetime) -> None:
    with pytest.raises(ValueError, match="scheduled_at must have a UTC offset"):
        schedule_output("c", output_id="o", scheduled_at=moment)


def test_a_timestamp_out_of_range_in_utc_is_rejected() -> None:
    with pytest.raises(ValueError, match="scheduled_at"):
        timestamp("scheduled_at", datetime(9999, 12, 31, 23, 0, tzinfo=timezone(timedelta(hours=-5))))


def test_the_repr_of_an_operation_hides_its_body() -> None:
    operation = upload_content(title="T", content_type="note", raw_content="x" * 1000)
    assert "xxx" not in repr(operation)
    assert operation.writes
    assert not list_content(1, 0).writes
