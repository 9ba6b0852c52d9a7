# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""What a receiver of webhooks may be made of, for mypy and pyright, which report unnecessary ignores as well.

Nothing here runs.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal, assert_type
from wsgiref.simple_server import make_server

from aiohttp import web
from fastapi import FastAPI
from flask import Flask
from starlette.routing import Route

from pandocast_sdk.webhooks import (
    AbTestCompleted,
    ContentAnalyzed,
    ContentAnalyzedData,
    ContentUploaded,
    Delivery,
    Event,
    OutputsGenerated,
    PostFailed,
    PostPublished,
    PostPublishedData,
    Router,
    UnknownEvent,
    Webhook,
    aiohttp,
    asgi,
    aws_lambda,
    flask,
    sign,
    verify_signature,
    wsgi,
)

hooks = Router()


@hooks.on(PostPublished)
async def published(event: PostPublished, delivery: Delivery) -> int:
    return len(delivery.digest) + len(event.event)


@hooks.on(PostFailed, ContentUploaded)
def two(event: PostFailed | ContentUploaded, _delivery: Delivery) -> None:
    assert_type(event.event, Literal["post.failed", "content.uploaded"])


@hooks.on(ContentAnalyzed, AbTestCompleted, UnknownEvent)
def wider_than_needed(event: Event, delivery: Delivery) -> None: ...


@hooks.on(ContentAnalyzed, AbTestCompleted, UnknownEvent, OutputsGenerated)
def four(event: Event, delivery: Delivery) -> None: ...


@hooks.on()
async def rest(event: Event, delivery: Delivery) -> None: ...


def decorated_handlers_keep_their_types(event: PostPublished, delivery: Delivery) -> None:
    assert_type(two(PostFailed(timestamp=datetime.now(UTC), data={}), delivery), None)  # type: ignore[arg-type]
    published(event, delivery).close()


def rejected(
    narrow: Callable[[PostPublished, Delivery], None], alone: Callable[[PostPublished], None]
) -> None:
    hooks.on(PostPublished, PostFailed)(narrow)  # type: ignore[arg-type]
    hooks.on(PostPublished, PostFailed, ContentUploaded)(narrow)  # type: ignore[arg-type]
    hooks.on(PostPublished, PostFailed, ContentUploaded, ContentAnalyzed)(narrow)  # type: ignore[arg-type]
    hooks.on()(narrow)  # type: ignore[arg-type]
    hooks.on(UnknownEvent)(narrow)  # type: ignore[arg-type]
    hooks.on(PostPublished)(alone)  # type: ignore[arg-type]
    hooks.on(str)  # type: ignore[type-var]
    hooks.on(PostPublishedData)  # type: ignore[type-var]
    hooks.on("post.published")  # type: ignore[call-overload]


def literals_narrow(event: Event) -> str | None:
    if isinstance(event, UnknownEvent):
        return ", ".join(event.data)
    if event.event == "content.analyzed":
        assert_type(event, ContentAnalyzed)
        return event.data.title
    if event.event == "post.failed":
        return event.data.error
    return None


def a_secret_is_text_or_bytes(body: bytes, signature: bytes) -> None:
    Webhook("one")
    Webhook(b"one")
    Webhook(["one", b"two"])
    sign(body, (b"one", "two"))
    verify_signature(body, signature, [b"one"])
    verify_signature(body, None, "one")


def events_are_made_in_one_line(webhook: Webhook) -> None:
    data = ContentAnalyzedData(workspace_id="ws_1", content_id="c_1", title="t")
    body, headers = webhook.wrap(ContentAnalyzed(timestamp=datetime.now(UTC), data=data))
    assert_type(body, bytes)
    assert_type(webhook.receive(body, headers), Delivery)


def endpoints_are_what_frameworks_take(webhook: Webhook) -> None:
    async def handle(delivery: Delivery) -> None: ...

    def handle_at_once(delivery: Delivery) -> None: ...

    for each in (handle, handle_at_once, hooks):
        Route("/hook", asgi.endpoint(webhook, each))
        FastAPI().router.routes.append(Route("/hook", asgi.endpoint(webhook, each)))
        web.Application().router.add_post("/hook", aiohttp.endpoint(webhook, each))
        Flask("app").add_url_rule("/hook", view_func=flask.endpoint(webhook, each))
        make_server("127.0.0.1", 0, wsgi.endpoint(webhook, each))
        aws_lambda.endpoint(webhook, each)({}, None)
    asgi.endpoint(webhook, handle, max_body="1 MiB")  # type: ignore[arg-type]
    asgi.endpoint(webhook, published)  # type: ignore[arg-type]
    asgi.endpoint("whsec_x", handle)  # type: ignore[arg-type]
