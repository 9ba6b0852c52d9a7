"""Bodies with rows that cannot be read: each stays in its place, with its bytes, and blocks no other."""

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_sdk import Content, Draft, Outputs, Source, Unreadable
from pandocast_sdk.models import BulkResult, ContentList, EngagementSummary, Experiment, SlotList
from pandocast_sdk.models._raw_json import RawJson
from pandocast_sdk.models.base import WireModel, array_reader_of, reader_of, row_reader_of

GOOD = {
    "id": "c1",
    "title": "A title",
    "content_type": "note",
    "status": "analyzed",
    "created_at": "2026-03-28T10:00:00Z",
}
FIELDS = tuple(GOOD)


def values(row: WireModel, *names: str) -> list[object]:
    """Return fields, which their types say are never None."""
    return [getattr(row, name) for name in names]


def page(*rows: object) -> bytes:
    return json.dumps({"items": rows, "total": len(rows), "has_more": False}).encode()


def read_rows(body: bytes) -> list[Content]:
    return reader_of(ContentList)(body).items


@pytest.mark.parametrize(
    ("bad", "unreadable_fields"),
    [
        (GOOD | {"title": None}, ["title"]),
        (GOOD | {"title": 87.5}, ["title"]),
        (GOOD | {"title": "Half \ud83d"}, ["title"]),
        (GOOD | {"id": None}, ["id"]),
        (GOOD | {"id": 17, "status": None}, ["id", "status"]),
        (GOOD | {"created_at": "yesterday"}, ["created_at"]),
        (GOOD | {"created_at": "0000-01-01T00:00:00Z"}, ["created_at"]),
        ({"id": "c1"}, ["title", "content_type", "status", "created_at"]),
        ({}, list(FIELDS)),
        (None, list(FIELDS)),
        ("c1", list(FIELDS)),
        ([GOOD], list(FIELDS)),
    ],
)
def test_a_bad_row_stays_in_its_place(bad: object, unreadable_fields: list[str]) -> None:
    first, row, last = read_rows(page(GOOD, bad, GOOD))
    assert first == last == Content.model_validate(GOOD)
    assert first.unreadable is last.unreadable is None
    assert type(row) is Content
    assert [name for name in FIELDS if getattr(row, name) is None] == unreadable_fields
    assert row.unreadable is not None
    assert row.unreadable.json() == bad
    assert row.unreadable.raw == json.dumps(bad).encode()
    for name in unreadable_fields if isinstance(bad, dict) else ["body"]:
        assert any(fault.startswith(f"{name}: ") for fault in row.unreadable.faults)


def test_the_readable_fields_of_a_bad_row_are_typed_as_ever() -> None:
    (row,) = read_rows(page(GOOD | {"title": None, "colour": "green"}))
    good = Content.model_validate(GOOD)
    assert (row.id, row.status, row.created_at) == (good.id, good.status, good.created_at)
    assert row.model_extra == {"colour": "green"}


def test_a_fault_names_the_field_and_never_its_value() -> None:
    (row,) = read_rows(page(GOOD | {"title": ["pk_live_secret"], "colour": "\udc00 pk_live_secret"}))
    assert row.unreadable is not None
    assert row.unreadable.faults == (
        "title: Input should be a valid string",
        "colour: Input should be Unicode text",
    )
    assert "secret" not in repr(row)
    assert "title: Input should be a valid string" in repr(row)


def test_a_row_keeps_its_own_bytes() -> None:
    raw = b'{ "id" : 1.50, "title":"\\u00e9" ,\t"id":null }'
    (row,) = read_rows(b'{"items": [\n ' + raw + b' ], "total": 1, "has_more": false}')
    assert row.unreadable is not None
    assert row.unreadable.raw == raw


