"""The judge of responses, on those of Passband."""

import pytest
from support.openapi_document import DESCRIPTIONS, PASSBAND_MOUNT
from support.openapi_examples import PASSBAND_HEADERS, Pairs, encoded, published, refusal, without
from support.openapi_judge import judge

PASSBAND_OPERATIONS = [
    operation.operation_id
    for path in DESCRIPTIONS[PASSBAND_MOUNT].paths
    for operation in path.operations.values()
    if operation.operation_id not in {"get_passband_openapi", "read_calendar"}
]


@pytest.mark.parametrize("operation", PASSBAND_OPERATIONS)
def test_judges_passband_by_its_own_document(operation: str) -> None:
    method, path, status, body = published(operation, PASSBAND_MOUNT)
    judge(method, path, status, PASSBAND_HEADERS, encoded(body))
    response = body[0] if isinstance(body, list) else body
    for field in list(response):
        kept = response.pop(field)
        with pytest.raises(AssertionError, match=rf"{operation} .*'{field}' is a required property"):
            judge(method, path, status, PASSBAND_HEADERS, encoded(body))
        response[field] = kept
    response["workspace_id"] = "ws_1"
    with pytest.raises(AssertionError, match="'workspace_id' was unexpected"):
        judge(method, path, status, PASSBAND_HEADERS, encoded(body))


@pytest.mark.parametrize("name", ["X-RateLimit-Limit", "x-ratelimit-remaining", "X-RateLimit-Policy"])
@pytest.mark.parametrize("status", [200, 401])
def test_catches_a_rate_header_where_there_is_no_rate(name: str, status: int) -> None:
    method, path, _, body = published("list_drafts", PASSBAND_MOUNT)
    good, response = (PASSBAND_HEADERS, encoded(body))
    if status == 401:
        good, response = refusal(401, PASSBAND_HEADERS)
    judge(method, path, status, good, response)
    with pytest.raises(AssertionError, match=f"header {name.lower()} where the document has none"):
        judge(method, path, status, [*good, (name.encode(), b"100")], response)


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


def test_allows_the_methods_of_both_paths_that_match() -> None:
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
def test_catches_a_body_that_is_no_calendar(body: bytes) -> None:
    with pytest.raises(AssertionError, match="read_calendar"):
        judge("GET", FEED, 200, CALENDAR_HEADERS, body)


@pytest.mark.parametrize("name", ["cache-control", "referrer-policy"])
def test_catches_a_calendar_that_may_be_cached_or_referred_to(name: str) -> None:
    with pytest.raises(AssertionError, match=f"header {name} must be there once"):
        judge("GET", FEED, 200, without(name, CALENDAR_HEADERS), CALENDAR)
    with pytest.raises(AssertionError, match=f"header {name}: "):
        judge("GET", FEED, 200, [*without(name, CALENDAR_HEADERS), (name.encode(), b"public")], CALENDAR)
