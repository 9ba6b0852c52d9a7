"""One delivery after the other, with no network.

The base of `verify_signature` is `hmac.digest` and `hmac.compare_digest`, bare. The base of `unwrap` is that,
a look into the dictionary of headers, and the same union of pydantic models, told apart by `event`, reading
the body. Both get twelve headers, as they come through a proxy. The base of `receive` is `unwrap`, which
computes no digest.
"""

import hmac
import json
from collections.abc import Iterable
from typing import Annotated

from benchmarks.frame import Row, compare
from pydantic import Field, TypeAdapter

from pandocast_sdk.webhooks import (
    AbTestCompleted,
    ContentAnalyzed,
    ContentUploaded,
    OutputsGenerated,
    PostFailed,
    PostPublished,
    Webhook,
    sign,
    verify_signature,
)

SECRET = "whsec_" + "5" * 64
BODY = json.dumps(
    {
        "event": "content.analyzed",
        "timestamp": "2026-03-01T12:30:00.000Z",
        "data": {"workspace_id": "ws_1", "content_id": "content_000001", "title": "Why we rewrote " * 25},
    }
).encode()
HEADERS = {
    "Host": "hooks.example.com",
    "User-Agent": "Pandocast-Webhooks/1.0",
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
    "Content-Type": "application/json",
    "Content-Length": str(len(BODY)),
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Pandocast-Event": "content.analyzed",
    "X-Pandocast-Delivery": "dlv_0123456789abcdef",
    "X-Pandocast-Signature": sign(BODY, SECRET),
}


SIZE = f"{len(BODY)} bytes"


def measure(*, quick: bool) -> Iterable[Row]:
    yield _verifying(quick=quick)
    yield from _receiving(quick=quick)


def _verifying(*, quick: bool) -> Row:
    signature, key = HEADERS["X-Pandocast-Signature"], SECRET.encode()

    def base(times: int) -> None:
        for _ in range(times):
            assert hmac.compare_digest(hmac.digest(key, BODY, "sha256").hex(), signature)

    def ours(times: int) -> None:
        for _ in range(times):
            assert verify_signature(BODY, signature, SECRET)

    return compare(f"verify_signature, {SIZE}", 1.30, ours, base, quick=quick, rounds=200, times=200)


def _receiving(*, quick: bool) -> Iterable[Row]:
    events: TypeAdapter[object] = TypeAdapter(
        Annotated[
            ContentUploaded
            | ContentAnalyzed
            | OutputsGenerated
            | PostPublished
            | PostFailed
            | AbTestCompleted,
            Field(discriminator="event"),
        ]
    )
    webhook, key = Webhook(SECRET), SECRET.encode()

    def base(times: int) -> None:
        for _ in range(times):
            given = HEADERS["X-Pandocast-Signature"]
            assert hmac.compare_digest(hmac.digest(key, BODY, "sha256").hex(), given)
            events.validate_json(BODY)

    def unwrap(times: int) -> None:
        for _ in range(times):
            webhook.unwrap(BODY, HEADERS)

    def receive(times: int) -> None:
        for _ in range(times):
            assert webhook.receive(BODY, HEADERS).digest

    for name, target, ours, theirs in (
        (f"unwrap, {SIZE}, twelve headers", 1.50, unwrap, base),
        ("receive, and the digest of the body", 1.15, receive, unwrap),
    ):
        yield compare(name, target, ours, theirs, quick=quick, rounds=200, times=200)
