import asyncio
import json
import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send
from support.openapi_judge import DESCRIPTIONS, MOUNT, PASSBAND_MOUNT, JudgingMiddleware, judge
from support.openapi_operations import METHODS

from pandocast_server.openapi import document

Pairs = list[tuple[bytes, bytes]]

HEADERS: Pairs = [
    (b"date", b"Sat, 28 Mar 2026 10:00:43 GMT"),
    (b"x-ratelimit-limit", b"100"),
    (b"x-ratelimit-remaining", b"99"),
    (b"x-ratelimit-reset", b"1774692060"),
    (b"content-type", b"application/json"),
]
RATE_HEADERS = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]
PASSBAND_HEADERS = [(name, value) for name, value in HEADERS if name.decode() not in RATE_HEADERS]
EXTRA_HEADERS = {
    401: [(b"www-authenticate", b"Bearer")],
    405: [(b"allow", b"GET, HEAD")],
    413: [(b"connection", b"close")],
    429: [(b"retry-after", b"17")],
}
CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "payload_too_large",
    429: "rate_limited",
    500: "internal_error",
}


def published(operation_id: str, mount: str = MOUNT) -> tuple[str, str, int, Any]:
    """The answer that the document shows for an operation: method, path with the mount, status and body."""
    description = DESCRIPTIONS[mount]
    for template, item in description.at("paths").items():
        for method in METHODS.intersection(item):
            operation = item[method]
            if operation["operationId"] == operation_id:
                status = next(status for status in operation["responses"] if status.startswith("2"))
                answer = operation["responses"][status]["content"]["application/json"]
                body = deepcopy(next(iter(answer["examples"].values()))["value"])
                return method.upper(), f"{mount}{template.replace('{id}', 'abc123')}", int(status), body
    raise LookupError(operation_id)


def encoded(body: object) -> bytes:
    return json.dumps(body).encode()


def refusal(status: int, headers: Pairs = HEADERS) -> tuple[Pairs, bytes]:
    envelope = {"error": "No", "code": CODES.get(status, f"status_{status}"), "status": status}
    return [*headers, *EXTRA_HEADERS.get(status, [])], encoded(envelope)


def without(name: str, headers: Sequence[tuple[bytes, bytes]]) -> Pairs:
    return [(given, value) for given, value in headers if given != name.encode()]


OPERATIONS = ["list_content", "upload_content", "generate_content", "list_outputs", "schedule_output"]
PUBLISHED_FIELDS = [(operation, field) for operation in OPERATIONS for field in published(operation)[3]]
PASSBAND_OPERATIONS = [
    operation.operation_id
    for path in DESCRIPTIONS[PASSBAND_MOUNT].paths
    for operation in path.operations.values()
    if operation.operation_id not in {"get_passband_openapi", "read_calendar"}
]


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


def test_names_the_place_inside_a_list() -> None:
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
    headers, answer = (HEADERS, encoded(body)) if status == 200 else refusal(status)
    with pytest.raises(AssertionError, match=f"header {name} must be there once, not 0 times"):
        judge(method, path, status, without(name, headers), answer)


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
    with pytest.raises(AssertionError, match="header www-authenticate: 'Bearer' was expected"):
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
    with pytest.raises(AssertionError, match="an answer to HEAD with a body"):
        judge("HEAD", path, status, HEADERS, encoded(body))


@pytest.mark.parametrize("status", [200, 302, 404, 429, 503])
def test_lets_a_fault_have_any_status_in_the_envelope(status: int) -> None:
    _, body = refusal(status)
    faulty = [*HEADERS, (b"x-pandocast-fault", b"1")]
    judge("GET", "/api/v1/content", status, faulty, body)
    with pytest.raises(AssertionError, match="'error' is a required property"):
        judge("GET", "/api/v1/content", status, faulty, encoded({"status": status}))
    with pytest.raises(AssertionError, match="x-ratelimit-reset must be there once"):
        judge("GET", "/api/v1/content", status, without("x-ratelimit-reset", faulty), body)


def test_lets_a_delayed_answer_through() -> None:
    method, path, status, body = published("list_content")
    judge(method, path, status, [*HEADERS, (b"x-pandocast-fault", b"1")], encoded(body))


def test_lets_a_fault_without_content_have_no_body() -> None:
    faulty = [*without("content-type", HEADERS), (b"x-pandocast-fault", b"1")]
    judge("GET", "/api/v1/content", 204, faulty, b"")
    with pytest.raises(AssertionError, match="a body of 2 bytes"):
        judge("GET", "/api/v1/content", 204, faulty, b"{}")


