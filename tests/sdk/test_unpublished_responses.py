"""Whatever a service returns where its reference is silent, no call raises and no published field is lost."""

import copy
import json
import pickle
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, cast

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.passband_wire import OPTIONS, make_call
from support.published_responses import (
    ALL,
    DECIDED,
    ENTRIES,
    MEMBERS,
    OPERATIONS,
    PANDOCAST,
    PASSBAND,
    Template,
    Unpublished,
)

from pandocast_sdk import (
    CursorPage,
    Draft,
    Page,
    Pandocast,
    Passband,
    PostingTime,
    ResponseValidationError,
    ResultList,
    Slot,
    models,
)
from pandocast_sdk._core.operations import pandocast_routes, passband_routes
from pandocast_sdk.models.base import PassbandModel, WireModel, camel_case

STATUS = st.sampled_from([200, 201, 202, 203, 226, 299])
MODELS = [
    value
    for value in (getattr(models, name) for name in models.__all__)
    if isinstance(value, type) and issubclass(value, WireModel)
]
SPELLINGS = {
    camel_case(name) if issubclass(model, PassbandModel) else name: {name, camel_case(name)}
    for model in MODELS
    for name in model.model_fields
}
"""By the names of fields on the wire, all names by which they can be read."""
WIRE_NAMES = [{field.alias or name for name, field in model.model_fields.items()} for model in MODELS]

AWKWARD = [
    "",
    "cls",
    "self",
    "_fields_set",
    "__class__",
    "model_config",
    "model_fields",
    "unreadable",
    "\ud83d",
]
NAME = (
    st.sampled_from(AWKWARD)
    | st.sampled_from(sorted(chain.from_iterable(SPELLINGS.values())))
    | st.text(st.characters(), max_size=3)
)
SCALAR = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(), max_size=5)
)
FLAT = SCALAR | st.lists(SCALAR, max_size=2) | st.dictionaries(NAME, SCALAR, max_size=2)
JSON = SCALAR | st.lists(FLAT, max_size=2) | st.dictionaries(NAME, FLAT, max_size=2)
OBJECT = st.dictionaries(NAME, JSON, max_size=4)
ROWS = st.lists(OBJECT | JSON, max_size=3)


class Service:
    """Returns what it is set to, to both clients."""

    def __init__(self) -> None:
        self.status, self.body = 200, b""
        http = httpx.Client(transport=httpx.MockTransport(self.respond))
        self.pandocast = Pandocast(api_key="pk_test_x", base_url="https://p.example", http_client=http)
        self.passband = Passband(**OPTIONS, http_client=http)

    def respond(self, _request: httpx.Request) -> httpx.Response:
        return httpx.Response(self.status, content=self.body)

    def call(self, name: str, status: int, body: bytes) -> Any:
        self.status, self.body = status, body
        return OPERATIONS[name].call(self.pandocast if name in PANDOCAST else self.passband)


SERVICE = Service()


def test_the_table_has_every_operation() -> None:
    assert [*PANDOCAST] == [*pandocast_routes.ROUTES]
    assert [*PASSBAND] == [*passband_routes.ROUTES]
    assert {name for name, operation in OPERATIONS.items() if operation.body is ALL} == {*DECIDED}


@pytest.mark.parametrize("name", list(OPERATIONS))
@given(data=st.data())
def test_no_call_raises_and_no_published_field_is_lost(name: str, data: st.DataObject) -> None:
    operation = OPERATIONS[name]
    sent = data.draw(RESPONSES[name])
    result = SERVICE.call(name, data.draw(STATUS), json.dumps(sent).encode())
    if operation.body is ALL:
        assert_all_is_there(result, DECIDED[name], sent)
    elif operation.body is ENTRIES:
        assert_rows_are_there(cast("list[object]", result), cast("list[object]", sent))
    elif result is not None:  # a confirmation, of which nothing is returned
        assert_is_there(shown(result), operation.body, sent)
        if isinstance(result, WireModel):
            assert_is_reachable(result, sent)


def responses(name: str, template: Template) -> st.SearchStrategy[Any]:
    """Return responses with all that is published, and anything where nothing is."""
    if template is ALL:
        return JSON | ROWS | st.builds(lambda rows, rest: rest | {DECIDED[name]: rows}, ROWS | JSON, OBJECT)
    if isinstance(template, Unpublished):
        return ROWS if template is ENTRIES else OBJECT
    if isinstance(template, list):
        return st.tuples(*(responses(name, entry) for entry in template)).map(list)
    if isinstance(template, Mapping):
        published = st.fixed_dictionaries({key: responses(name, part) for key, part in template.items()})
        published_names = {name for key in template for name in SPELLINGS[key]}
        decided = {
            *chain.from_iterable(names for names in WIRE_NAMES if names >= {*template})
        } - published_names
        unknown = NAME.filter(lambda key: key not in published_names)
        others = st.dictionaries(
            st.sampled_from(sorted(decided)) | unknown if decided else unknown, JSON, max_size=4
        )
        return st.builds(lambda others, published: others | published, others, published)
    return st.just(template)


