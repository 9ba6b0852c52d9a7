"""The ASGI endpoint: what it makes of a server's messages."""

import asyncio
from collections.abc import Iterable

import pytest

from pandocast_sdk.webhooks import Webhook, asgi

WEBHOOK = Webhook("whsec_test")
BODY, HEADERS = WEBHOOK.wrap('{"event": "new.type", "timestamp": "2026-03-28T10:05:00Z", "data": {}}')
RAW = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
Message = dict[str, object]


def run(
    received: Iterable[Message],
    *,
    kind: str = "http",
    method: str = "POST",
    headers: Iterable[tuple[bytes, bytes]] = RAW,
) -> list[Message]:
    """Return what the endpoint sends, and fail if it receives more than there is."""
    messages, sent = iter(received), list[Message]()

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        sent.append(message)

    application = asgi.endpoint(WEBHOOK, print, max_body=1000)
    asyncio.run(application({"type": kind, "method": method, "headers": headers}, receive, send))
    return sent


def part(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_may_come_in_parts_and_some_may_be_empty() -> None:
    parts = [
        part(b"", more=True),
        part(BODY[:9], more=True),
        {"type": "http.request", "more_body": True},
        part(BODY[9:], more=True),
        part(b""),
    ]
    start, end = run(parts)
    assert start == {"type": "http.response.start", "status": 204, "headers": []}
    assert end == {"type": "http.response.body", "body": b""}
    assert run([part(BODY)], headers=iter(RAW))[0]["status"] == 204


def test_a_refusal_reads_no_further() -> None:
    start, _ = run([], method="GET")
    assert start["status"] == 405
    assert (b"allow", b"POST") in list(start["headers"])  # type: ignore[call-overload] # a list of pairs
    assert run([], headers=[*RAW, (b"Content-Length", b"1001")])[0]["status"] == 413
    assert run([part(b"x" * 1001, more=True)])[0]["status"] == 413


@pytest.mark.parametrize("before", [[], [part(BODY[:9], more=True)]])
def test_nothing_is_sent_to_a_client_that_is_gone(before: list[Message]) -> None:
    assert run([*before, {"type": "http.disconnect"}]) == []


def test_a_server_can_be_started_and_shut_down() -> None:
    sent = run([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}], kind="lifespan")
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


def test_a_websocket_is_closed() -> None:
    assert run([], kind="websocket") == [{"type": "websocket.close"}]
