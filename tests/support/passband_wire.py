"""Passband calls seen from the wire: each is made through both clients, which must ask and answer alike."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qsl

import httpx
import pytest

from pandocast_sdk import AsyncPassband, Passband

OPTIONS: dict[str, Any] = {"api_key": "pk_test_x", "base_url": "https://passband.example/v1"}

Call = Callable[[Any], Any]
"""Makes one call through a client of either flavour; the async one's has yet to be awaited."""

DRAFT = {
    "id": "drf_1",
    "text": "Hello",
    "format": "SHORT",
    "status": "approved",
    "createdAt": "2026-03-28T10:00:00Z",
    "updatedAt": "2026-03-28T10:00:00Z",
}


class Asked(NamedTuple):
    """What was on the wire."""

    method: str
    path: str
    query: dict[str, str]
    body: object


class Exchange(NamedTuple):
    """One call: what it asked, and what it gave."""

    asked: Asked
    result: Any


class _Wire:
    """Gives one answer to everything, and keeps what it was asked."""

    def __init__(self, answer: object, status: int) -> None:
        self.asked: list[Asked] = []
        self._response = (status, answer)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = parse_qsl(request.url.query.decode(), keep_blank_values=True, strict_parsing=True)
        assert len(dict(query)) == len(query), "a parameter stands twice"
        path = request.url.raw_path.decode().partition("?")[0].removeprefix("/v1")
        body = json.loads(request.content) if request.content else None
        self.asked.append(Asked(request.method, path, dict(query), body))
        status, answer = self._response
        return httpx.Response(status) if answer is None else httpx.Response(status, json=answer)


def make(call: Call, answer: object = None, status: int = 200) -> Exchange:
    """Make a call through both clients; None answers without a body."""
    wire = _Wire(answer, status)
    results = [_block(call, wire), asyncio.run(_await(call, wire))]
    pages = [getattr(result, "items", None) for result in results]
    if isinstance(pages[0], list):
        assert pages[0] == pages[1]
    else:
        assert results[0] == results[1]
    first, second = wire.asked
    assert first == second
    return Exchange(first, results[0])


def refuse(call: Call, match: str) -> None:
    """Make a call through both clients, which must refuse it before anything is sent."""
    wire = _Wire(None, 500)
    with pytest.raises(ValueError, match=match):
        _block(call, wire)
    with pytest.raises(ValueError, match=match):
        asyncio.run(_await(call, wire))
    assert wire.asked == []


def _block(call: Call, wire: _Wire) -> object:
    with httpx.Client(transport=httpx.MockTransport(wire)) as http_client:
        return call(Passband(**OPTIONS, http_client=http_client))


async def _await(call: Call, wire: _Wire) -> object:
    async with httpx.AsyncClient(transport=httpx.MockTransport(wire)) as http_client:
        return await cast("Awaitable[object]", call(AsyncPassband(**OPTIONS, http_client=http_client)))
