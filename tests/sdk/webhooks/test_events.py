"""Parsing of events: the published types have their classes, and any other JSON event is an unknown one."""

import json
import math
import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import assert_never, cast

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
    PostPublishedData,
    UnknownEvent,
    parse_event,
)

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
COMPLETE: dict[type[Event], tuple[str, dict[str, object]]] = {
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


def json_with(scalars: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )


texts = st.text() | st.text(st.characters(), max_size=5)  # the second has half surrogate pairs, too
numbers = st.integers() | st.floats(allow_nan=False)
json_values = json_with(st.none() | st.booleans() | numbers | st.text())
finite_json = json_with(st.none() | st.booleans() | numbers.filter(math.isfinite) | texts)
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


def test_half_a_surrogate_pair_is_read_as_a_replacement_character() -> None:
    """A sender in JavaScript writes one when it cuts a title through an emoji."""
    got = parse(event="content.analyzed", timestamp=WHEN, data={**ANALYZED, "title": "Memory \ud83c"})
    assert isinstance(got, ContentAnalyzed)
    assert got.data.title == "Memory \ufffd"
    assert parse(event="\udfa4", timestamp=WHEN, data={}).event == "\ufffd"
    unknown = parse(event="new", timestamp=WHEN, data={"\ud83c": ["\ud83c\ud83c\udfa4"]}, **{"\udfff": 1})
    assert isinstance(unknown, UnknownEvent)
    assert unknown.data == {"\ufffd": ["\ufffd🎤"]}
    assert unknown.model_extra == {"\ufffd": 1}


@given(
    st.lists(st.one_of(st.text(), st.sampled_from(["\\", '"', "\\ud83c", "\\u", "\ud83c", "\udfa4", "🎤"])))
)
def test_only_half_pairs_are_replaced(parts: list[str]) -> None:
    text = "".join(parts).encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")  # joins halves
    whole = "".join("\ufffd" if "\ud800" <= each <= "\udfff" else each for each in text)
    got = parse(event="content.analyzed", timestamp=WHEN, data={**ANALYZED, "title": text})
    assert isinstance(got, ContentAnalyzed)
    assert got.data.title == whole


@pytest.mark.parametrize("event", ["content.analyzed", "new.type"])
def test_a_byte_order_mark_is_skipped(event: str) -> None:
    body = json.dumps({"event": event, "timestamp": WHEN, "data": ANALYZED}).encode("utf-8-sig")
    assert isinstance(parse_event(body), ContentAnalyzed if event == "content.analyzed" else UnknownEvent)


def test_an_integer_that_python_does_not_read_is_as_in_javascript() -> None:
    body = f'{{"event": "post.failed", "timestamp": "{WHEN}", "data": {{"x": -{"9" * 5000}, "y": 7}}}}'
    got = parse_event(body)
    assert isinstance(got, PostFailed)
    assert got.data.model_extra == {"x": float("-inf"), "y": 7}
    unfit = parse_event(body.replace('"x"', '"attempts"'))
    assert isinstance(unfit, UnknownEvent)


@pytest.mark.parametrize("text", [str, bytes, bytearray, memoryview])
def test_a_body_from_a_queue_may_be_text_or_bytes(text: type) -> None:
    body = json.dumps({"event": "new.type", "timestamp": WHEN, "data": {}})
    assert parse_event(body if text is str else text(body.encode())).event == "new.type"
    with pytest.raises(WebhookPayloadError, match="must be the raw request body"):
        parse_event(cast("bytes", json.loads(body)))
    with pytest.raises(WebhookPayloadError, match="must be the raw request body"):
        parse_event("\ud83c")


@given(
    event=st.sampled_from(TYPES) | texts,
    timestamp=st.just(WHEN) | finite_json,
    data=st.just({**ANALYZED, "\ud800": "\udfff"}) | finite_json,
    more=st.dictionaries(texts, finite_json),
)
def test_every_event_can_be_dumped_as_json_and_read_again(
    event: str, timestamp: object, data: object, more: dict[str, object]
) -> None:
    body = json.dumps({**more, "event": event, "timestamp": timestamp, "data": data}).encode()
    got = parse_event(body)
    again = parse_event(got.model_dump_json())
    if isinstance(got, UnknownEvent) and got.event in TYPES:  # what did not fit may have been left out
        assert again.event == got.event
    else:
        assert again == got
    assert json.dumps(got.model_dump(mode="json"), ensure_ascii=False).encode()


def test_an_event_can_be_made_in_one_line() -> None:
    made = PostPublished(timestamp=MOMENT, data=PostPublishedData(event_id="evt_1"))
    assert made.event == "post.published"
    assert {kind.model_fields["event"].default for kind in COMPLETE} == set(TYPES)


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
        (b"", "the body is empty"),
        (b"\x00", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b'"content.analyzed"', "not a JSON object"),
        (b"null", "not a JSON object"),
        (b"NaN", "not a JSON object"),
        (b"event=content.analyzed", "not a JSON object"),
        (b'{"event":"new.type","timestamp":"x","data":{}', "not a JSON object"),
        (b'{"event":"new.type","timestamp":"x","data":{}} x', "not a JSON object"),
        (b'\xef\xbb\xbf\xef\xbb\xbf{"event":"new.type","timestamp":"x","data":{}}', "not a JSON object"),
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
        (b'{"event":' + b"9" * 5000 + b',"timestamp":"x","data":{}}', "not a string"),
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