RESPONSES = {name: responses(name, operation.body) for name, operation in OPERATIONS.items()}


def shown(result: object) -> Mapping[str, Any]:
    """Return the members of a result, by their names on the wire."""
    if isinstance(result, bool):
        return {"paused": result}
    if isinstance(result, CursorPage):
        return {"drafts": result.items, "runs": result.items, "nextCursor": result.next_cursor}
    if isinstance(result, Page):
        return {"items": result.items, "total": result.total, "has_more": result.has_more}
    if isinstance(result, ResultList):
        return {"slots": result}
    assert isinstance(result, WireModel)
    fields = type(result).model_fields.items()
    return {field.alias or name: getattr(result, name) for name, field in fields}


def assert_is_there(value: Any, template: Template, sent: Any) -> None:
    """Assert that a value has what is published of it, and each entry of what is not."""
    if isinstance(template, Unpublished):
        if isinstance(value, list):
            assert_rows_are_there(cast("list[object]", value), sent)
        elif isinstance(value, WireModel):
            assert_is_reachable(value, sent)
        else:
            assert_members_are_there(value, sent)
    elif isinstance(template, Mapping):
        members: Mapping[str, Any] = value if isinstance(value, Mapping) else shown(value)
        for name, part in template.items():
            assert_is_there(members[name], part, sent[name])
    elif isinstance(template, list):
        for entry, part, raw in zip(value, template, sent, strict=True):
            assert_is_there(entry, part, raw)
    else:
        expected = datetime.fromisoformat(template) if isinstance(value, datetime) else template  # type: ignore[arg-type]  # a time
        assert value == expected


def assert_rows_are_there(values: Sequence[object], sent: Sequence[object]) -> None:
    """Assert that each entry is there, or of a list of texts each that is one."""
    if any(isinstance(value, WireModel) for value in values):
        for value, raw in zip(values, sent, strict=True):
            assert_is_reachable(value, raw)
    else:
        assert values == [raw for raw in sent if isinstance(raw, str) and is_unicode(raw)]


def assert_members_are_there(values: Mapping[str, object], sent: Mapping[str, object]) -> None:
    for name, raw in sent.items():
        if isinstance(values.get(name), WireModel):
            assert_is_reachable(values[name], raw)
        elif is_unicode(json.dumps({name: raw}, ensure_ascii=False)):
            assert values[name] == raw


def assert_is_reachable(row: object, sent: object) -> None:
    """Assert that a model has every member of what it was made of, or all of it as it came."""
    assert isinstance(row, WireModel)
    if row.unreadable is not None:
        assert row.unreadable.raw == json.dumps(sent).encode()
        return
    assert isinstance(sent, dict)
    names = {wire for name, field in type(row).model_fields.items() for wire in (name, field.alias)}
    assert {*cast("dict[str, object]", sent)} <= names | {*(row.model_extra or {})}


def assert_all_is_there(result: object, name: str, sent: object) -> None:
    """Assert that a list has all of a response of which nothing is published."""
    assert isinstance(result, ResultList)
    if result.unreadable is not None:
        assert result.unreadable.raw == json.dumps(sent).encode()
    rows = sent
    if isinstance(sent, dict):
        members = cast("dict[str, object]", sent)
        rows = members.get(name)
        assert result.unreadable is not None or {*members} - {name} == {*result.model_extra}
        assert result.unreadable is not None or name in members or not members
    if isinstance(rows, list):
        assert_rows_are_there(cast("list[object]", result), cast("list[object]", rows))
    else:
        assert result == []
        assert result.unreadable is not None or rows is None


def is_unicode(text: str) -> bool:
    return text.encode("utf-8", "ignore").decode() == text


@pytest.mark.parametrize(
    "raw", ["1e999", "9" * 5000, '"\\ud83d"', '"\\u0000"', '{"a":' * 150 + "1" + "}" * 150]
)
@pytest.mark.parametrize("name", list(OPERATIONS))
def test_values_that_parsers_refuse_are_no_error(name: str, raw: str) -> None:
    repr(SERVICE.call(name, 200, filled(name, raw)))


