"""Receiving webhooks in AWS Lambda, behind API Gateway, a function URL or a load balancer."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from pandocast_sdk.errors import WebhookVerificationError

if TYPE_CHECKING:
    from pandocast_sdk.webhooks.events import Event
    from pandocast_sdk.webhooks.headers import Headers
    from pandocast_sdk.webhooks.receiver import Webhook

__all__ = ["unwrap_request"]


def unwrap_request(webhook: Webhook, event: Mapping[str, object]) -> Event:
    """Verify the body of a proxy event, of payload format 1.0 or 2.0, and return its event.

    Raises:
        WebhookVerificationError: As in `Webhook.unwrap`, or this is not a proxy event; respond with 401.
        WebhookPayloadError: As in `Webhook.unwrap`; respond with 400.
    """
    try:
        # Only the first shows repeated headers; format 2.0 joins them with commas, which no signature has.
        headers = event.get("multiValueHeaders") or event.get("headers")
        body = event.get("body")
        if event.get("isBase64Encoded"):
            body = b64decode(cast("str", body), validate=True)
    except (AttributeError, TypeError, ValueError):
        raise WebhookVerificationError("this is not the event of an HTTP request") from None
    return webhook.unwrap(cast("str | bytes", body), cast("Headers", headers))
