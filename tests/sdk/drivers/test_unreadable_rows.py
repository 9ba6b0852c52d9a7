"""Both clients read lists with rows that cannot be read: nothing raises, and nothing is lost."""

import json
from collections.abc import Callable
from typing import Any, cast

import anyio
import httpx
import pytest
from support.upload_list import options, upload

from pandocast_sdk import AsyncPandocast, AsyncPassband, Content, Pandocast, Passband, Unreadable

ROWS = [upload("c4"), upload("c3") | {"title": "Half \ud83d"}, None, upload("c1")]
DRAFT = {"id": "d1", "text": "t", "format": "SHORT", "status": "approved"}
TIMES = {"createdAt": "2026-03-28T10:00:00Z", "updatedAt": "2026-03-28T10:00:00Z"}


def respond(request: httpx.Request) -> httpx.Response:
    """Serve uploads by offset, and one draft out of two by cursor."""
    query = request.url.params
    if request.url.path.endswith("/drafts"):
        first = "cursor" not in query
        rows = [DRAFT | TIMES | ({"text": 87.5} if first else {"id": "d0"})]
        return httpx.Response(200, json={"drafts": rows, "nextCursor": "more" if first else None})
    if not request.url.path.endswith("/content"):
        return httpx.Response(200, json=[None])
    begin, end = int(query["offset"]), int(query["offset"]) + int(query["limit"])
    page = {"items": ROWS[begin:end], "total": len(ROWS), "has_more": end < len(ROWS)}
    return httpx.Response(200, content=b"\xef\xbb\xbf" + json.dumps(page).encode())


def read_blocking(read: Callable[[Any], Any]) -> list[Any]:
    http_client = httpx.Client(transport=httpx.MockTransport(respond))
    keywords = options(http_client)
    with Pandocast(**keywords) as pandocast, Passband(**keywords, base_url="https://p.example") as passband:
        return list(read((pandocast, passband)))


def read_awaiting(read: Callable[[Any], Any]) -> list[Any]:
    async def run() -> list[Any]:
        http_client = httpx.AsyncClient(transport=httpx.MockTransport(respond))
        keywords = options(http_client)
        async with (
            AsyncPandocast(**keywords) as pandocast,
            AsyncPassband(**keywords, base_url="https://p.example") as passband,
        ):
            found = read((pandocast, passband))
            return [row async for row in found] if hasattr(found, "__aiter__") else list(await found)

    return anyio.run(run)


@pytest.mark.parametrize("run", [read_blocking, read_awaiting])
@pytest.mark.parametrize("prefetch", [0, 2])
@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_list_is_read_to_its_end(
    run: Callable[[Callable[[Any], Any]], list[Any]], limit: int, prefetch: int
) -> None:
    rows = cast("list[Content]", run(lambda each: each[0].content.list(limit=limit, prefetch=prefetch)))
    assert [row.id for row in rows] == ["c4", "c3", None, "c1"]
    assert [row.title for row in rows] == ["t", None, None, "t"]
    assert [row.unreadable is None for row in rows] == [True, False, False, True]
    assert rows[2].unreadable == Unreadable(("body: Input should be an object",), b"null")


@pytest.mark.parametrize("run", [read_blocking, read_awaiting])
def test_a_list_by_cursor_and_an_array_too(run: Callable[[Callable[[Any], Any]], list[Any]]) -> None:
    drafts = run(lambda each: each[1].drafts.list())
    assert [(draft.id, draft.text, draft.unreadable is None) for draft in drafts] == [
        ("d1", None, False),
        ("d0", "t", True),
    ]
    (source,) = run(lambda each: each[1].sources.list())
    assert (source.id, source.unreadable is None) == (None, False)
