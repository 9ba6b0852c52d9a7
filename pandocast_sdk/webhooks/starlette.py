"""Receiving webhooks with Starlette, FastAPI and anything else that has Starlette's requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request

    from pandocast_sdk.webhooks.events import Event
    from pandocast_sdk.webhooks.receiver import Webhook

__all__ = ["unwrap_request"]


async def unwrap_request(webhook: Webhook, request: Request) -> Event:
    """Verify the request's raw body and return its event.

    The whole body is read into memory: limit its size in front of the application.

    Raises:
        WebhookVerificationError: As in `Webhook.unwrap`; respond with 401.
        WebhookPayloadError: As in `Webhook.unwrap`; respond with 400.
    """
    return webhook.unwrap(await request.body(), request.headers.raw)