def filled(name: str, raw: str) -> bytes:
    """Return a response that has this JSON wherever nothing is published."""

    def fill(template: Template) -> object:
        if isinstance(template, Mapping):
            return {member: fill(part) for member, part in template.items()} | dict.fromkeys(AWKWARD, "?")
        if isinstance(template, list):
            return [fill(part) for part in template]
        parts = {ENTRIES: ["?"], MEMBERS: dict.fromkeys(AWKWARD, "?"), ALL: {DECIDED.get(name, ""): ["?"]}}
        return parts[template] if isinstance(template, Unpublished) else template

    return json.dumps(fill(OPERATIONS[name].body)).replace('"?"', raw).encode()


def deep(shape: str, levels: int) -> str:
    opening, closing = shape.split("x")
    return opening * levels + "1" + closing * levels


@pytest.mark.parametrize("levels", [190, 201, 700, 2000])
@pytest.mark.parametrize("shape", ["[x]", '[{"a\\"[":x}, 2]'])
@pytest.mark.parametrize("name", list(OPERATIONS))
def test_no_depth_is_an_error_and_what_is_deep_stays_reachable(name: str, shape: str, levels: int) -> None:
    raw = deep(shape, levels)
    result = SERVICE.call(name, 200, filled(name, raw))
    published = OPERATIONS[name].body
    if isinstance(published, Mapping) and result is not None:
        found = shown(result)
        for member, part in published.items():
            if isinstance(part, str | int) and not isinstance(found[member], datetime):
                assert found[member] == part
    if isinstance(result, WireModel) and levels > 200:
        assert result.unreadable is not None
        assert raw.encode() in result.unreadable.raw
    copies = [copy.deepcopy(result), pickle.loads(pickle.dumps(result))]  # noqa: S301 - our own
    assert [repr(one) for one in copies] == [repr(result)] * 2


@pytest.mark.parametrize("name", list(PASSBAND))
def test_no_depth_is_an_error_in_the_other_flavour(name: str) -> None:
    body = filled(name, deep("[x]", 5000))
    assert repr(make_call(PASSBAND[name].call, body).result) == repr(SERVICE.call(name, 200, body))


@pytest.mark.parametrize("end", ["", "]" * 999, "]" * 1001, '"' + "]" * 1000])
@pytest.mark.parametrize("name", list(OPERATIONS))
def test_what_is_deep_and_no_json_is_no_response(name: str, end: str) -> None:
    for body in (b"[" * 1000 + end.encode(), filled(name, "[" * 1000 + end)):
        if body != filled(name, ""):
            with pytest.raises(ResponseValidationError):
                SERVICE.call(name, 200, body)


@pytest.mark.parametrize("note", [b"\xff", b"\x01", b"\xed\xa0\xbd"])
@pytest.mark.parametrize(
    "name", [name for name, each in OPERATIONS.items() if isinstance(each.body, Mapping)]
)
def test_text_of_an_unknown_field_that_is_not_unicode_is_no_error(name: str, note: bytes) -> None:
    body = OPERATIONS[name].body
    assert isinstance(body, Mapping)
    sent = {
        member: [] if part is ENTRIES else {} if part is MEMBERS else part for member, part in body.items()
    }
    raw = json.dumps(sent | {"note": "?"}).encode().replace(b'"?"', b'"' + note + b'"')
    SERVICE.call(name, 200, raw)


@pytest.mark.parametrize("status", [200, 202, 204])
@pytest.mark.parametrize("body", [b"", b" \r\n"])
@pytest.mark.parametrize(
    "name", [name for name, each in OPERATIONS.items() if each.body is ALL or each.confirms]
)
def test_a_response_without_a_body_is_one_where_none_is_published(
    name: str, body: bytes, status: int
) -> None:
    result = SERVICE.call(name, status, body)
    if name in DECIDED:
        assert result == []
        assert result.unreadable is None


@pytest.mark.parametrize("body", [b"", b"<!doctype html><title>Sign in</title>", b"{", b"\xff"])
@pytest.mark.parametrize("name", list(OPERATIONS))
def test_what_is_no_json_is_no_response(name: str, body: bytes) -> None:
    """A proxy's sign-in page confirms no write, and is no empty list."""
    if not body and (OPERATIONS[name].confirms or name in DECIDED):
        return
    with pytest.raises(ResponseValidationError) as caught:
        SERVICE.call(name, 200, body)
    assert caught.value.outcome_unknown is (caught.value.request.method != "GET")


