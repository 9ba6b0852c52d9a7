"""The HTTP libraries that a client may be of: what their requests are.

httpx2 has the names of httpx. Only httpx is imported here; whoever passes a client of another library has
imported that.
"""

import sys
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Literal, NamedTuple, TypeAlias

import httpx

from pandocast_sdk._core.protocol import FailureKind
from pandocast_sdk._drivers.http.body import AttemptExpiredError, ResponseTooLargeError
from pandocast_sdk._drivers.http.request_parts import content_at_need, no_auth, no_body

KindRows: TypeAlias = tuple[tuple[type[Exception], FailureKind], ...]

_NAMES = ("httpx", "httpx2")


class HTTPLibrary(NamedTuple):
    """One library with the names of httpx.

    Attributes:
        request: Its class of requests.
        sent_request: The same for those that are sent; see `content_at_need`.
        headers: Its class of headers.
        stream: Its class of bodies that are there at once.
        no_body: The body of requests that have none; see `no_body`.
        address: Takes an address apart, which costs as much as all else of a request; so the last ones
            are remembered.
        no_auth: Adds nothing to a request; `None` would have the client search the address for a password.
        error: The parent class of its errors, which carry the request.
        invalid_url: Raised where a request is made for an address that none can have.
        failure_kinds: What its errors mean; the first row that fits decides.
    """

    request: type[httpx.Request]
    sent_request: type[httpx.Request]
    headers: type[httpx.Headers]
    stream: type[httpx.ByteStream]
    no_body: httpx.SyncByteStream
    address: Callable[[str], httpx.URL]
    no_auth: httpx.Auth
    error: type[httpx.HTTPError]
    invalid_url: type[Exception]
    failure_kinds: KindRows


# A row stands before the ones for its parent classes.
_KINDS_BY_NAME: tuple[tuple[str, FailureKind], ...] = (
    ("ConnectTimeout", FailureKind.CONNECT_TIMEOUT),
    ("PoolTimeout", FailureKind.POOL_TIMEOUT),
    ("TimeoutException", FailureKind.TIMEOUT),
    ("ConnectError", FailureKind.NOT_CONNECTED),
    ("ProxyError", FailureKind.NOT_CONNECTED),
    ("UnsupportedProtocol", FailureKind.NOT_CONNECTED),
    ("HTTPError", FailureKind.BROKEN),
)

_OWN_ERRORS: KindRows = (
    (AttemptExpiredError, FailureKind.TIMEOUT),
    (TimeoutError, FailureKind.TIMEOUT),
    (ResponseTooLargeError, FailureKind.TOO_LARGE),
    (httpx.DecodingError, FailureKind.BROKEN),  # of `BodyReader`, whatever the library
)


@cache
def _library(name: str) -> HTTPLibrary:
    module = sys.modules[name]
    rows = tuple((getattr(module, name), kind) for name, kind in _KINDS_BY_NAME)
    return HTTPLibrary(
        request=module.Request,
        sent_request=content_at_need(module.Request),
        headers=module.Headers,
        stream=module.ByteStream,
        no_body=no_body(module.SyncByteStream, module.AsyncByteStream),
        address=lru_cache(maxsize=256)(module.URL),
        no_auth=no_auth(module.Auth),
        error=module.HTTPError,
        invalid_url=module.InvalidURL,
        failure_kinds=(*rows, *_OWN_ERRORS),
    )


HTTPX = _library("httpx")


def library_of(client: object, kind: Literal["Client", "AsyncClient"]) -> HTTPLibrary:
    """Return the library of a caller's client.

    Args:
        client: The caller's client.
        kind: The class that it has to be of, in any of the libraries.

    Raises:
        TypeError: It is of none.
    """
    present = [name for name in _NAMES if name in sys.modules]
    for name in present:
        if isinstance(client, getattr(sys.modules[name], kind)):
            return _library(name)
    given = type(client)
    wanted = " or ".join(f"{name}.{kind}" for name in _NAMES)
    raise TypeError(f"http_client must be an {wanted}, not {given.__module__}.{given.__qualname__}")