def test_accepts_the_document_itself_and_nothing_less() -> None:
    headers = [*without("content-type", HEADERS), (b"content-type", b"application/yaml")]
    judge("GET", "/api/v1/openapi.yaml", 200, headers, document())
    for body in (b"openapi: 3.1.0", b"a: [", b"\xff"):
        with pytest.raises(AssertionError, match="get_openapi"):
            judge("GET", "/api/v1/openapi.yaml", 200, headers, body)


@pytest.mark.parametrize("operation", PASSBAND_OPERATIONS)
def test_judges_passband_by_its_own_document(operation: str) -> None:
    method, path, status, body = published(operation, PASSBAND_MOUNT)
    judge(method, path, status, PASSBAND_HEADERS, encoded(body))
    answer = body[0] if isinstance(body, list) else body
    for field in list(answer):
        kept = answer.pop(field)
        with pytest.raises(AssertionError, match=rf"{operation} .*'{field}' is a required property"):
            judge(method, path, status, PASSBAND_HEADERS, encoded(body))
        answer[field] = kept
    answer["workspace_id"] = "ws_1"
    with pytest.raises(AssertionError, match="'workspace_id' was unexpected"):
        judge(method, path, status, PASSBAND_HEADERS, encoded(body))


@pytest.mark.parametrize("name", ["X-RateLimit-Limit", "x-ratelimit-remaining", "X-RateLimit-Policy"])
@pytest.mark.parametrize("status", [200, 401])
def test_catches_a_rate_header_where_there_is_no_rate(name: str, status: int) -> None:
    method, path, _, body = published("list_drafts", PASSBAND_MOUNT)
    good, answer = (PASSBAND_HEADERS, encoded(body))
    if status == 401:
        good, answer = refusal(401, PASSBAND_HEADERS)
    judge(method, path, status, good, answer)
    with pytest.raises(AssertionError, match=f"header {name.lower()} where the document has none"):
        judge(method, path, status, [*good, (name.encode(), b"100")], answer)


@pytest.mark.parametrize("path", ["/passband/v1/drafts", "/passband/v1/nowhere", "/passband/v1"])
def test_catches_a_rate_limit_where_there_is_no_rate(path: str) -> None:
    with pytest.raises(AssertionError, match="429: the document has"):
        judge("GET", path, 429, *refusal(429, PASSBAND_HEADERS))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 500])
def test_accepts_every_refusal_of_passband(status: int) -> None:
    headers, body = refusal(status, PASSBAND_HEADERS)
    judge("PATCH", "/passband/v1/drafts/abc123", status, headers, body)
    faulty = [*headers, (b"x-pandocast-fault", b"1")]
    judge("GET", "/passband/v1/drafts", status, faulty, body)


def test_gives_a_path_that_has_two_meanings_the_methods_of_both() -> None:
    judge("GET", "/passband/v1/drafts/bulk", 404, *refusal(404, PASSBAND_HEADERS))
    headers, body = refusal(405, PASSBAND_HEADERS)
    both = [*without("allow", headers), (b"allow", b"GET, HEAD, PATCH, POST")]
    judge("DELETE", "/passband/v1/drafts/bulk", 405, both, body)
    with pytest.raises(AssertionError, match=r"header allow: .* has \['GET', 'PATCH', 'POST'\]"):
        judge("DELETE", "/passband/v1/drafts/bulk", 405, headers, body)


CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:a\r\nEND:VCALENDAR\r\n"
CALENDAR_HEADERS: Pairs = [
    *without("content-type", PASSBAND_HEADERS),
    (b"content-type", b"text/calendar; charset=utf-8"),
    (b"cache-control", b"private, no-store"),
    (b"referrer-policy", b"no-referrer"),
]
FEED = "/passband/v1/calendar/ws_abc123/x3fQ0.ics"


def test_accepts_a_calendar() -> None:
    judge("GET", FEED, 200, CALENDAR_HEADERS, CALENDAR)
    judge("HEAD", FEED, 200, CALENDAR_HEADERS, b"")
    judge("GET", FEED, 404, *refusal(404, PASSBAND_HEADERS))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"\xff",
        CALENDAR.replace(b"END:VCALENDAR\r\n", b""),
        CALENDAR.replace(b"\r\n", b"\n"),
        CALENDAR.replace(b"VCALENDAR", b"VEVENT"),
        CALENDAR * 2,
        b"\r\n" + CALENDAR,
    ],
)
def test_catches_what_is_no_calendar(body: bytes) -> None:
    with pytest.raises(AssertionError, match="read_calendar"):
        judge("GET", FEED, 200, CALENDAR_HEADERS, body)


