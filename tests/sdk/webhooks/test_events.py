"""Parsing of events: the published types have their classes, and any other JSON event is an unknown one."""

import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import assert_never

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pandocast_sdk.errors import WebhookPayloadError
from pandocast_sdk.webhooks import (
    AbTestCompleted,
    ContentAnalyzed,
    ContentUploaded,
    Event,
    OutputsGenerated,
    PostFailed,
    PostPublished,
    UnknownEvent,
)
from pandocast_sdk.webhooks.events import parse_event

WHEN = "2026-03-28T10:05:00.000Z"
MOMENT = datetime(2026, 3, 28, 10, 5, tzinfo=UTC)
ANALYZED: dict[str, object] = {"workspace_id": "ws_abc123", "content_id": "abc123", "title": "Memory"}
POST: dict[str, object] = {
    "workspace_id": "ws_1",
    "content_id": "c_1",
    "output_id": "out_1",
    "event_id": "evt_1",
    "platform_id": "linkedin_post",
}

# One delivery of each type with all the fields it may have.
COMPLETE: dict[type, tuple[str, dict[str, object]]] = {
    ContentUploaded: ("content.uploaded", {**ANALYZED, "content_type": "blog_post"}),
    ContentAnalyzed: ("content.analyzed", ANALYZED),
    OutputsGenerated: ("outputs.generated", {**ANALYZED, "output_ids": ["out_1", "out_2"]}),
    PostPublished: ("post.published", {**POST, "published_at": WHEN}),
    PostFailed: ("post.failed", {**POST, "error": "disconnected", "attempts": 3}),
    AbTestCompleted: (
        "ab_test.completed",
        {"workspace_id": "ws_1", "ab_test_id": "ab_1", "name": "Hooks", "winner_output_id": "out_2"},
    ),
}
TYPES = [event for event, _ in COMPLETE.values()]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
near_moments = st.from_regex(
    r"\d{4}-[01]\d-[0-3]\d[T ][0-2]\d:[0-6]\d(:[0-6]\d(\.\d{1,12})?)?(Z|[+-]\d\d:?\d\d)?",
    fullmatch=True,
)


def parse(**payload: object) -> Event:
    return parse_event(json.dumps(payload).encode())


@pytest.mark.parametrize("expected", COMPLETE)
def test_every_type_has_a_class_with_all_its_data(expected: type) -> None:
    event, data = COMPLETE[expected]
    got = parse(event=event, timestamp=WHEN, data=data)
    assert type(got) is expected
    assert got.event == event
    assert got.timestamp == MOMENT  # which no naive time equals
    assert json.loads(got.model_dump_json())["data"].keys() == data.keys()
    for name, value in data.items():
        assert getattr(got.data, name) == (MOMENT if name == "published_at" else value)


@pytest.mark.parametrize("expected", [each for each in COMPLETE if each is not ContentAnalyzed])
def test_fields_that_are_not_published_may_be_absent(expected: type) -> None:
    event, data = COMPLETE[expected]
    got = parse(event=event, timestamp=WHEN, data={})
    assert type(got) is expected
    assert all(getattr(got.data, name) is None for name in data)


@pytest.mark.parametrize("absent", ANALYZED)
def test_the_published_fields_are_required(absent: str) -> None:
    data = {name: value for name, value in ANALYZED.items() if name != absent}
    got = parse(event="content.analyzed", timestamp=WHEN, data=data)
    assert got == UnknownEvent(event="content.analyzed", timestamp=MOMENT, data=data)


def test_unknown_fields_are_kept() -> None:
    got = parse(event="content.analyzed", timestamp=WHEN, data={**ANALYZED, "words": 812}, attempt=2)
    assert isinstance(got, ContentAnalyzed)
    assert got.data.model_extra == {"words": 812}
    assert got.model_extra == {"attempt": 2}
    unknown = parse(event="content.deleted", timestamp=WHEN, data={"words": 812}, attempt=2)
    assert unknown.model_extra == {"attempt": 2}


