"""The way out: any request, as long as it is one."""

import json
from datetime import datetime, timedelta, timezone
from enum import Enum
from types import MappingProxyType
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.wire import response

from pandocast_sdk import NOT_GIVEN, Content
from pandocast_sdk._core.requests.custom import Response, custom_request
from pandocast_sdk._core.requests.operation import Operation


def build(method: str = "GET", path: str = "/content") -> Operation[Response]:
    return custom_request(method, path, params=None, body=None)


@pytest.mark.parametrize("method", ["get", "GET", "Post", "PATCH", "delete", "OPTIONS", "HEAD", "PROPFIND"])
def test_any_method_is_accepted(method: str) -> None:
    assert build(method).method == method.upper()


@pytest.mark.parametrize("method", ["", "GET ", "GE T", "GET\r\n", "GÉT", "G" * 21, "GET/1", "1"])
def test_an_invalid_method_is_rejected(method: str) -> None:
    with pytest.raises(ValueError, match="not an HTTP method"):
        build(method)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "QUERY", "CONNECT"])
def test_every_method_that_does_not_only_read_is_a_write(method: str) -> None:
    assert build(method).writes
    assert not any(build(method).writes for method in ("GET", "HEAD", "OPTIONS"))


@pytest.mark.parametrize(
    "path", ["/", "/content", "/a/b%2Fc/~d;e=f/@g:h!$&'()*+,=", "/...", "/a//b", "/%C3%A9", "/a/"]
)
def test_an_escaped_path_is_sent_unchanged(path: str) -> None:
    operation = build(path=path)
    assert operation.path == path
    assert httpx.URL(f"https://api.example/v1{operation.path}").raw_path == f"/v1{path}".encode()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "content",
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/a b",
        "/a\r\nX-Evil: 1",
        "/a\n",
        "/é",
        "/a?b=c",
        "/a#b",
        "/a\\b",
        "/content/{id}",
        "/a<b>",
        "/a`b",
        "/a|b",
        "/a%",
        "/a%2",
        "/a%zz",
        "/.",
        "/..",
        "/a/../b",
        "/a/./b",
        "/a/..",
        "/%2e%2e/b",
        "/a/.%2E/b",
        "/%2E",
    ],
)
def test_a_path_that_is_not_escaped_is_rejected(path: str) -> None:
    with pytest.raises(ValueError, match="path must"):
        build(path=path)


@given(st.text(st.characters(codec="ascii"), max_size=12))
def test_no_accepted_path_leaves_the_base_url(text: str) -> None:
    try:
        operation = build(path=f"/{text}")
    except ValueError:
        return
    url = httpx.URL(f"https://api.example/v1{operation.path}")
    assert (url.host, url.raw_path) == ("api.example", f"/v1/{text}".encode())
    assert url.fragment == ""


def test_parameters_that_are_none_are_left_out() -> None:
    assert query({"a": 1, "b": None, "c": "d e&f"}) == "a=1&c=d+e%26f"


def query(params: dict[str, Any]) -> str:
    return custom_request("GET", "/x", params=params, body=None).query


def body(members: dict[str, object] | list[object]) -> bytes | None:
    return custom_request("POST", "/x", params=None, body=members).body


class Name(str, Enum):  # noqa: UP042 - as people write it
    APPROVED = "approved"


class Number(int, Enum):
    TEN = 10


class Kind(Enum):
    RSS = "rss"


class Shout(str):
    __slots__ = ()

    def __str__(self) -> str:
        return self.upper() + "!"


def test_an_enumeration_names_a_parameter_by_its_value() -> None:
    assert custom_request("GET", "/x", params={Name.APPROVED: 1}, body=None).query == "approved=1"


NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001
NOON = datetime(2026, 3, 30, 14, tzinfo=timezone(timedelta(hours=2)))
KEY = UUID(int=7)


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (True, "a=true"),
        (False, "a=false"),
        (1.5, "a=1.5"),
        (0, "a=0"),
        ("", "a="),
        (Name.APPROVED, "a=approved"),
        (Number.TEN, "a=10"),
        (Kind.RSS, "a=rss"),
        (Shout("x"), "a=x"),
        (KEY, f"a={KEY}"),
        (NOON, "a=2026-03-30T12%3A00%3A00Z"),
        (["b", "c d"], "a=b&a=c+d"),
        ((Name.APPROVED, True, 3), "a=approved&a=true&a=3"),
        ([], ""),
        ([None, "b"], "a=b"),
        (NOT_GIVEN, ""),
    ],
)
def test_a_parameter_is_sent_as_it_is_meant(value: object, sent: str) -> None:
    assert query({"a": value}) == sent


