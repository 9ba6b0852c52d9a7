"""Typed dispatch: which handler is called, and what is refused when it is registered."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import cast

import pytest

from pandocast_sdk.webhooks import (
    ContentAnalyzed,
    ContentUploaded,
    ContentUploadedData,
    Delivery,
    Event,
    PostFailed,
    PostFailedData,
    PostPublished,
    PostPublishedData,
    Router,
    UnknownEvent,
    Webhook,
)

WEBHOOK = Webhook("whsec_test")
WHEN = datetime(2026, 3, 28, tzinfo=UTC)
UPLOADED = ContentUploaded(timestamp=WHEN, data=ContentUploadedData())
PUBLISHED = PostPublished(timestamp=WHEN, data=PostPublishedData())
FAILED = PostFailed(timestamp=WHEN, data=PostFailedData())
UNKNOWN = UnknownEvent(event="new.type", timestamp=WHEN, data={})


def delivery(event: Event) -> Delivery:
    return WEBHOOK.receive(*WEBHOOK.wrap(event))


def returning(value: object) -> Callable[[Event, Delivery], object]:
    return lambda _event, _delivery: value


async def coroutine_function(_event: Event, _delivery: Delivery) -> str:
    await asyncio.sleep(0)
    return "awaited"


def test_the_handler_of_the_class_is_called_with_the_event_and_its_delivery() -> None:
    hooks = Router()
    calls: list[tuple[Event, str]] = []

    @hooks.on(PostPublished, PostFailed)
    def ended(event: PostPublished | PostFailed, delivery: Delivery) -> str:
        calls.append((event, delivery.digest))
        return "ended"

    one, two = delivery(PUBLISHED), delivery(FAILED)
    assert (hooks(one), hooks(two)) == ("ended", "ended")
    assert calls == [(PUBLISHED, one.digest), (FAILED, two.digest)]
    assert ended(PUBLISHED, one) == "ended"  # it is still what it was


def test_the_rest_has_a_handler_of_its_own_or_none(caplog: pytest.LogCaptureFixture) -> None:
    hooks = Router()
    hooks.on(PostPublished)(returning("published"))
    with caplog.at_level(logging.DEBUG, "pandocast_sdk.webhooks"):
        assert hooks(delivery(UNKNOWN)) is None
    assert [record.getMessage() for record in caplog.records] == ["no handler for 'new.type'"]
    hooks.on()(returning("the rest"))
    assert hooks(delivery(UNKNOWN)) == "the rest"
    assert hooks(delivery(PUBLISHED)) == "published"
    assert repr(hooks) == "<Router PostPublished, the rest>"


def test_unknown_events_can_have_a_handler() -> None:
    hooks = Router()
    hooks.on(UnknownEvent)(returning("unknown"))
    assert hooks(delivery(UNKNOWN)) == "unknown"
    assert hooks(delivery(PUBLISHED)) is None


def test_a_coroutine_function_returns_what_is_to_be_awaited() -> None:
    hooks = Router()
    hooks.on(PostPublished)(coroutine_function)

    async def call() -> object:
        return await cast("Awaitable[object]", hooks(delivery(PUBLISHED)))

    assert asyncio.run(call()) == "awaited"
    assert hooks.has_coroutine_functions


def test_four_classes_and_more_can_have_one_handler() -> None:
    hooks = Router()
    hooks.on(PostPublished, PostFailed, ContentUploaded, ContentAnalyzed, UnknownEvent)(returning("any"))
    assert [hooks(delivery(event)) for event in (PUBLISHED, FAILED, UPLOADED, UNKNOWN)] == ["any"] * 4


def test_routers_can_be_merged() -> None:
    hooks, posts = Router(), Router()
    hooks.on(ContentUploaded)(returning("uploaded"))
    posts.on(PostPublished)(returning("published"))
    posts.on()(returning("the rest"))
    hooks.include(posts)
    assert [hooks(delivery(event)) for event in (UPLOADED, PUBLISHED, FAILED)] == [
        "uploaded",
        "published",
        "the rest",
    ]
    assert posts(delivery(UPLOADED)) == "the rest"


def test_a_handler_that_an_included_router_gets_later_is_refused() -> None:
    hooks, posts = Router(), Router()
    hooks.include(posts)
    with pytest.raises(RuntimeError, match="included in another"):
        posts.on(PostPublished)(returning(None))
    with pytest.raises(RuntimeError, match="included in another"):
        posts.include(Router())


def test_a_second_handler_is_refused_and_changes_nothing() -> None:
    hooks, posts = Router(), Router()
    hooks.on(PostPublished)(returning("first"))
    posts.on(PostPublished, PostFailed)(returning("second"))
    with pytest.raises(ValueError, match="PostPublished has a handler already"):
        hooks.on(PostFailed, PostPublished)(returning("second"))
    with pytest.raises(ValueError, match="PostPublished has a handler already"):
        hooks.include(posts)
    assert hooks(delivery(PUBLISHED)) == "first"
    assert hooks(delivery(FAILED)) is None
    hooks.on()(returning(None))
    with pytest.raises(ValueError, match="the rest has a handler already"):
        hooks.on()(returning(None))


@pytest.mark.parametrize("kind", ["post.published", str, PostPublishedData, None, Event])
def test_what_is_no_class_of_an_event_is_refused(kind: object) -> None:
    with pytest.raises(TypeError, match="is not the class of an event"):
        Router().on(cast("type[Event]", kind))


@pytest.mark.parametrize("handler", [object().__repr__, len, 5])
def test_a_handler_that_does_not_take_an_event_and_its_delivery_is_refused(handler: object) -> None:
    with pytest.raises(TypeError):
        Router().on(PostPublished)(cast("Callable[[Event, Delivery], object]", handler))


@pytest.mark.parametrize("handler", [print, partial(print, 0), max, isinstance])
def test_a_handler_may_take_more_than_it_gets(handler: Callable[[Event, Delivery], object]) -> None:
    Router().on(PostPublished)(handler)


class Coroutine:
    async def __call__(self, _event: Event, _delivery: Delivery) -> None: ...


@pytest.mark.parametrize("handler", [coroutine_function, partial(coroutine_function), Coroutine()])
def test_a_router_of_an_endpoint_that_cannot_await_refuses_coroutine_functions(
    handler: Callable[[Event, Delivery], object],
) -> None:
    hooks, others = Router(), Router()
    hooks.on(PostPublished)(returning(None))
    hooks.refuse_coroutine_functions()
    others.on(PostFailed)(handler)
    for add in (lambda: hooks.on(PostFailed)(handler), lambda: hooks.include(others)):
        with pytest.raises(TypeError, match="cannot await: use a plain function"):
            add()
    with pytest.raises(TypeError, match="cannot await: use a plain function"):
        others.refuse_coroutine_functions()