@pytest.mark.parametrize("title", [b"A titl\xc3", b"\xed\xa0\xbd", b"\xff"])
def test_bytes_that_are_not_utf_8_are_in_one_row_only(title: bytes) -> None:
    body = page(GOOD, GOOD | {"title": "<>"}, GOOD).replace(b"<>", title)
    first, row, last = read_rows(body)
    assert [values(each, "title") for each in (first, row, last)] == [["A title"], [None], ["A title"]]
    assert row.unreadable is not None
    assert title in row.unreadable.raw
    assert "�" in json.dumps(row.unreadable.json(), ensure_ascii=False)


def test_control_characters_in_a_text_are_read() -> None:
    (row,) = read_rows(page(GOOD | {"title": "<>"}).replace(b"<>", b"two\nlines\t"))
    assert row.title == "two\nlines\t"
    assert row.unreadable is None


def test_an_unknown_field_that_is_not_unicode_is_no_reason_to_lose_the_row() -> None:
    (row,) = read_rows(page(GOOD | {"note": "\ud83d", "\ud83d": 1}))
    assert (row.title, row.model_extra) == ("A title", {"note": None})
    assert row.unreadable is not None
    row.model_dump_json()


def test_a_bad_row_can_be_copied_pickled_compared_and_dumped() -> None:
    (row,) = read_rows(page(GOOD | {"created_at": 87.5e30}))
    for twin in (copy.copy(row), copy.deepcopy(row), row.model_copy(), pickle.loads(pickle.dumps(row))):  # noqa: S301 - our own
        assert twin == row
        assert twin.unreadable == row.unreadable
    assert row != row.model_construct(None, **row.model_dump())
    assert hash(row)
    assert hash(row.unreadable)
    assert row.model_dump() == GOOD | {"created_at": None}