@pytest.mark.parametrize("name", ["cache-control", "referrer-policy"])
def test_catches_a_calendar_that_may_be_kept_or_told(name: str) -> None:
    with pytest.raises(AssertionError, match=f"header {name} must be there once"):
        judge("GET", FEED, 200, without(name, CALENDAR_HEADERS), CALENDAR)
    with pytest.raises(AssertionError, match=f"header {name}: "):
        judge("GET", FEED, 200, [*without(name, CALENDAR_HEADERS), (name.encode(), b"public")], CALENDAR)


def test_has_no_judgement_of_paths_under_no_mount() -> None:
    with pytest.raises(LookupError, match="/passband/v1"):
        judge("GET", "/metrics", 200, HEADERS, b"")


START: Message = {"type": "http.response.start", "status": 404, "headers": refusal(404)[0]}
END: Message = {"type": "http.response.body", "body": refusal(404)[1]}


def exchange(
    answer: list[Message], *, method: str = "GET", path: str = "/api/v1/content/abc123/outputs"
) -> tuple[list[tuple[Message, int]], list[str]]:
    """Run an application that sends this: what came through, with the number of verdicts by then."""
    verdicts: list[str] = []
    sent: list[tuple[Message, int]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in answer:
            await send(message)
            assert sent[-1][0] is message

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append((message, len(verdicts)))

    scope: Scope = {"type": "http", "method": method, "path": path}
    asyncio.run(JudgingMiddleware(app, verdicts)(scope, receive, send))
    return sent, verdicts


def test_middleware_passes_a_good_response_on() -> None:
    sent, verdicts = exchange([START, END])
    assert [message for message, _ in sent] == [START, END]
    assert verdicts == []


def test_middleware_joins_the_parts_of_a_body() -> None:
    parts: list[Message] = [
        {"type": "http.response.body", "body": END["body"][:9], "more_body": True},
        {"type": "http.response.body", "body": END["body"][9:], "more_body": True},
        {"type": "http.response.body"},
    ]
    assert exchange([START, *parts])[1] == []


def test_middleware_notes_a_verdict_before_the_last_part_is_sent() -> None:
    sent, verdicts = exchange([{**START, "status": 418}, END])
    assert verdicts == [
        "list_outputs (GET /content/{id}/outputs), 418: the document has 200, 401, 404, 429, 500 only"
    ]
    assert [noted for _, noted in sent] == [0, 1]


def test_middleware_notes_a_verdict_once_and_before_the_length_is_reached() -> None:
    length = (b"content-length", str(len(END["body"])).encode())
    start: Message = {**START, "status": 418, "headers": [*START["headers"], length]}
    last: Message = {"type": "http.response.body", "body": b""}
    sent, verdicts = exchange([start, {**END, "more_body": True}, last])
    assert len(verdicts) == 1
    assert [noted for _, noted in sent] == [0, 1, 1]


def test_middleware_judges_an_answer_to_head_before_its_headers_are_sent() -> None:
    sent, verdicts = exchange([{**START, "status": 418}, END], method="HEAD")
    assert len(verdicts) == 1
    assert [noted for _, noted in sent] == [1, 1]
    assert exchange([START, END], method="HEAD")[1] == []


def test_middleware_leaves_an_unfinished_response_unjudged() -> None:
    cut: Message = {"type": "http.response.body", "body": b"{", "more_body": True}
    assert exchange([START, cut])[1] == []


@pytest.mark.parametrize("path", ["/", "/passband", "/passband/v10/drafts", "/api/v10/content"])
def test_middleware_leaves_other_paths_unjudged(path: str) -> None:
    assert exchange([{**START, "status": 418}, END], path=path)[1] == []


def test_middleware_judges_each_mount() -> None:
    verdicts = exchange([START, END], path="/passband/v1/drafts/abc123")[1]
    assert [verdict.partition(";")[0] for verdict in verdicts] == [
        "get_draft (GET /drafts/{id}), 404: header x-ratelimit-limit where the document has none"
    ]


def test_middleware_leaves_other_protocols_alone() -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    async def receive() -> Message:
        raise AssertionError("nothing is received")

    async def send(message: Message) -> None:
        raise AssertionError("nothing is sent")

    lifespan: Scope = {"type": "lifespan"}
    asyncio.run(JudgingMiddleware(app, [])(lifespan, receive, send))
    assert seen == [lifespan]
