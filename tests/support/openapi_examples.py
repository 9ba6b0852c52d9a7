"""Responses to judge: the examples of the OpenAPI documents, and refusals."""

import json
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from support.openapi_document import DESCRIPTIONS, MOUNT
from support.openapi_operations import METHODS

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
    """Return the example of an operation: its method, path with the mount, status and body."""
    description = DESCRIPTIONS[mount]
    for template, item in description.at("paths").items():
        for method in METHODS.intersection(item):
            operation = item[method]
            if operation["operationId"] == operation_id:
                status = next(status for status in operation["responses"] if status.startswith("2"))
                response = operation["responses"][status]["content"]["application/json"]
                body = deepcopy(next(iter(response["examples"].values()))["value"])
                return method.upper(), f"{mount}{template.replace('{id}', 'abc123')}", int(status), body
    raise LookupError(operation_id)


def encoded(body: object) -> bytes:
    return json.dumps(body).encode()


def refusal(status: int, headers: Pairs = HEADERS) -> tuple[Pairs, bytes]:
    envelope = {"error": "No", "code": CODES.get(status, f"status_{status}"), "status": status}
    return [*headers, *EXTRA_HEADERS.get(status, [])], encoded(envelope)


def without(name: str, headers: Sequence[tuple[bytes, bytes]]) -> Pairs:
    return [(other, value) for other, value in headers if other != name.encode()]
