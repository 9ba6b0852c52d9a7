"""An endpoint as a view of Django."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias

from pandocast_sdk._annotations import resolve_annotations_late
from pandocast_sdk.webhooks.endpoint import CHUNK, Endpoint, Handle, Request, headers_of

if TYPE_CHECKING:
    from django.http import HttpResponse

    from pandocast_sdk.webhooks.receiver import Webhook

__all__ = ["HttpRequest", "endpoint"]

# What Django's decorators set, which would make another function of a view, around it.
_MARKS = {
    "csrf_exempt": True,
    "login_required": False,
    "should_append_slash": False,  # not found is a better response than a redirect, which no sender follows
}


class HttpRequest(Protocol):
    """What a view needs of Django's requests."""

    @property
    def method(self) -> str | None:
        """The method, in capitals."""
        ...

    @property
    def META(self) -> Mapping[str, object]:  # noqa: N802 - Django's name
        """The headers, as in `environ`."""
        ...

    def read(self, size: int, /) -> bytes:
        """Return the next bytes of the body."""
        ...


View: TypeAlias = (
    "Callable[[HttpRequest], HttpResponse] | Callable[[HttpRequest], Coroutine[object, object, HttpResponse]]"
)


def endpoint(webhook: Webhook, handle: Handle, *, max_body: int = 1 << 20) -> View:
    """Return a view that answers each delivery once `handle` has returned.

    It takes POST only, and needs no CSRF token and no login. For a coroutine function, or a router that holds
    one, it is an async view; otherwise a sync one, and a router refuses coroutine functions from then on.

    Args:
        webhook: What verifies deliveries.
        handle: What is called with each `Delivery`, repeated ones too. When it raises, the response is 500.
        max_body: The most bytes that a body may have; more are answered with 413 and not kept. Under ASGI,
            Django has written the whole body into a temporary file before.

    Raises:
        ValueError: `max_body` is less than 1.
        TypeError: An argument has another type.
        ImportError: Django is not installed.

    Reference: "Retry Policy".
    """
    from django.http import HttpResponse  # noqa: PLC0415 - needed by those only who have Django

    from pandocast_sdk.webhooks.router import is_awaited  # noqa: PLC0415 - loaded by now, see Endpoint

    awaits = is_awaited(handle)
    endpoint = Endpoint(webhook, handle, max_body, awaits=awaits)

    def response(status: int) -> HttpResponse:
        return HttpResponse(status=status, headers=headers_of(status))

    def sync_view(request: HttpRequest) -> HttpResponse:
        return response(endpoint.respond(_without_body(request), lambda: request.read(CHUNK)))

    async def async_view(request: HttpRequest) -> HttpResponse:
        async def read() -> bytes:
            return request.read(CHUNK)

        return response(await endpoint.respond_async(_without_body(request), read))

    view: View = async_view if awaits else sync_view
    vars(view).update(_MARKS)
    return view


def _without_body(request: HttpRequest) -> Request:
    fields = request.META
    return Request(
        request.method or "",
        fields,
        str(fields.get("CONTENT_LENGTH") or ""),
        # Django reads no further than that length under WSGI, even where the server could.
        length_missing="wsgi.input" in fields and "HTTP_TRANSFER_ENCODING" in fields,
    )


resolve_annotations_late(endpoint)
