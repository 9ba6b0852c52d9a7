"""Stored positions: a list continues from one in another client."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from pandocast_server.testing import ReferenceServer

FLAVOURS = pytest.mark.parametrize("flavour", ["sync", "async"])


class Lists:
    """The lists of both services of a server, through the clients of one flavour."""

    def __init__(self, content: Any, passband: Any, portal: BlockingPortal | None = None) -> None:
        self.content = content
        self.passband = passband
        self._portal = portal

    def first(self, items: Any, count: int) -> tuple[list[str], str]:
        """Take some items of a list, and the position after them, through JSON."""
        if self._portal is None:
            with iter(items) as iterator:
                found = [next(iterator).id for _ in range(count)]
        else:
            found, iterator = self._portal.call(self._first, items, count)
        return found, json.loads(json.dumps(iterator.position))

    def rest(self, items: Any) -> list[str]:
        """Read a list to its end."""
        if self._portal is None:
            return [item.id for item in items]
        return self._portal.call(self._rest, items)

    async def _first(self, items: Any, count: int) -> tuple[list[str], Any]:
        async with aiter(items) as iterator:
            return [(await anext(iterator)).id for _ in range(count)], iterator

    async def _rest(self, items: Any) -> list[str]:
        return [item.id async for item in items]


@contextmanager
def reading(server: ReferenceServer, flavour: str) -> Iterator[Lists]:
    if flavour == "sync":
        with server.client() as client, server.passband_client() as passband:
            yield Lists(client.content, passband)
        return
    with start_blocking_portal() as portal:
        clients = (server.async_client(), server.async_passband_client())
        try:
            yield Lists(clients[0].content, clients[1], portal)
        finally:
            for each in clients:
                portal.call(each.close)


@FLAVOURS
@pytest.mark.parametrize("taken", [0, 1, 2, 3, 4, 7])
def test_uploads_continue_from_the_position_of_another_client(
    flavour: str, taken: int, pandocast_server: ReferenceServer
) -> None:
    with pandocast_server.client() as writer:

        def add() -> str:
            return writer.content.upload(title="One", content_type="note", raw_content="A text.").id

        names = [add() for _ in range(7)][::-1]
        with reading(pandocast_server, flavour) as before:
            found, position = before.first(before.content.list(limit=2, prefetch=2), taken)
        if taken:
            add()
        with reading(pandocast_server, flavour) as after:
            assert found + after.rest(after.content.list(position=position, prefetch=1)) == names


@FLAVOURS
@pytest.mark.parametrize("taken", [0, 1, 2, 3, 6, 7])
def test_drafts_continue_from_the_position_of_another_client(
    flavour: str, taken: int, pandocast_server: ReferenceServer
) -> None:
    with pandocast_server.passband_client() as writer:

        def add() -> str:
            return writer.drafts.create(text="A text.", tags=["a", "b"]).drafts[0].id

        names = [add() for _ in range(7)][::-1]
        with reading(pandocast_server, flavour) as before:
            listed = before.passband.drafts.list(
                status="pending_review", tags=["a", "b"], limit=2, prefetch=2
            )
            found, position = before.first(listed, taken)
        for name in found:
            writer.drafts.approve(name)
        if taken:
            add()
        with reading(pandocast_server, flavour) as after:
            listed = after.passband.drafts.list(
                status="pending_review", tags=["b", "a"], limit=3, position=position, prefetch=1
            )
            assert found + after.rest(listed) == names


@FLAVOURS
def test_runs_continue_from_the_position_of_another_client(
    flavour: str, pandocast_server: ReferenceServer
) -> None:
    with pandocast_server.passband_client() as writer:
        for _ in range(4):
            writer.pipeline.trigger()
            writer.pipeline.wait(timeout=20)
    with reading(pandocast_server, flavour) as reader:
        runs = reader.passband.pipeline.runs
        names = reader.rest(runs())
        assert len(names) == 4
        found, position = reader.first(runs(limit=2, prefetch=3), 3)
        assert found + reader.rest(runs(limit=2, position=position, prefetch=3)) == names


@FLAVOURS
def test_a_position_of_another_list_is_rejected_before_anything_is_sent(
    flavour: str, pandocast_server: ReferenceServer
) -> None:
    with reading(pandocast_server, flavour) as reader:
        content, drafts, runs = (
            reader.content.list,
            reader.passband.drafts.list,
            reader.passband.pipeline.runs,
        )
        _, of_uploads = reader.first(content(), 0)
        _, of_drafts = reader.first(drafts(status="approved"), 0)
        sent = len(pandocast_server.requests)
        mistakes: list[Callable[[], object]] = [
            lambda: content(position="nonsense"),
            lambda: content(position=of_drafts),
            lambda: content(position=of_uploads, offset=0),
            lambda: content(position=of_uploads, limit=0),
            lambda: drafts(position=of_uploads),
            lambda: drafts(position=of_drafts),
            lambda: drafts(position=of_drafts, status="archived"),
            lambda: drafts(position=of_drafts, status="approved", cursor="c"),
            lambda: runs(position=of_drafts),
            lambda: runs(prefetch=-1),
            lambda: drafts(prefetch=99),
        ]
        for mistake in mistakes:
            with pytest.raises(ValueError, match=r"position|prefetch|limit"):
                mistake()
        assert len(pandocast_server.requests) == sent


def test_a_list_continues_from_the_position_of_a_page(pandocast_server: ReferenceServer) -> None:
    with reading(pandocast_server, "sync") as reader, pandocast_server.client() as client:
        rest = reader.rest
        for _ in range(5):
            client.content.upload(title="One", content_type="note", raw_content="A text.")
        page = client.content.list(limit=2)
        names = rest(page)
        assert rest(client.content.list(position=page.position)) == names[2:]
        assert rest(client.content.list(position=page.position_after(1))) == names[1:]
        assert rest(client.content.list(position=page.position_after(0))) == names
        pages = page.pages()
        next(pages)
        next(pages)
        assert rest(client.content.list(position=pages.position)) == names[4:]
        assert [one.items for one in pages][-1] == client.content.list(offset=4).items
        sent = len(pandocast_server.requests)
        end = client.content.list(position=pages.position)
        assert (end.items, end.total, end.has_more, end.next_page()) == ([], 5, False, None)
        assert end.position == pages.position
        assert len(pandocast_server.requests) == sent