def test_events_cannot_be_changed() -> None:
    got = parse(event="content.analyzed", timestamp=WHEN, data=ANALYZED)
    assert isinstance(got, ContentAnalyzed)
    with pytest.raises(ValidationError):
        got.data.title = "Another"


def test_match_is_exhaustive_for_type_checkers() -> None:
    def describe(event: Event) -> str | None:
        match event:
            case ContentUploaded() | ContentAnalyzed() | OutputsGenerated():
                return event.data.title
            case PostPublished() | PostFailed():
                return event.data.platform_id
            case AbTestCompleted():
                return event.data.winner_output_id
            case UnknownEvent():
                return ", ".join(event.data)
            case _:
                assert_never(event)

    described = [describe(parse(event=event, timestamp=WHEN, data=data)) for event, data in COMPLETE.values()]
    assert described == ["Memory", "Memory", "Memory", "linkedin_post", "linkedin_post", "out_2"]
    assert describe(parse(event="new.type", timestamp=WHEN, data={"a": 1, "b": 2})) == "a, b"


@given(
    event=st.one_of(st.sampled_from(TYPES), st.text()),
    timestamp=st.one_of(json_values, near_moments),
    data=json_values,
)
def test_any_event_in_json_is_accepted(event: str, timestamp: object, data: object) -> None:
    got = parse(event=event, timestamp=timestamp, data=data)
    assert got.event == event
    assert got.timestamp is None or got.timestamp.utcoffset() is not None
    if isinstance(got, UnknownEvent):
        assert got.data == (data if isinstance(data, dict) else {})
    else:
        assert event in TYPES
        assert isinstance(data, dict)


@given(st.datetimes(timezones=st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m)))))
def test_a_timestamp_with_an_offset_is_kept_to_the_microsecond(moment: datetime) -> None:
    assert parse(event="new.type", timestamp=moment.isoformat(), data={}).timestamp == moment


@pytest.mark.parametrize("event", ["content.uploaded", "new.type"])
@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        "yesterday",
        "2026-03-28",
        "2026-03-28T10:05:00",
        "2026-02-30T10:05:00Z",
        "0000-01-01T00:00:00Z",
        None,
        True,
        [],
        {},
        1e300,
        float("nan"),
    ],
)
def test_a_timestamp_that_is_no_moment_leaves_an_unknown_event_without_one(
    event: str, timestamp: object
) -> None:
    got = parse(event=event, timestamp=timestamp, data={"content_id": "c_1"})
    assert got == UnknownEvent(event=event, timestamp=None, data={"content_id": "c_1"})


@pytest.mark.parametrize("data", [None, [], ["x"], "x", 5, True])
@pytest.mark.parametrize("event", ["content.analyzed", "post.failed", "webhook.test"])
def test_data_that_is_no_object_leaves_an_unknown_event_without_data(event: str, data: object) -> None:
    got = parse(event=event, timestamp=WHEN, data=data)
    assert got == UnknownEvent(event=event, timestamp=MOMENT, data={})


def test_half_a_surrogate_pair_in_a_text_is_accepted() -> None:
    """A sender in JavaScript writes one when it cuts a title through an emoji."""
    data = {**ANALYZED, "title": "Memory \ud83c", "\ud83c": 1}
    got = parse(event="content.analyzed", timestamp=WHEN, data=data)
    assert got == UnknownEvent(event="content.analyzed", timestamp=MOMENT, data=data)
    assert parse(event="\ud83c", timestamp=WHEN, data={}).event == "\ud83c"


@pytest.mark.parametrize("event", ["post.failed", "new.type"])
def test_deep_nesting_is_accepted(event: str) -> None:
    nested = "[" * 500 + "]" * 500
    body = f'{{"event": "{event}", "timestamp": "{WHEN}", "data": {{"x": {nested}}}}}'
    assert parse_event(body.encode()).event == event


