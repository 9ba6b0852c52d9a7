"""An endpoint as the handler of an AWS Lambda function.

It may be behind API Gateway, with payload format 1.0 or 2.0, a function URL or an application load balancer.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias, cast

from pandocast_sdk._annotations import resolve_annotations_late
from pandocast_sdk.webhooks.endpoint import Endpoint, Handle, Request, headers_of

if TYPE_CHECKING:
    from pandocast_sdk.webhooks.headers import Headers
    from pandocast_sdk.webhooks.receiver import Webhook

__all__ = ["LambdaHandler", "endpoint"]

LambdaHandler: TypeAlias = Callable[[Mapping[str, object], object], dict[str, object]]
"""What AWS Lambda calls, with the event of a request and a context."""


def endpoint(webhook: Webhook, handle: Handle, *, max_body: int = 1 << 20) -> LambdaHandler:
    """Return a Lambda handler that answers each delivery once `handle` has returned.

    Args:
        webhook: What verifies deliveries.
        handle: What is called with each `Delivery`, repeated ones too. When it raises, the response is 500.
        max_body: The most bytes that a body may have; more are answered with 413.

    Raises:
        ValueError: `max_body` is less than 1.
        TypeError: An argument has another type; or `handle` is a coroutine function, or a router that holds
            one: nothing awaits it here.

    Reference: "Retry Policy".
    """
    endpoint = Endpoint(webhook, handle, max_body, awaits=False)

    def lambda_handler(event: Mapping[str, object], _context: object) -> dict[str, object]:
        request, read = _parts(event, max_body)
        return _response(endpoint.respond(request, read), event)

    return lambda_handler


def _parts(event: object, max_body: int) -> tuple[Request, Callable[[], bytes]]:
    fields = _mapping(event)
    # Only the first shows repeated headers; format 2.0 joins them with commas, which no signature has.
    headers = cast("Headers", fields.get("multiValueHeaders") or fields.get("headers"))
    chunks = iter((True, False))

    def read() -> bytes:
        if not next(chunks):
            return b""
        body = cast("str", fields.get("body")) or ""
        if len(body) > 2 * max_body + 4:  # before another copy; base64 is a third longer
            return body.encode()
        return b64decode(body, validate=True) if fields.get("isBase64Encoded") else body.encode()

    return Request(_method(fields), headers), read


def _method(fields: Mapping[str, object]) -> str:
    in_format_2 = _mapping(_mapping(fields.get("requestContext")).get("http")).get("method")
    return str(fields.get("httpMethod") or in_format_2 or "")


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def _response(status: int, event: object) -> dict[str, object]:
    headers = headers_of(status)
    response: dict[str, object] = {"statusCode": status, "body": "", "isBase64Encoded": False}
    if _mapping(event).get("multiValueHeaders"):  # a load balancer then reads these alone
        return response | {"multiValueHeaders": {name: [value] for name, value in headers.items()}}
    return response | {"headers": headers}


resolve_annotations_late(endpoint)
