"""The middleware that judges responses as they are sent."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send
from support.openapi_examples import refusal
from support.openapi_middleware import JudgingMiddleware

START: Message = {"type": "http.response.start", "status": 404, "headers": refusal(404)[0]}
END: Message = {"type": "http.response.body", "body": refusal(404)[1]}


def exchange(
    response: list[Message], *, method: str = "GET", path: str = "/api/v1/content/abc123/outputs"
) -> tuple[list[tuple[Message, int]], list[str]]:
    """Run an application that sends these; return them, each with the verdicts by then, and the verdicts."""
    verdicts: list[str] = []
    sent: list[tuple[Message, int]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in response:
            await send(message)
            assert sent[-1][0] is message

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append((message, len(verdicts)))

    scope: Scope = {"type": "http", "method": method, "path": path}
    asyncio.run(JudgingMiddleware(app, verdicts.append)(scope, receive, send))
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


def test_middleware_judges_a_response_to_head_before_its_headers_are_sent() -> None:
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
    asyncio.run(JudgingMiddleware(app, print)(lifespan, receive, send))
    assert seen == [lifespan]
