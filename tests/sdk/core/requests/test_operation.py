"""Arguments become safe parts of a request, or are refused before anything is sent."""

import json
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from io import BytesIO, StringIO
from pathlib import Path
from typing import TextIO, cast
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_sdk._core.lookups.content import CONTENT
from pandocast_sdk._core.operations.content import (
    generate_content,
    list_content,
    list_outputs,
    schedule_output,
    upload_content,
)
from pandocast_sdk._core.operations.pandocast_routes import ROUTES
from pandocast_sdk._core.paging.positions import offset_start
from pandocast_sdk._core.requests.operation import json_body, path_segment, query_string, timestamp
from pandocast_sdk._core.requests.validation import optional_at_least

NOON = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_an_id_that_would_change_the_path_is_refused(value: str) -> None:
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
def test_whatever_the_id_the_server_sees_it_in_its_place(value: str) -> None:
    url = httpx.URL(f"https://api.example/api/v1{list_outputs(value).path}")
    before, *segment, after = url.raw_path.decode().split("/")[3:]
    assert (before, after) == ("content", "outputs")
    assert [unquote(part) for part in segment] == [value]
    assert url.query == b""
    assert url.fragment == ""


def test_an_id_that_is_no_text_of_this_world_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        path_segment("id", "\ud800")


@given(st.dictionaries(st.text(min_size=1), st.text() | st.integers() | st.none(), max_size=5))
def test_a_query_says_what_was_given_and_leaves_out_what_was_not(
    parameters: dict[str, str | int | None],
) -> None:
    url = urlsplit(f"https://api.example/x?{query_string(parameters)}")
    given_ones = [(name, str(value)) for name, value in parameters.items() if value is not None]
    assert parse_qsl(url.query, keep_blank_values=True) == given_ones
    assert url.fragment == ""


@given(
    st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()))
)
def test_a_body_is_json_without_what_was_not_given(members: dict[str, object]) -> None:
    sent = json.loads(json_body(members).decode())
    assert sent == {name: value for name, value in members.items() if value is not None}


def test_a_body_is_compact_and_in_utf_8() -> None:
    assert json_body({"a": [1, "é"], "b": None}) == '{"a":[1,"é"]}'.encode()


@given(
    st.lists(st.none() | st.booleans() | st.integers() | st.text() | st.dictionaries(st.text(), st.none()))
)
def test_an_array_is_sent_as_it_is(entries: list[object]) -> None:
    assert json.loads(json_body(entries)) == entries


def nested() -> list[object]:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    return deep


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), "\ud800", nested()], ids=["nan", "inf", "surrogate", "deep"]
)
def test_a_body_that_json_cannot_carry_is_refused(value: object) -> None:
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
def test_a_time_is_written_in_utc(moment: datetime, written: str) -> None:
    assert timestamp("scheduled_at", moment) == written


@given(st.datetimes(timezones=st.timezones()))
def test_a_time_stays_the_same_moment(moment: datetime) -> None:
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
def test_a_time_of_nowhere_is_refused(moment: datetime) -> None:
    with pytest.raises(ValueError, match="scheduled_at must have a UTC offset"):
        schedule_output("c", output_id="o", scheduled_at=moment)


def test_a_time_that_utc_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="scheduled_at"):
        timestamp("scheduled_at", datetime(9999, 12, 31, 23, 0, tzinfo=timezone(timedelta(hours=-5))))


def test_lower_bounds_are_ours_and_upper_bounds_are_the_servers() -> None:
    assert list_content(1, 0).query == "limit=1&offset=0"
    assert list_content(10**9, 10**30).query == f"limit={10**9}&offset={10**30}"
    with pytest.raises(ValueError, match="limit must be 1 or more, not 0"):
        offset_start(CONTENT, limit=0, offset=None, position=None)
    with pytest.raises(ValueError, match="offset must be 0 or more, not -1"):
        offset_start(CONTENT, limit=1, offset=-1, position=None)
    assert optional_at_least("limit", None, 1) is None


def test_the_routes_are_those_of_the_reference() -> None:
    assert {(route.method, route.path, route.success) for route in ROUTES.values()} == {
        ("GET", "/content", 200),
        ("POST", "/content/upload", 201),
        ("POST", "/content/{id}/generate", 202),
        ("GET", "/content/{id}/outputs", 200),
        ("POST", "/content/{id}/schedule", 201),
    }


def body_of(raw_content: str | Path | TextIO) -> object:
    body = upload_content(title="T", content_type="note", raw_content=raw_content).body
    assert body is not None
    return json.loads(body)["raw_content"]


def test_a_text_comes_as_itself_from_a_path_or_from_an_open_file(tmp_path: Path) -> None:
    path = tmp_path / "article.md"
    path.write_text("Grüße", encoding="utf-8")
    assert body_of("Grüße") == body_of(path) == body_of(StringIO("Grüße")) == "Grüße"
    with path.open(encoding="utf-8") as file:
        assert body_of(file) == "Grüße"


def test_a_text_that_cannot_be_sent_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "article.md"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="utf-8"):
        body_of(path)
    with pytest.raises(ValueError, match="as text"):
        body_of(cast("TextIO", BytesIO(b"text")))
    with pytest.raises(FileNotFoundError):
        body_of(tmp_path / "missing.md")


def test_generating_says_only_what_it_was_told() -> None:
    operation = generate_content("c", selected_platforms=None, voice_profile_id=None, emphasis_notes=None)
    assert operation.body == b"{}"
    operation = generate_content("c", selected_platforms=("a", "b"), voice_profile_id="v", emphasis_notes="n")
    assert json.loads(operation.body or b"") == {
        "selected_platforms": ["a", "b"],
        "voice_profile_id": "v",
        "emphasis_notes": "n",
    }


def test_one_string_is_no_list_of_platforms() -> None:
    with pytest.raises(ValueError, match="list of platforms"):
        generate_content("c", selected_platforms="twitter_single", voice_profile_id=None, emphasis_notes=None)


def test_a_body_is_not_shown_with_its_operation() -> None:
    operation = upload_content(title="T", content_type="note", raw_content="x" * 1000)
    assert "xxx" not in repr(operation)
    assert operation.writes
    assert not list_content(1, 0).writes
