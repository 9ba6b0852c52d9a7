"""Pages as values: they pickle without a client, and have no length and no truth value."""

import asyncio
import copy
import pickle
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pandocast_server.testing import ReferenceServer

LENGTHS = {"offset": r"`\.items`.*`\.total`", "cursor": r"`\.items`.*`\.has_more`"}


@pytest.fixture
def server(pandocast_server: ReferenceServer) -> ReferenceServer:
    """A server with three uploads and three drafts."""
    with pandocast_server.client() as client, pandocast_server.passband_client() as passband:
        for number in range(3):
            client.content.upload(title=f"Upload {number}", content_type="note", raw_content="A text.")
            passband.drafts.create(text=f"Draft {number}", tags=["bikes"])
    return pandocast_server


def with_page(server: ReferenceServer, kind: str, check: Callable[[Any, Any], object]) -> None:
    """Call a check with a first page of two items, and the method that lists."""
    if kind == "offset":
        with server.client() as client:
            check(client.content.list(limit=2), client.content.list)
    else:
        with server.passband_client() as passband:
            check(passband.drafts.list(limit=2), passband.drafts.list)


def with_async_page(
    server: ReferenceServer, kind: str, check: Callable[[Any, Any, Any], Awaitable[object]]
) -> None:
    """Await a check with the list, its first page, and the method that lists."""

    async def main() -> None:
        async with server.async_client() as client, server.async_passband_client() as passband:
            method = client.content.list if kind == "offset" else passband.drafts.list
            unread: Any = method(limit=2)
            await check(unread, await unread, method)

    asyncio.run(main())


@pytest.mark.parametrize("kind", LENGTHS)
def test_a_page_pickles_without_its_client(kind: str, server: ReferenceServer) -> None:
    def check(page: Any, method: Any) -> None:
        data = pickle.dumps(page)
        assert server.api_key.encode() not in data
        again = pickle.loads(data)  # noqa: S301 - our own
        assert again.items == page.items
        assert again.has_more
        assert (again.position, again.position_after(1)) == (page.position, page.position_after(1))
        assert repr(again) == repr(page)
        assert [row.id for row in method(position=again.position)] == [page.next_page().items[0].id]
        rows = iter(again)
        assert [next(rows), next(rows)] == page.items
        for go_on in (again.next_page, lambda: next(rows)):
            with pytest.raises(RuntimeError, match="pass its position"):
                go_on()

    with_page(server, kind, check)


@pytest.mark.parametrize("kind", LENGTHS)
def test_an_async_page_pickles_without_its_client(kind: str, server: ReferenceServer) -> None:
    async def check(_unread: Any, page: Any, method: Any) -> None:
        again = pickle.loads(pickle.dumps(page))  # noqa: S301 - our own
        assert again.items == page.items
        assert [row.id async for row in method(position=again.position)] == [
            (await page.next_page()).items[0].id
        ]
        with pytest.raises(RuntimeError, match="pass its position"):
            await again.next_page()

    with_async_page(server, kind, check)


@pytest.mark.parametrize("kind", LENGTHS)
def test_a_copied_page_goes_on(kind: str, server: ReferenceServer) -> None:
    def check(page: Any, _method: Any) -> None:
        assert len(list(copy.copy(page))) == 3

    with_page(server, kind, check)


@pytest.mark.parametrize("kind", LENGTHS)
def test_length_and_truth_value_name_what_to_use(kind: str, server: ReferenceServer) -> None:
    def check(page: Any, _method: Any) -> None:
        for function in (len, bool):
            with pytest.raises(TypeError, match=LENGTHS[kind]):
                function(page)
        assert len(list(page)) == 3
        assert len([*page]) == 3

    async def check_async(unread: Any, page: Any, _method: Any) -> None:
        for value in (unread, page):
            for function in (len, bool):
                with pytest.raises(TypeError, match=r"`\.items`.*`\.(total|has_more)`"):
                    function(value)

    with_page(server, kind, check)
    with_async_page(server, kind, check_async)


def test_models_of_lists_can_be_hashed(server: ReferenceServer) -> None:
    with server.passband_client() as passband, server.client() as client:
        drafts, again = passband.drafts.list().items, passband.drafts.list().items
        assert len({*drafts, *again}) == 3
        assert {*client.content.list()} == {*client.content.list()}
        changed = drafts[0].model_copy(update={"tags": ["cars"]})
        assert len({*drafts, changed}) == 4
