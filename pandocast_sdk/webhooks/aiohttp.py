"""An endpoint as a handler of aiohttp."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from pandocast_sdk._annotations import resolve_annotations_late
from pandocast_sdk.webhooks.endpoint import Endpoint, Handle, Request, headers_of

if TYPE_CHECKING:
    from aiohttp import web

    from pandocast_sdk.webhooks.receiver import Webhook

__all__ = ["endpoint"]


def endpoint(
    webhook: Webhook, handle: Handle, *, max_body: int = 1 << 20
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return a handler that answers each delivery once `handle` has returned.

    Args:
        webhook: What verifies deliveries.
        handle: What is called with each `Delivery`, repeated ones too, and awaited if it is awaitable. It
            runs in the event loop: what blocks belongs into a thread. When it raises, the response is 500.
        max_body: The most bytes that a body may have; more are answered with 413 and not kept. It holds in
            place of aiohttp's `client_max_size`.

    Raises:
        ValueError: `max_body` is less than 1.
        TypeError: An argument has another type.
        ImportError: aiohttp is not installed.

    Reference: "Retry Policy".
    """
    from aiohttp import web  # noqa: PLC0415 - needed by those only who have aiohttp

    endpoint = Endpoint(webhook, handle, max_body, awaits=True)

    async def pandocast_webhook(request: web.Request) -> web.StreamResponse:
        length = request.headers.get("Content-Length")
        described = Request(request.method, request.headers, length)
        status = await endpoint.respond_async(described, request.content.readany)
        return web.Response(status=status, headers=headers_of(status))

    return pandocast_webhook


resolve_annotations_late(endpoint)
