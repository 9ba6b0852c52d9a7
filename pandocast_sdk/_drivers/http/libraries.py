"""The supported HTTP libraries, and the parts of them that requests need.

httpx2 has the names of httpx. Only httpx is imported here; a caller who passes a client of another library
has imported that one.
"""

import sys
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Literal, NamedTuple, TypeAlias

import httpx

from pandocast_sdk._core.protocol import FailureKind, SettingError
from pandocast_sdk._drivers.http.body import AttemptExpiredError, ResponseTooLargeError
from pandocast_sdk._drivers.http.request_parts import lazy_request, no_body
from pandocast_sdk._drivers.http.time_left import NoConnectionError, NotSentError

KindRows: TypeAlias = tuple[tuple[type[Exception], FailureKind], ...]

_NAMES = ("httpx", "httpx2")


class HTTPLibrary(NamedTuple):
    """A library with the names of httpx.

    Attributes:
        request: Its class of requests.
        lazy_request: The class of the requests that are sent; see `lazy_request`.
        headers: Its class of headers.
        stream: Its class of bodies in memory.
        no_body: The body of requests without one; see `no_body`.
        parse_url: Parses an address, which takes as long as all other work on a request; so results are
            cached.
        no_auth: Adds nothing to a request; with `None`, the client would search the address for a password.
        error: The base class of its errors, which carry the request.
        status_error: The error that a response raises by its status, if it is asked to.
        stream_error: The error for a body that was not read, or no longer can be.
        invalid_url: The error for an invalid address.
        failure_kinds: The kinds of failure that its errors mean; the first matching row decides.
    """

    request: type[httpx.Request]
    lazy_request: type[httpx.Request]
    headers: type[httpx.Headers]
    stream: type[httpx.ByteStream]
    no_body: httpx.SyncByteStream
    parse_url: Callable[[str], httpx.URL]
    no_auth: httpx.Auth
    error: type[httpx.HTTPError]
    status_error: type[httpx.HTTPStatusError]
    stream_error: type[Exception]
    invalid_url: type[Exception]
    failure_kinds: KindRows


# A class comes before its base classes.
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
    (NotSentError, FailureKind.POOL_TIMEOUT),
    (NoConnectionError, FailureKind.POOL_TIMEOUT),
    (SettingError, FailureKind.UNUSABLE_SETTING),
    (AttemptExpiredError, FailureKind.TIMEOUT),
    (TimeoutError, FailureKind.TIMEOUT),
    (ResponseTooLargeError, FailureKind.TOO_LARGE),
    (httpx.DecodingError, FailureKind.BROKEN),  # raised by `BodyReader`, for any library
)


@cache
def _library(name: str) -> HTTPLibrary:
    module = sys.modules[name]
    rows = tuple((getattr(module, name), kind) for name, kind in _KINDS_BY_NAME)
    return HTTPLibrary(
        request=module.Request,
        lazy_request=lazy_request(module.Request),
        headers=module.Headers,
        stream=module.ByteStream,
        no_body=no_body(module.SyncByteStream, module.AsyncByteStream),
        parse_url=lru_cache(maxsize=256)(module.URL),
        no_auth=module.Auth(),
        error=module.HTTPError,
        status_error=module.HTTPStatusError,
        stream_error=module.StreamError,
        invalid_url=module.InvalidURL,
        failure_kinds=(*rows, *_OWN_ERRORS),
    )


HTTPX = _library("httpx")


def library_of(client: object, kind: Literal["Client", "AsyncClient"]) -> HTTPLibrary:
    """Return the library of the caller's client.

    Args:
        client: The caller's client.
        kind: The name of its class.

    Raises:
        TypeError: It is not an instance of that class in any supported library.
    """
    for name in [name for name in _NAMES if name in sys.modules]:
        if isinstance(client, getattr(sys.modules[name], kind)):
            return _library(name)
    actual = type(client)
    expected = " or ".join(f"{name}.{kind}" for name in _NAMES)
    raise TypeError(f"http_client must be an {expected}, not {actual.__module__}.{actual.__qualname__}")
