"""What the service has answered where a response hook of the caller's client raises: its status decides.

The commonest of these hooks calls `raise_for_status`. The HTTP library then closes the response, and what the
hook had not read of it is lost. Any other error of a hook is the caller's own, also where it has the class of
an error of the HTTP library, as when the hook sends a request of its own.
"""

from collections.abc import Iterable
from contextlib import suppress
from traceback import walk_tb

import httpx

from pandocast_sdk._core.clock import monotonic
from pandocast_sdk._core.protocol import WireResponse
from pandocast_sdk._drivers.http.interruptions import codes_of
from pandocast_sdk._drivers.http.libraries import HTTPLibrary


def response_of(
    error: Exception, request: httpx.Request | None, library: HTTPLibrary, sent: float
) -> WireResponse | None:
    """Return the response to a request that an error of a hook is about; None if there is none.

    Args:
        error: What sending the request has raised.
        request: The request; a hook may make others.
        library: The HTTP library.
        sent: When it was sent, by the monotonic clock.
    """
    if not isinstance(error, library.status_error) or request is None:
        return None
    response = error.response
    with suppress(RuntimeError):  # it has none
        if response.request is not request:
            return None
    try:
        body = response.content
    except library.stream_error:
        if response.is_success:
            return None  # a success is nothing without its body
        body = b""
    return WireResponse(response.status_code, response.headers.raw, body, sent, monotonic())


def is_of_hook(
    error: Exception, request: httpx.Request | None, library: HTTPLibrary, hooks: Iterable[object]
) -> bool:
    """Return whether one of the caller's hooks has raised an error, other than by a status.

    An error that a hook meets while it reads the response is of the connection.
    """
    codes = set(codes_of(hooks))
    if isinstance(error, library.status_error) or not any(
        frame.f_code in codes for frame, _ in walk_tb(error.__traceback__)
    ):
        return False
    if isinstance(error, library.error):
        with suppress(RuntimeError):  # it has none
            return error.request is not request
    return True