@pytest.mark.parametrize("body", [page(GOOD), page(), page(GOOD | {"title": None})])
def test_a_byte_order_mark_is_skipped(body: bytes) -> None:
    assert read_rows(b"\xef\xbb\xbf" + body) == read_rows(body)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "body: Invalid JSON"),
        (b"<html>", "body: Invalid JSON"),
        (page(GOOD)[:-2], "body: Invalid JSON"),
        (b"[]", "body: Input should be an object"),
        (b'{"items": null, "total": 1, "has_more": false}', "items: Input should be a valid list"),
        (b'{"items": [], "total": 87.5, "has_more": false}', "total: Input should be a valid integer"),
        (b'{"items": [null], "has_more": false}', "total: Field required"),
    ],
)
def test_the_body_around_the_rows_has_to_be_as_published(body: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_rows(body)


def test_a_row_with_a_field_nested_too_deeply_does_not_lose_the_others() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    (bad,) = read_rows(page(GOOD).replace(b'"A title"', deep))
    assert values(bad, "id", "title") == [GOOD["id"], None]
    assert bad.unreadable is not None
    assert deep in bad.unreadable.raw
    with pytest.raises(ValueError, match="nested too deeply"):
        bad.unreadable.json()


def test_an_output_with_a_score_that_is_no_whole_number_does_not_lose_the_others() -> None:
    output: dict[str, Any] = {
        "id": "o1",
        "platform_id": "linkedin_post",
        "format_name": "LinkedIn Post",
        "content": "Text",
        "voice_match_score": 87,
        "status": "draft",
        "created_at": "2026-03-28T10:00:00Z",
    }
    body = json.dumps({"items": [output, output | {"voice_match_score": 87.5}], "total": 2}).encode()
    good, bad = reader_of(Outputs)(body).items
    assert values(good, "id", "voice_match_score") == ["o1", 87]
    assert values(bad, "id", "voice_match_score", "content") == ["o1", None, "Text"]


def test_rows_in_objects_and_arrays_of_every_kind_are_read_one_by_one() -> None:
    results = {"d1": {"ok": True}, "d2": {"ok": 87.5}, "d3": None}
    bulk = reader_of(BulkResult)(
        json.dumps(
            {"action": "approve", "total": 3, "succeeded": 1, "failed": 2, "results": results}
        ).encode()
    )
    assert {name: (row.ok, row.unreadable is None) for name, row in bulk.results.items()} == {
        "d1": (True, True),
        "d2": (None, False),
        "d3": (None, False),
    }
    sources = array_reader_of(Source)(b'[{"id": "s1"}, null]')
    assert [(row.id, row.unreadable is None) for row in sources] == [("s1", False), (None, False)]
    (slot,) = reader_of(SlotList)(b'{"slots": [{"dayOfWeek": 1.5, "hour": 9, "minute": 0}]}').slots
    assert values(slot, "day_of_week", "hour") == [None, 9]
    summary = dict.fromkeys((each.alias or "" for each in EngagementSummary.model_fields.values()), 0)
    tops: dict[str, object] = {"topPosts": [{"likes": "many"}], "byFormat": [], "byPlatform": []}
    top = reader_of(EngagementSummary)(json.dumps(summary | tops).encode()).top_posts[0]
    assert (top.likes, top.unreadable is None) == (None, False)


def test_what_is_nested_in_a_row_is_read_by_itself_too() -> None:
    draft = {"id": "d1", "text": "t", "format": "SHORT", "status": "approved"}
    times = {"createdAt": "2026-03-28T10:00:00Z", "updatedAt": "2026-03-28T10:00:00Z"}
    nested = {"images": [{"url": 5, "alt": "A cat"}, None], "item": {"id": "i1", "title": "\ud83d"}}
    row = reader_of(Draft)(json.dumps(draft | times | nested).encode())
    assert row.unreadable is None
    assert row.images is not None
    assert [(image.url, image.alt) for image in row.images] == [(None, "A cat"), (None, None)]
    assert row.item is not None
    assert (row.item.id, row.item.title) == ("i1", None)
    assert isinstance(row.item.unreadable, Unreadable)


def test_a_single_object_has_to_be_as_published() -> None:
    with pytest.raises(ValueError, match="title: Input should be a valid string"):
        reader_of(Content)(json.dumps(GOOD | {"title": None}).encode())
    row = row_reader_of(Content)(json.dumps(GOOD | {"title": None}).encode())
    assert values(row, "id", "title") == ["c1", None]
    assert row.unreadable is not None
    with pytest.raises(ValueError, match="Invalid JSON"):
        row_reader_of(Content)(b"<html>")


def test_both_names_of_a_field_are_read() -> None:
    experiment = {"id": "x", "name": "n", "parameter": "p", "status": "active", "variants": [None]}
    times = {"started_at": "2026-03-28T10:00:00Z", "createdAt": "2026-03-28T10:00:00Z"}
    row = reader_of(Experiment)(json.dumps(experiment | times).encode())
    assert row.started_at == row.created_at
    assert row.variants[0].unreadable is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters()), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.builds(GOOD.__or__, st.dictionaries(st.sampled_from([*FIELDS, "x"]), JSON)) | JSON))
def test_whatever_a_row_is_the_others_are_read_and_it_keeps_its_bytes(rows: list[object]) -> None:
    found = read_rows(page(GOOD, *rows, GOOD))
    assert len(found) == len(rows) + 2
    assert found[0] == found[-1] == Content.model_validate(GOOD)
    for row, source in zip(found[1:-1], rows, strict=True):
        if row.unreadable is not None:
            assert row.unreadable.raw == json.dumps(source).encode()
        else:
            assert all(getattr(row, name) is not None for name in FIELDS)


@given(JSON, st.sampled_from([None, 0, 3]))
def test_raw_json_knows_the_text_of_its_parts(value: object, indent: int | None) -> None:
    whole = RawJson.parse(json.dumps(value, indent=indent).encode())
    assert whole.value == value
    if isinstance(value, list):
        assert [json.loads(part.text) for part in whole.elements()] == value
    if isinstance(value, dict):
        assert {name: json.loads(part.text) for name, part in whole.members().items()} == value
