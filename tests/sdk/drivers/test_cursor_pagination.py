"""Cursor pagination in the clients: pages and iterators, and how they continue after a failure."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import httpx
import pytest

from pandocast_sdk import (
    AsyncPandocast,
    InternalServerError,
    Pandocast,
    RateLimitPolicy,
    ResponseValidationError,
)
from pandocast_sdk._core.paging.cursor_paging import CursorListing, CursorRows
from pandocast_sdk._core.protocol import WireResponse
from pandocast_sdk._core.requests.operation import Operation, query_string
from pandocast_sdk._core.requests.validation import at_least
from pandocast_sdk._drivers import async_lists, sync_lists
from pandocast_sdk._drivers.async_lists import AsyncCursorPages
from pandocast_sdk._drivers.sync_cursor_pages import CursorPage

PAGES: dict[str | None, tuple[list[str], str | None]] = {
    None: (["e", "d"], "after d"),
    "after d": ([], "after nothing"),
    "after nothing": (["c", "b"], "after b"),
    "after b": (["a"], ""),
}
ITEMS = [items for items, _ in PAGES.values()]
CURSORS = [following or None for _, following in PAGES.values()]


class Service:
    """A list of five things on four pages, one of them empty; the requests in `failing` fail."""

    def __init__(self, *failing: int) -> None:
        self.failing = failing
        self.requests: list[str | None] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        cursor = request.url.params.get("cursor")
        self.requests.append(cursor)
        if len(self.requests) in self.failing:
            return httpx.Response(500)
        things, following = PAGES[cursor]
        return httpx.Response(200, json={"things": things, "nextCursor": following})

    def client(self) -> Pandocast:
        return Pandocast(**options(httpx.Client(transport=httpx.MockTransport(self))))

    def async_client(self) -> AsyncPandocast:
        return AsyncPandocast(**options(httpx.AsyncClient(transport=httpx.MockTransport(self))))

    def open(self, cursor: str | None = None, *, limit: int = 2) -> CursorPage[str]:
        return sync_lists.open_cursor_list(
            self.client()._session, listing(limit), cursor=cursor, position=None, prefetch=0
        )


def options(http_client: object) -> dict[str, Any]:
    off = RateLimitPolicy("off")
    return {"api_key": "pk_test_x", "max_retries": 0, "rate_limit": off, "http_client": http_client}


def listing(limit: int) -> CursorListing[str]:
    return CursorListing(partial(list_things, limit))


def list_things(limit: int, cursor: str | None) -> Operation[CursorRows[str]]:
    query = query_string({"limit": at_least("limit", limit, 1), "cursor": cursor})
    return Operation("list_things", "GET", "/things", read_things, query)


def read_things(response: WireResponse) -> CursorRows[str]:
    body = json.loads(response.body)
    return CursorRows(body["things"], body["nextCursor"])


Open = Callable[..., AsyncCursorPages[str]]


def run_async(scenario: Callable[[Open], Coroutine[Any, Any, None]], service: Service) -> None:
    """Run a scenario that opens the list as often as it likes."""

    async def run() -> None:
        async with service.async_client() as client:

            def open_list(cursor: str | None = None, *, limit: int = 2) -> AsyncCursorPages[str]:
                return async_lists.open_cursor_list(
                    client._session, listing(limit), cursor=cursor, position=None, prefetch=0
                )

            await scenario(open_list)

    asyncio.run(run())


def test_opening_fetches_the_first_page_and_iterating_the_rest() -> None:
    service = Service()
    page = service.open()
    assert service.requests == [None]
    assert (page.items, page.next_cursor, page.has_more) == (["e", "d"], "after d", True)
    items = iter(page)
    assert [next(items), next(items)] == ["e", "d"]
    assert service.requests == [None], "nothing is fetched before it is needed"
    assert list(items) == ["c", "b", "a"]
    assert list(page) == ["e", "d", "c", "b", "a"], "a page can be iterated again"


def test_awaiting_fetches_the_first_page_and_iterating_the_rest() -> None:
    service = Service()

    async def scenario(open_list: Open) -> None:
        things = open_list()
        assert service.requests == []
        page = await things
        assert service.requests == [None]
        assert (page.items, page.next_cursor, page.has_more) == (["e", "d"], "after d", True)
        items = aiter(page)
        assert [await anext(items), await anext(items)] == ["e", "d"]
        assert service.requests == [None], "nothing is fetched before it is needed"
        assert [item async for item in items] == ["c", "b", "a"]
        assert [item async for item in things] == ["e", "d", "c", "b", "a"]

    run_async(scenario, service)


def test_pages_continue_to_the_end_past_an_empty_one() -> None:
    page = Service().open()
    pages = list(page.pages())
    assert [one.items for one in pages] == ITEMS
    assert [one.next_cursor for one in pages] == CURSORS
    assert [one.has_more for one in pages] == [True, True, True, False]
    second = page.next_page()
    assert second is not None
    assert [one.items for one in second.pages()] == ITEMS[1:]
    assert pages[-1].next_page() is None


def test_async_pages_continue_to_the_end_past_an_empty_one() -> None:
    async def scenario(open_list: Open) -> None:
        pages = [page async for page in open_list().pages()]
        assert [one.items for one in pages] == ITEMS
        assert [one.next_cursor for one in pages] == CURSORS
        assert [one.has_more for one in pages] == [True, True, True, False]
        second = await pages[0].next_page()
        assert second is not None
        assert [one.items async for one in second.pages()] == ITEMS[1:]
        assert await pages[-1].next_page() is None

    run_async(scenario, Service())


def test_a_stored_cursor_continues_where_its_page_ended() -> None:
    assert list(Service().open("after nothing")) == ["c", "b", "a"]

    async def scenario(open_list: Open) -> None:
        assert [item async for item in open_list("after nothing")] == ["c", "b", "a"]

    run_async(scenario, Service())


def test_an_iterator_retries_a_page_that_failed() -> None:
    service = Service(2, 3, 5)
    items = iter(service.open())
    assert [next(items), next(items)] == ["e", "d"]
    for _ in range(3):
        with pytest.raises(InternalServerError):
            next(items)
    assert list(items) == ["c", "b", "a"]
    assert list(items) == []
    assert service.requests == [None, *["after d"] * 3, *["after nothing"] * 2, "after b"]


def test_an_iterator_of_pages_retries_one_that_failed() -> None:
    pages = Service(2).open().pages()
    assert next(pages).items == ["e", "d"]
    with pytest.raises(InternalServerError):
        next(pages)
    assert [page.items for page in pages] == ITEMS[1:]


def test_an_async_iterator_retries_a_page_that_failed_even_the_first() -> None:
    async def scenario(open_list: Open) -> None:
        items = aiter(open_list())
        with pytest.raises(InternalServerError):
            await anext(items)
        assert [await anext(items), await anext(items)] == ["e", "d"]
        for _ in range(2):
            with pytest.raises(InternalServerError):
                await anext(items)
        assert [item async for item in items] == ["c", "b", "a"]
        assert [item async for item in items] == []

    run_async(scenario, Service(1, 3, 5))


@pytest.mark.parametrize(("arguments", "fault"), [({"limit": 0}, "limit"), ({"cursor": ""}, "cursor")])
def test_an_argument_out_of_bounds_is_rejected_before_anything_is_sent(
    arguments: dict[str, Any], fault: str
) -> None:
    service = Service()
    with pytest.raises(ValueError, match=fault):
        service.open(**arguments)

    async def scenario(open_list: Open) -> None:
        with pytest.raises(ValueError, match=fault):
            open_list(**arguments)

    run_async(scenario, service)
    assert service.requests == []


def test_a_repeated_cursor_ends_the_iteration_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PAGES, "after b", (["a"], "after b"))
    items = iter(Service().open())
    assert [next(items) for _ in range(4)] == ["e", "d", "c", "b"]
    for _ in range(2):
        with pytest.raises(ResponseValidationError, match="never end"):
            next(items)

    async def scenario(open_list: Open) -> None:
        items = aiter(open_list())
        assert [await anext(items) for _ in range(4)] == ["e", "d", "c", "b"]
        for _ in range(2):
            with pytest.raises(ResponseValidationError, match="never end"):
                await anext(items)

    run_async(scenario, Service())


def test_pages_have_a_repr() -> None:
    page = Service().open()
    assert repr(page) == "<CursorPage of 2 items, more after it>"
    assert repr(list(page.pages())[-1]) == "<CursorPage of 1 items, none after it>"

    async def scenario(open_list: Open) -> None:
        things = open_list()
        assert repr(things) == "<AsyncCursorPages: await it, or iterate with async for>"
        assert repr(await things) == "<AsyncCursorPage of 2 items, more after it>"
        assert repr(await open_list("after b")) == "<AsyncCursorPage of 1 items, none after it>"

    run_async(scenario, Service())