@pytest.mark.parametrize(
    ("name", "changes", "unread"),
    [
        ("bulk_draft_action", {"results": {"succeeded": ["d"]}}, lambda r: r.results["succeeded"]),
        ("bulk_schedule", {"scheduled": ["d"]}, lambda r: r.scheduled[0]),
        ("get_pipeline_stats", {"topErrors": ["x"]}, lambda r: r.top_errors[0]),
        ("get_pipeline_stats", {"last30Days": "x"}, lambda r: r.last_30_days),
        ("list_pipeline_runs", {"runs": [{"id": "r", "duration": "4s"}]}, lambda r: r.items[0]),
        ("check_conflicts", {"conflicts": [{"id": "d"}]}, lambda r: r.conflicts[0]),
        ("get_engagement", {"byFormat": [["SHORT", 3]]}, lambda r: r.by_format[0]),
        ("get_draft", {"item": "itm_1"}, lambda r: r.item),
        ("get_draft", {"images": ["u"]}, lambda r: r.images[0]),
        ("get_draft", {"tags": "a,b"}, lambda r: r),
        ("update_draft", {"images": {"url": "u"}}, lambda r: r),
        ("enqueue_draft", {"targetPlatforms": {"twitter": True}}, lambda r: r),
        ("create_drafts", {"drafts": ["d"]}, lambda r: r.drafts[0]),
        ("create_experiment", {"results": [1]}, lambda r: r.results),
        ("create_experiment", {"variants": ["A", "B"]}, lambda r: r.variants[1]),
        ("get_voice_profile", {"avoid": ["hype", 7]}, lambda r: r),
        ("create_source", {"config": {"maxItems": 3, "note": "Half \ud83d"}}, lambda r: r),
        ("test_source", {"items": ["T"]}, lambda r: r.items[0]),
        ("delete_source", {"note": "Half \ud83d"}, lambda r: r),
    ],
)
def test_another_shape_than_was_decided_is_no_error(
    name: str, changes: dict[str, object], unread: Callable[[Any], WireModel]
) -> None:
    body = OPERATIONS[name].body
    assert isinstance(body, Mapping)
    sent = {
        member: [] if part is ENTRIES else {} if part is MEMBERS else part for member, part in body.items()
    }
    result = SERVICE.call(name, 200, json.dumps(sent | changes).encode())
    assert unread(result).unreadable is not None


TIMES = {"createdAt": "2026-03-28T10:00:00Z", "updatedAt": "2026-03-28T10:00:00Z"}
ROW: Mapping[str, tuple[dict[str, object], WireModel]] = {
    "slots": (
        {"dayOfWeek": 1, "hour": 9, "minute": 0},
        Slot(day_of_week=1, hour=9, minute=0),
    ),
    "drafts": (
        {"id": "d", "text": "t", "format": "SHORT", "status": "approved", **TIMES},
        Draft.model_validate({"id": "d", "text": "t", "format": "SHORT", "status": "approved", **TIMES}),
    ),
    "times": (
        {"platform": "twitter", "hour": 9, "score": 1},
        PostingTime(platform="twitter", hour=9, score=1),
    ),
}


@pytest.mark.parametrize("name", list(DECIDED))
def test_an_object_or_an_array_or_nothing_is_read_where_none_is_published(name: str) -> None:
    row, model = ROW[DECIDED[name]]
    call = OPERATIONS[name].call
    decided: list[object] = [{DECIDED[name]: [row, row]}, [row, row]]
    for body in decided:
        result = make_call(call, body).result
        assert result == [model, model]
        assert (result.model_extra, result.unreadable) == ({}, None)
    nothing: list[object] = [[], {}, b"null", {DECIDED[name]: []}, {DECIDED[name]: None}]
    for body in nothing:
        result = make_call(call, body).result
        assert result == []
        assert result.unreadable is None
    result = make_call(call, {DECIDED[name]: [row], "cached": True}).result
    assert (result, result.model_extra, result.unreadable) == ([model], {"cached": True}, None)
    result = make_call(call, [row, "09:00"]).result
    assert result[0] == model
    assert result[1].unreadable.json() == "09:00"


@pytest.mark.parametrize("name", list(DECIDED))
@pytest.mark.parametrize("body", [b'{"ok": true}', b'"OK"', b"17", b"true", b'{"data": [1]}'])
def test_what_is_no_list_is_kept_as_it_came(name: str, body: bytes) -> None:
    result = make_call(OPERATIONS[name].call, body).result
    assert result == []
    assert result.unreadable.raw == body
    assert "unreadable" in repr(result) or "Unreadable" in repr(result)
