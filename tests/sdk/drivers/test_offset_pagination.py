"""Offset pagination in the clients: pages and iterators, and how they continue after a failure."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from pandocast_sdk import (
    AsyncPandocast,
    Content,
    InternalServerError,
    Pandocast,
    RateLimitPolicy,
    ResponseValidationError,
)

NAMES = [f"c{number}" for number in range(5, 0, -1)]


class Service:
    """A list of five uploads; the requests whose numbers are in `failing` fail."""

    def __init__(self, *failing: int) -> None:
        self.failing = failing
        self.requests: list[tuple[int, int]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        limit, offset = (int(request.url.params[name]) for name in ("limit", "offset"))
        self.requests.append((limit, offset))
        if len(self.requests) in self.failing:
            return httpx.Response(500)
        page = NAMES[offset : offset + limit]
        has_more = offset + len(page) < len(NAMES)
        return httpx.Response(
            200, json={"items": [upload(name) for name in page], "total": 5, "has_more": has_more}
        )

    def client(self) -> Pandocast:
        return Pandocast(**self.options(httpx.Client(transport=httpx.MockTransport(self))))

    def async_client(self) -> AsyncPandocast:
        return AsyncPandocast(**self.options(httpx.AsyncClient(transport=httpx.MockTransport(self))))

    def options(self, http_client: object) -> dict[str, Any]:
        off = RateLimitPolicy("off")
        return {"api_key": "pk_test_x", "max_retries": 0, "rate_limit": off, "http_client": http_client}


def upload(name: str) -> dict[str, str]:
    return {
        "id": name,
        "title": "t",
        "content_type": "n",
        "status": "analyzed",
        "created_at": "2026-03-28T10:00:00Z",
        "a_new_field": "kept",
    }


def ids(items: list[Content]) -> list[str]:
    return [item.id for item in items]


def run_async(scenario: Callable[[AsyncPandocast], Coroutine[Any, Any, None]], service: Service) -> None:
    asyncio.run(scenario(service.async_client()))


def test_listing_fetches_the_first_page_and_iterating_the_rest() -> None:
    service = Service()
    page = service.client().content.list(limit=2)
    assert service.requests == [(2, 0)]
    assert (ids(page.items), page.total, page.has_more) == (["c5", "c4"], 5, True)
    assert page.items[0].model_extra == {"a_new_field": "kept"}
    assert [item.id for item in page] == NAMES
    assert [item.id for item in page] == NAMES, "a page can be iterated again"


def test_awaiting_a_list_fetches_the_first_page_and_iterating_the_rest() -> None:
    service = Service()

    async def scenario(client: AsyncPandocast) -> None:
        listing = client.content.list(limit=2)
        assert service.requests == []
        page = await listing
        assert (ids(page.items), page.total, page.has_more) == (["c5", "c4"], 5, True)
        assert [item.id async for item in page] == NAMES
        assert [item.id async for item in listing] == NAMES
        assert [item.id async for item in client.content.list()] == NAMES

    run_async(scenario, service)


def test_pages_continue_to_the_end() -> None:
    page = Service().client().content.list(limit=2)
    second = page.next_page()
    assert second is not None
    third = second.next_page()
    assert third is not None
    assert [ids(one.items) for one in (page, second, third)] == [["c5", "c4"], ["c3", "c2"], ["c1"]]
    assert third.next_page() is None
    assert [ids(one.items) for one in page.pages()] == [["c5", "c4"], ["c3", "c2"], ["c1"]]
    assert [ids(one.items) for one in second.pages()] == [["c3", "c2"], ["c1"]]


def test_async_pages_continue_to_the_end() -> None:
    async def scenario(client: AsyncPandocast) -> None:
        page = await client.content.list(limit=2)
        second = await page.next_page()
        assert second is not None
        third = await second.next_page()
        assert third is not None
        assert await third.next_page() is None
        assert [ids(one.items) async for one in client.content.list(limit=2).pages()] == [
            ["c5", "c4"],
            ["c3", "c2"],
            ["c1"],
        ]
        assert [ids(one.items) async for one in second.pages()] == [["c3", "c2"], ["c1"]]

    run_async(scenario, Service())


def test_an_iterator_retries_a_page_that_failed() -> None:
    service = Service(2, 3)
    items = iter(service.client().content.list(limit=2))
    assert [next(items).id, next(items).id] == ["c5", "c4"]
    for _ in range(2):
        with pytest.raises(InternalServerError):
            next(items)
    assert [item.id for item in items] == ["c3", "c2", "c1"]
    assert list(items) == []


def test_an_iterator_of_pages_retries_one_that_failed() -> None:
    pages = Service(2).client().content.list(limit=2).pages()
    assert ids(next(pages).items) == ["c5", "c4"]
    with pytest.raises(InternalServerError):
        next(pages)
    assert [ids(page.items) for page in pages] == [["c3", "c2"], ["c1"]]


def test_an_async_iterator_retries_a_page_that_failed_even_the_first() -> None:
    async def scenario(client: AsyncPandocast) -> None:
        items = aiter(client.content.list(limit=2))
        with pytest.raises(InternalServerError):
            await anext(items)
        assert [(await anext(items)).id, (await anext(items)).id] == ["c5", "c4"]
        with pytest.raises(InternalServerError):
            await anext(items)
        assert [item.id async for item in items] == ["c3", "c2", "c1"]
        assert [item async for item in items] == []

    run_async(scenario, Service(1, 3))


@pytest.mark.parametrize(("limit", "offset", "fault"), [(0, 0, "limit"), (-1, 0, "limit"), (1, -1, "offset")])
def test_an_argument_out_of_bounds_is_rejected_before_anything_is_sent(
    limit: int, offset: int, fault: str
) -> None:
    service = Service()
    with pytest.raises(ValueError, match=fault):
        service.client().content.list(limit=limit, offset=offset)
    with pytest.raises(ValueError, match=fault):
        service.async_client().content.list(limit=limit, offset=offset)
    assert service.requests == []


def test_an_empty_page_with_has_more_is_an_error() -> None:
    def respond(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"items": [], "total": 5, "has_more": True})

    options = Service().options(httpx.Client(transport=httpx.MockTransport(respond)))
    with Pandocast(**options) as client, pytest.raises(ResponseValidationError, match="more rows follow"):
        client.content.list()


def test_pages_have_a_repr() -> None:
    page = Service().client().content.list(limit=2)
    assert repr(page) == "<Page of 2 items, 5 in all>"

    async def scenario(client: AsyncPandocast) -> None:
        listing = client.content.list(limit=2, offset=1)
        assert repr(listing) == "<AsyncPages from item 1: await it, or iterate with async for>"
        assert repr(await listing) == "<AsyncPage of 2 items, 5 in all>"

    run_async(scenario, Service())


def test_changing_the_items_does_not_move_the_next_page() -> None:
    page = Service().client().content.list(limit=2)
    expected = page.position
    page.items.clear()
    assert page.position == expected
    following = page.next_page()
    assert following is not None
    assert [content.id for content in following.items] == NAMES[2:4]