@pytest.mark.parametrize("value", [{"b": 1}, b"bytes", object(), NAIVE, Content])
def test_a_parameter_that_no_query_can_carry_is_rejected(value: object) -> None:
    with pytest.raises(ValueError, match=r"^a must "):
        query({"a": value})


@pytest.mark.parametrize(
    ("members", "sent"),
    [
        ({"a": None, "b": [None], "c": {"d": None}}, b'{"a":null,"b":[null],"c":{"d":null}}'),
        ({"a": NOT_GIVEN, "b": {"c": NOT_GIVEN, "d": 1}}, b'{"b":{"d":1}}'),
        ([{"a": NOT_GIVEN}, {"b": [{"c": NOT_GIVEN}]}], b'[{},{"b":[{}]}]'),
        ({"a": Name.APPROVED, "b": [Number.TEN, Kind.RSS]}, b'{"a":"approved","b":[10,"rss"]}'),
        ({"a": True, "b": (1, 2), "c": MappingProxyType({"d": 1})}, b'{"a":true,"b":[1,2],"c":{"d":1}}'),
        ({"a": NOON, "b": KEY}, b'{"a":"2026-03-30T12:00:00Z","b":"%s"}' % str(KEY).encode()),
    ],
)
def test_a_body_is_sent_as_it_is_meant(members: dict[str, object] | list[object], sent: bytes) -> None:
    assert body(members) == sent


@pytest.mark.parametrize(
    "value",
    [{1, 2}, b"bytes", object(), NAIVE, float("nan"), [NOT_GIVEN], {(1, 2): 3}, "\ud800"],
)
def test_a_body_that_has_no_form_in_json_is_rejected(value: object) -> None:
    with pytest.raises(ValueError, match=r"JSON|offset|surrogates"):
        body({"a": value})


def test_a_body_that_is_nested_too_deeply_is_rejected() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="nested too deeply"):
        body(deep)


def test_a_response_keeps_status_headers_and_body() -> None:
    result = build().read(response(204, b'{"a": "\xc3\xa9"}', {"X-Thing": "1", "x-thing": "2", "Other": "3"}))
    assert result.status_code == 204
    assert result.headers["X-THING"] == "1, 2"
    assert "x-Thing" in result.headers
    assert dict(result.headers) == {"x-thing": "1, 2", "other": "3"}
    assert len(result.headers) == 2
    assert result.content == b'{"a": "\xc3\xa9"}'
    assert result.text == '{"a": "é"}'
    assert result.json() == {"a": "é"}


def test_a_response_need_not_be_json() -> None:
    result = build().read(response(200, b"\xff"))
    assert result.text == "�"
    with pytest.raises(ValueError, match="utf-8"):
        result.json()


def test_a_byte_order_mark_in_front_of_a_response_is_skipped() -> None:
    result = build().read(response(200, b'\xef\xbb\xbf{"a": 1}'))
    assert result.json() == {"a": 1}
    assert result.text == '{"a": 1}'
    assert result.content.startswith(b"\xef\xbb\xbf")


def test_the_repr_of_a_response_hides_its_headers_and_body() -> None:
    result = build().read(response(200, json.dumps({"secret": 1}).encode(), {"Set-Cookie": "secret"}))
    assert "secret" not in repr(result)
    assert "200" in repr(result)


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ({"a": 1, "b": None}, b'{"a":1,"b":null}'),
        ([{"dayOfWeek": 1}], b'[{"dayOfWeek":1}]'),
        ([], b"[]"),
        (None, None),
    ],
)
def test_a_body_is_an_object_or_an_array(
    body: dict[str, object] | list[object] | None, sent: bytes | None
) -> None:
    assert custom_request("PUT", "/schedule/slots", params=None, body=body).body == sent


@pytest.mark.parametrize("body", ["text", b"bytes"])
def test_a_string_body_is_rejected(body: str | bytes) -> None:
    with pytest.raises(ValueError, match="not a string"):
        custom_request("PUT", "/schedule/slots", params=None, body=body)
