"""An endpoint as a view of Flask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from pandocast_sdk._annotations import resolve_annotations_late
from pandocast_sdk.webhooks.endpoint import Endpoint, Handle, headers_of
from pandocast_sdk.webhooks.wsgi import respond

if TYPE_CHECKING:
    from pandocast_sdk.webhooks.receiver import Webhook

__all__ = ["View", "endpoint"]


class View(Protocol):
    """What `endpoint` returns, for `app.add_url_rule`."""

    __name__: str
    methods: list[str]
    provide_automatic_options: bool

    def __call__(self) -> tuple[str, int, dict[str, str]]:
        """Answer the request that Flask has now."""
        ...


def endpoint(webhook: Webhook, handle: Handle, *, max_body: int = 1 << 20) -> View:
    """Return a view that answers each delivery once `handle` has returned.

    It takes POST without being told so: `app.add_url_rule("/hooks/pandocast", view_func=endpoint(...))`.

    Args:
        webhook: What verifies deliveries.
        handle: What is called with each `Delivery`, repeated ones too. When it raises, the response is 500.
        max_body: The most bytes that a body may have; more are answered with 413 and not kept.

    Raises:
        ValueError: `max_body` is less than 1.
        TypeError: An argument has another type; or `handle` is a coroutine function, or a router that holds
            one: nothing awaits it here.
        ImportError: Flask is not installed.

    Reference: "Retry Policy".
    """
    from flask import request  # noqa: PLC0415 - needed by those only who have Flask

    endpoint = Endpoint(webhook, handle, max_body, awaits=False)

    def pandocast_webhook() -> tuple[str, int, dict[str, str]]:
        status = respond(endpoint, request.environ)
        return "", status, headers_of(status)

    view = cast("View", pandocast_webhook)
    view.methods = ["POST"]
    view.provide_automatic_options = False
    return view


resolve_annotations_late(endpoint)
