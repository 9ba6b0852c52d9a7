"""The judge of responses, on those of Pandocast: it accepts what is documented, and names what is not."""

import re

import pytest
from support.openapi_examples import (
    EXTRA_HEADERS,
    HEADERS,
    RATE_HEADERS,
    encoded,
    published,
    refusal,
    without,
)
from support.openapi_judge import judge

from pandocast_server.routing import document

OPERATIONS = ["list_content", "upload_content", "generate_content", "list_outputs", "schedule_output"]
PUBLISHED_FIELDS = [(operation, field) for operation in OPERATIONS for field in published(operation)[3]]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_accepts_what_is_published(operation: str) -> None:
    method, path, status, body = published(operation)
    judge(method, path, status, HEADERS, encoded(body))


@pytest.mark.parametrize(("operation", "field"), PUBLISHED_FIELDS)
def test_catches_a_missing_field(operation: str, field: str) -> None:
    method, path, status, body = published(operation)
    del body[field]
    with pytest.raises(AssertionError, match=rf"{operation}.*, {status}: .*'{field}' is a required property"):
        judge(method, path, status, HEADERS, encoded(body))


@pytest.mark.parametrize(("operation", "field"), PUBLISHED_FIELDS)
def test_catches_a_wrong_type(operation: str, field: str) -> None:
    method, path, status, body = published(operation)
    with pytest.raises(AssertionError, match=re.escape(f"$.{field}: ")):
        judge(method, path, status, HEADERS, encoded(body | {field: None}))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_catches_an_extra_field(operation: str) -> None:
    method, path, status, body = published(operation)
    with pytest.raises(AssertionError, match="'workspace_id' was unexpected"):
        judge(method, path, status, HEADERS, encoded(body | {"workspace_id": "ws_1"}))


def test_names_the_element_of_a_list() -> None:
    method, path, status, body = published("list_outputs")
    body["items"][1]["voice_match_score"] = 101
    with pytest.raises(AssertionError, match=re.escape("$.items[1].voice_match_score: 101")):
        judge(method, path, status, HEADERS, encoded(body))


@pytest.mark.parametrize(
    "timestamp",
    [
        "2026-03-28T10:00:00+00:00",
        "2026-03-28T10:00:00.000Z",
        "2026-03-28T10:00:00",
        "2026-03-28 10:00:00Z",
        "2026-02-30T10:00:00Z",
    ],
)
def test_catches_a_wrong_timestamp(timestamp: str) -> None:
    method, path, status, body = published("upload_content")
    with pytest.raises(AssertionError, match=re.escape(f"$.created_at: '{timestamp}'")):
        judge(method, path, status, HEADERS, encoded(body | {"created_at": timestamp}))


def test_accepts_a_timestamp_with_microseconds() -> None:
    method, path, status, body = published("upload_content")
    judge(method, path, status, HEADERS, encoded(body | {"created_at": "2026-03-28T10:00:00.000500Z"}))


@pytest.mark.parametrize("status", [200, 302, 404, 503])
def test_catches_an_undocumented_status(status: int) -> None:
    headers, body = refusal(status)
    with pytest.raises(AssertionError, match=f"upload_content.*, {status}: the document has 201, 400"):
        judge("POST", "/api/v1/content/upload", status, headers, body)


@pytest.mark.parametrize("name", [*RATE_HEADERS, "date"])
@pytest.mark.parametrize("status", [200, 401])
def test_catches_a_header_that_is_missing(name: str, status: int) -> None:
    method, path, _, body = published("list_content")
    headers, response = (HEADERS, encoded(body)) if status == 200 else refusal(status)
    with pytest.raises(AssertionError, match=f"header {name} must be there once, not 0 times"):
        judge(method, path, status, without(name, headers), response)


@pytest.mark.parametrize("name", RATE_HEADERS)
@pytest.mark.parametrize("value", [b"", b"-1", b"1.5", b"+7", b"7 ", b"007", b"\xb2", b"1e2"])
def test_catches_a_rate_header_that_is_not_a_whole_number(name: str, value: bytes) -> None:
    method, path, status, body = published("list_content")
    headers = [*without(name, HEADERS), (name.encode(), value)]
    with pytest.raises(AssertionError, match=f"header {name}: .* is not a whole number"):
        judge(method, path, status, headers, encoded(body))


def test_catches_a_rate_header_sent_twice() -> None:
    method, path, status, body = published("list_content")
    with pytest.raises(AssertionError, match="x-ratelimit-limit must be there once, not 2 times"):
        judge(method, path, status, [*HEADERS, (b"X-RateLimit-Limit", b"100")], encoded(body))


