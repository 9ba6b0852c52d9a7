"""Passband calls on a mocked wire: each is made through both clients, which must send and return the same."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qsl

import httpx
import pytest

from pandocast_sdk import AsyncPassband, Passband, ResponseValidationError

OPTIONS: dict[str, Any] = {"api_key": "pk_test_x", "base_url": "https://passband.example/v1"}

Call = Callable[[Any], Any]
"""Makes one call through a client of either flavour; that of the async one is awaited afterwards."""

DRAFT = {
    "id": "drf_1",
    "text": "Hello",
    "format": "SHORT",
    "status": "approved",
    "createdAt": "2026-03-28T10:00:00Z",
    "updatedAt": "2026-03-28T10:00:00Z",
}


class SentRequest(NamedTuple):
    """A request as it was sent, its path without the base URL."""

    method: str
    path: str
    query: dict[str, str]
    body: object


class Exchange(NamedTuple):
    """One call: the request it sent, and its result."""

    request: SentRequest
    result: Any


class _Wire:
    """Sends one response to every request, and keeps the requests."""

    def __init__(self, body: object, status: int) -> None:
        self.requests: list[SentRequest] = []
        self._status, self._body = status, body

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = parse_qsl(request.url.query.decode(), keep_blank_values=True, strict_parsing=True)
        assert len(dict(query)) == len(query), "a parameter is repeated"
        path = request.url.raw_path.decode().partition("?")[0].removeprefix("/v1")
        body = json.loads(request.content) if request.content else None
        self.requests.append(SentRequest(request.method, path, dict(query), body))
        if self._body is None:
            return httpx.Response(self._status)
        if isinstance(self._body, bytes):
            return httpx.Response(self._status, content=self._body)
        return httpx.Response(self._status, json=self._body)


def make_call(call: Call, response: object = None, status: int = 200) -> Exchange:
    """Make a call through both clients; a response of None has no body."""
    wire = _Wire(response, status)
    results = [_block(call, wire), asyncio.run(_await(call, wire))]
    pages = [getattr(result, "items", None) for result in results]
    if isinstance(pages[0], list):
        assert pages[0] == pages[1]
    else:
        assert results[0] == results[1]
    first, second = wire.requests
    assert first == second
    return Exchange(first, results[0])


def assert_rejected(call: Call, match: str) -> None:
    """Make a call through both clients, which must reject it before anything is sent."""
    wire = _Wire(None, 500)
    with pytest.raises(ValueError, match=match):
        _block(call, wire)
    with pytest.raises(ValueError, match=match):
        asyncio.run(_await(call, wire))
    assert wire.requests == []


NO_CONFIRMATIONS = [
    b"<!doctype html><title>Sign in</title>",
    b"OK",
    b"true",
    b"[]",
    b"{}",
    b'{"ok": "true", "paused": "true"}',
    b'{"ok": 1, "paused": 1}',
    b'{"ok": null, "paused": null}',
    b"\xff",
]
"""Bodies that do not say that anything was done: a proxy's sign-in page, for one."""


def assert_outcome_unknown(call: Call, status: int, body: bytes) -> None:
    """Make a call of a write through both clients; what it is answered must not count as a success."""
    for make in (_block, lambda call, wire: asyncio.run(_await(call, wire))):
        wire = _Wire(body, status)
        with pytest.raises(ResponseValidationError) as caught:
            make(call, wire)
        assert caught.value.outcome_unknown
        assert caught.value.status_code == status
        assert len(wire.requests) == 1


def _block(call: Call, wire: _Wire) -> object:
    with httpx.Client(transport=httpx.MockTransport(wire)) as http_client:
        return call(Passband(**OPTIONS, http_client=http_client))


async def _await(call: Call, wire: _Wire) -> object:
    async with httpx.AsyncClient(transport=httpx.MockTransport(wire)) as http_client:
        return await cast("Awaitable[object]", call(AsyncPassband(**OPTIONS, http_client=http_client)))
