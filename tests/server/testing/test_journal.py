"""The journal of received requests."""

import asyncio
from collections.abc import Awaitable

from starlette.types import Message, Receive, Scope, Send

from pandocast_server.testing.requests import Journal, ReceivedRequest


def _scope(path: str, query: bytes = b"") -> Scope:
    return {"type": "http", "method": "GET", "path": path, "query_string": query}


def _run(application: Awaitable[None]) -> None:
    async def wait() -> None:
        await application

    asyncio.run(wait())


async def _receive() -> Message:
    raise AssertionError("nothing is read")


async def _send(_message: Message) -> None:
    return


async def _teapot(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _silent(_scope: Scope, _receive: Receive, _send: Send) -> None:
    return


def test_requests_are_kept_in_order_with_their_answers() -> None:
    journal = Journal()
    _run(journal.recording(_teapot)(_scope("/a", b"limit=1"), _receive, _send))
    _run(journal.recording(_silent)(_scope("/b"), _receive, _send))
    assert journal.received() == [
        ReceivedRequest("GET", "/a", 418, "limit=1"),
        ReceivedRequest("GET", "/b", None),
    ]


def test_a_request_is_noted_before_its_answer_leaves() -> None:
    journal = Journal()
    seen: list[int | None] = []

    async def send(_message: Message) -> None:
        seen.append(journal.received()[-1].status)

    _run(journal.recording(_teapot)(_scope("/a"), _receive, send))
    assert seen == [418, 418]


def test_the_journal_forgets_the_oldest() -> None:
    journal = Journal(capacity=3)
    for number in range(5):
        _run(journal.recording(_teapot)(_scope(f"/{number}"), _receive, _send))
    assert [request.path for request in journal.received()] == ["/2", "/3", "/4"]
    journal.clear()
    assert journal.received() == []


def test_what_is_not_http_is_not_noted() -> None:
    journal = Journal()
    _run(journal.recording(_silent)({"type": "lifespan"}, _receive, _send))
    assert journal.received() == []