def test_catches_a_date_of_another_form() -> None:
    method, path, status, body = published("list_content")
    headers = [*without("date", HEADERS), (b"date", b"2026-03-28T10:00:43Z")]
    with pytest.raises(AssertionError, match="header date: "):
        judge(method, path, status, headers, encoded(body))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not application/json"),
        (b"{", "not application/json"),
        (b'{"items": "\xff"}', "can't decode"),
        (b'{"items": [], "total": NaN, "has_more": false}', "NaN is not JSON"),
    ],
)
def test_catches_a_body_that_is_not_json(body: bytes, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        judge("GET", "/api/v1/content", 200, HEADERS, body)


@pytest.mark.parametrize("content_type", [[], [b"text/html"], [b"application/json", b"application/json"]])
def test_catches_a_wrong_content_type(content_type: list[bytes]) -> None:
    method, path, status, body = published("list_content")
    headers = [*without("content-type", HEADERS), *((b"content-type", value) for value in content_type)]
    with pytest.raises(AssertionError, match="content type"):
        judge(method, path, status, headers, encoded(body))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 429, 500])
def test_accepts_every_refusal(status: int) -> None:
    judge("POST", "/api/v1/content/abc123/generate", status, *refusal(status))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 429, 500])
def test_catches_the_code_of_another_refusal(status: int) -> None:
    headers, _ = refusal(status)
    body = encoded({"error": "No", "code": "teapot", "status": status})
    with pytest.raises(AssertionError, match=r"\$\.code: "):
        judge("POST", "/api/v1/content/abc123/generate", status, headers, body)


@pytest.mark.parametrize("status", [401, 413, 429])
def test_catches_a_refusal_without_the_header_of_its_status(status: int) -> None:
    _, body = refusal(status)
    name = EXTRA_HEADERS[status][0][0].decode()
    with pytest.raises(AssertionError, match=f"header {name} must be there once"):
        judge("POST", "/api/v1/content/abc123/generate", status, HEADERS, body)


def test_catches_a_realm_beside_bearer() -> None:
    _, body = refusal(401)
    headers = [*HEADERS, (b"www-authenticate", b'Bearer realm="api"')]
    with pytest.raises(AssertionError, match=r"header www-authenticate: .* is not one of"):
        judge("GET", "/api/v1/content", 401, headers, body)


@pytest.mark.parametrize(
    "path", ["/api/v1", "/api/v1/", "/api/v1/content/", "/api/v1/content/a/b", "/api/v1/x"]
)
def test_judges_an_unknown_route_by_the_envelope(path: str) -> None:
    headers, body = refusal(404)
    judge("GET", path, 404, headers, body)
    with pytest.raises(AssertionError, match="not in the document"):
        judge("GET", path, 200, HEADERS, encoded({}))
    with pytest.raises(AssertionError, match="content type"):
        judge(
            "GET",
            path,
            404,
            [*without("content-type", headers), (b"content-type", b"text/plain")],
            b"Not Found",
        )


def test_judges_a_wrong_method_by_the_methods_of_the_document() -> None:
    headers, body = refusal(405)
    judge("DELETE", "/api/v1/content", 405, headers, body)
    with pytest.raises(AssertionError, match="header allow must be there once"):
        judge("DELETE", "/api/v1/content", 405, HEADERS, body)
    with pytest.raises(
        AssertionError, match=r"header allow: \['GET', 'HEAD'\] where the document has \['POST'\]"
    ):
        judge("DELETE", "/api/v1/content/upload", 405, headers, body)


def test_judges_head_as_get_without_a_body() -> None:
    _, path, status, body = published("list_content")
    judge("HEAD", path, status, HEADERS, b"")
    with pytest.raises(AssertionError, match="a response to HEAD with a body"):
        judge("HEAD", path, status, HEADERS, encoded(body))


@pytest.mark.parametrize("status", [200, 302, 404, 429, 503])
def test_accepts_a_fault_of_any_status_in_the_envelope(status: int) -> None:
    _, body = refusal(status)
    faulty = [*HEADERS, (b"x-pandocast-fault", b"1")]
    judge("GET", "/api/v1/content", status, faulty, body)
    with pytest.raises(AssertionError, match="'error' is a required property"):
        judge("GET", "/api/v1/content", status, faulty, encoded({"status": status}))
    with pytest.raises(AssertionError, match="x-ratelimit-reset must be there once"):
        judge("GET", "/api/v1/content", status, without("x-ratelimit-reset", faulty), body)


def test_accepts_a_delayed_response() -> None:
    method, path, status, body = published("list_content")
    judge(method, path, status, [*HEADERS, (b"x-pandocast-fault", b"1")], encoded(body))


def test_accepts_a_fault_without_content_and_body() -> None:
    faulty = [*without("content-type", HEADERS), (b"x-pandocast-fault", b"1")]
    judge("GET", "/api/v1/content", 204, faulty, b"")
    with pytest.raises(AssertionError, match="a body of 2 bytes"):
        judge("GET", "/api/v1/content", 204, faulty, b"{}")


def test_accepts_the_whole_document_only() -> None:
    headers = [*without("content-type", HEADERS), (b"content-type", b"application/yaml")]
    judge("GET", "/api/v1/openapi.yaml", 200, headers, document())
    for body in (b"openapi: 3.1.0", b"a: [", b"\xff"):
        with pytest.raises(AssertionError, match="get_openapi"):
            judge("GET", "/api/v1/openapi.yaml", 200, headers, body)


def test_raises_for_a_path_under_no_mount() -> None:
    with pytest.raises(LookupError, match="/passband/v1"):
        judge("GET", "/metrics", 200, HEADERS, b"")