def test_numbers_that_are_not_json_are_accepted() -> None:
    got = parse(event="new.type", timestamp=WHEN, data={"rate": float("inf")})
    assert got.event == "new.type"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not a JSON object"),
        (b"\x00", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b'"content.analyzed"', "not a JSON object"),
        (b"null", "not a JSON object"),
        (b"NaN", "not a JSON object"),
        (b"event=content.analyzed", "not a JSON object"),
        (b'{"event":"new.type","timestamp":"x","data":{}', "not a JSON object"),
        (b'{"event":"new.type","timestamp":"x","data":{}} x', "not a JSON object"),
        (b'\xef\xbb\xbf{"event":"new.type","timestamp":"x","data":{}}', "not a JSON object"),
        (b'{"event":"\xff","timestamp":"x","data":{}}', "not a JSON object"),
        ('{"event":"new.type","timestamp":"x","data":{}}'.encode("utf-16"), "not a JSON object"),
        (b'{"event":"new.type","timestamp":"x","data":' + b"[" * 100_000, "not a JSON object"),
        (b'{"event":"new.type","timestamp":"x","data":' + b'{"a":' * 100_000, "not a JSON object"),
        (b"{}", "no event and no timestamp and no data"),
        (b'{"timestamp":"x","data":{}}', "no event$"),
        (b'{"event":"content.analyzed","data":{}}', "no timestamp$"),
        (b'{"event":"content.analyzed","timestamp":"x"}', "no data$"),
        (b'{"event":5,"timestamp":"x","data":{}}', "not a string"),
        (b'{"event":null,"timestamp":"x","data":{}}', "not a string"),
        (b'{"event":["post.failed"],"timestamp":"x","data":{}}', "not a string"),
        (b'{"event":"new.type","timestamp":"x","data":{},"\\ud800":1}', "not Unicode text"),
    ],
    ids=lambda value: ascii(value[:40]),
)
def test_the_error_of_a_body_that_is_no_event_has_the_reason(body: bytes, message: str) -> None:
    with pytest.raises(WebhookPayloadError, match=message) as caught:
        parse_event(body)
    assert caught.value.__context__ is None  # a parser's error would carry the body into the logs


def test_the_last_of_a_repeated_key_counts() -> None:
    body = (
        b'{"event":"post.failed","event":"content.uploaded","timestamp":"x","timestamp":"'
        + WHEN.encode()
        + b'",'
        b'"data":5,"data":{"content_id":"one","content_id":"two"}}'
    )
    got = parse_event(body)
    assert got.event == "content.uploaded"
    assert got.timestamp == MOMENT
    assert got.model_dump()["data"]["content_id"] == "two"


@given(st.one_of(st.binary(), json_values.map(lambda value: json.dumps(value).encode())))
def test_any_body_is_an_event_or_a_payload_error(body: bytes) -> None:
    try:
        parse_event(body)
    except WebhookPayloadError:
        return


@pytest.mark.parametrize("name", ["__class__", "__dict__", "model_config", "_fields_set", "self", "copy"])
def test_a_field_may_have_the_name_of_an_attribute(name: str) -> None:
    got = parse(event="new.type", timestamp=WHEN, data={name: 1}, **{name: 1})
    assert isinstance(got, UnknownEvent)
    assert got.data == {name: 1}
    assert got.model_extra == {name: 1}


@pytest.mark.parametrize("digits", [4_000, 100_000])
def test_a_number_of_any_length_is_an_event_or_a_payload_error(digits: int) -> None:
    body = b'{"event":"post.failed","timestamp":"%s","data":{"attempts":%s}}' % (WHEN.encode(), b"9" * digits)
    try:
        assert parse_event(body).event == "post.failed"
    except WebhookPayloadError as error:
        assert digits > 4_300, error  # what Python itself takes  # noqa: PT017


@pytest.mark.parametrize("event", [*TYPES, "new.type"])
def test_events_pickle(event: str) -> None:
    got = parse(event=event, timestamp=WHEN, data=ANALYZED)
    assert pickle.loads(pickle.dumps(got)) == got  # noqa: S301  # our own bytes
