"""The HTTP libraries that a client may be of: what their requests are, and what their errors mean.

httpx2 has the names of httpx. An httpx client over aiohttp lends its errors httpx's names, but not their
meaning: a connection that breaks after everything was sent is a `ConnectTimeout` to it. So where an error
comes from aiohttp, aiohttp's own class decides.

Only httpx is imported; whoever brings a client of another library has imported that.
"""

import sys
from collections.abc import Awaitable, Callable
from functools import cache, lru_cache
from traceback import walk_tb
from types import FrameType, ModuleType
from typing import Literal, NamedTuple, Protocol, TypeAlias

import httpx

from pandocast_sdk._core.protocol import Failure, FailureKind, WireRequest
from pandocast_sdk._core.redaction import causes, without_frames
from pandocast_sdk._drivers.http.body import AnswerTooLargeError, AttemptExpiredError
from pandocast_sdk._drivers.http.request_parts import content_at_need, no_auth, no_body

Rows: TypeAlias = tuple[tuple[type[Exception], FailureKind], ...]

_NAMES = ("httpx", "httpx2")


class HTTPClient(Protocol):
    """An `httpx.Client` or `httpx2.Client`, as far as type checkers can tell without knowing both."""

    @property
    def is_closed(self) -> bool: ...
    def build_request(self, method: str, url: str) -> object: ...
    def close(self) -> None: ...


class AsyncHTTPClient(Protocol):
    """An `httpx.AsyncClient` or `httpx2.AsyncClient`, as far as type checkers can tell likewise."""

    @property
    def is_closed(self) -> bool: ...
    def build_request(self, method: str, url: str) -> object: ...
    def aclose(self) -> Awaitable[None]: ...


class Library(NamedTuple):
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
        troubles: What its errors mean; the first row that fits decides.
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
    troubles: Rows


# A row stands before the ones for its parent classes.
_TROUBLES: tuple[tuple[str, FailureKind], ...] = (
    ("ConnectTimeout", FailureKind.CONNECT_TIMEOUT),
    ("PoolTimeout", FailureKind.POOL_TIMEOUT),
    ("TimeoutException", FailureKind.TIMEOUT),
    ("ConnectError", FailureKind.NOT_CONNECTED),
    ("ProxyError", FailureKind.NOT_CONNECTED),
    ("UnsupportedProtocol", FailureKind.NOT_CONNECTED),
    ("HTTPError", FailureKind.BROKEN),
)

_OWN: Rows = (
    (AttemptExpiredError, FailureKind.TIMEOUT),
    (TimeoutError, FailureKind.TIMEOUT),
    (AnswerTooLargeError, FailureKind.TOO_LARGE),
    (httpx.DecodingError, FailureKind.BROKEN),  # of `BodyReader`, whatever the library
)

_OF_AIOHTTP: tuple[tuple[str, FailureKind], ...] = (
    ("ClientConnectorError", FailureKind.NOT_CONNECTED),
    ("ClientHttpProxyError", FailureKind.NOT_CONNECTED),
    ("ConnectionTimeoutError", FailureKind.CONNECT_TIMEOUT),
    ("ServerTimeoutError", FailureKind.TIMEOUT),
    ("ClientError", FailureKind.BROKEN),
)

# Aiohttp sends these once more by itself when a connection breaks, so that its last error tells of the second
# sending alone: the first may have reached the server.
_SENT_AGAIN = frozenset({"PUT", "DELETE"})
_OF_THE_SECOND = {
    FailureKind.NOT_CONNECTED: FailureKind.BROKEN,
    FailureKind.CONNECT_TIMEOUT: FailureKind.TIMEOUT,
    FailureKind.POOL_TIMEOUT: FailureKind.TIMEOUT,
}

# Aiohttp's own errors drag requests along, with their headers: these say as much, and have no causes.
_INSTEAD: dict[FailureKind, type[httpx.TransportError]] = {
    FailureKind.NOT_CONNECTED: httpx.ConnectError,
    FailureKind.CONNECT_TIMEOUT: httpx.ConnectTimeout,
    FailureKind.POOL_TIMEOUT: httpx.PoolTimeout,
    FailureKind.TIMEOUT: httpx.ReadTimeout,
    FailureKind.BROKEN: httpx.RemoteProtocolError,
}

# Where in aiohttp a call was when its time was up. Should these names change, it is told less exactly.
_AIOHTTP_PLACES = {
    "_wait_for_available_connection": FailureKind.POOL_TIMEOUT,
    "_create_connection": FailureKind.CONNECT_TIMEOUT,
}


@cache
def _library(name: str) -> Library:
    module = sys.modules[name]
    rows = tuple((getattr(module, name), trouble) for name, trouble in _TROUBLES)
    return Library(
        request=module.Request,
        sent_request=content_at_need(module.Request),
        headers=module.Headers,
        stream=module.ByteStream,
        no_body=no_body(module.SyncByteStream, module.AsyncByteStream),
        address=lru_cache(maxsize=256)(module.URL),
        no_auth=no_auth(module.Auth),
        error=module.HTTPError,
        invalid_url=module.InvalidURL,
        troubles=(*rows, *_OWN),
    )


HTTPX = _library("httpx")


def library_of(client: object, kind: Literal["Client", "AsyncClient"]) -> Library:
    """Give the library of a caller's client.

    Args:
        client: What the caller gave.
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


def failure_of(error: Exception, request: WireRequest, library: Library) -> Failure:
    """Tell what the server may have seen of a request that failed, and take the credentials from the error.

    Raises:
        ValueError: No request can have this address; nothing was sent.
        Exception: The error itself, when it is none of the HTTP library's.
    """
    if isinstance(error, library.invalid_url):
        fault = without_frames(error)  # the frames hold a request that is half made
        raise ValueError(f"no request can have this address: {fault}") from None  # noqa: TRY004 - no type
    aiohttp = sys.modules.get("aiohttp")
    failure = None if aiohttp is None else _failure_in_aiohttp(error, request, aiohttp)
    if failure is not None:
        return _without_request(failure, request, library)
    for kind, trouble in library.troubles:
        if isinstance(error, kind):
            return _without_request(Failure(trouble, error), request, library)
    raise error


def _without_request(failure: Failure, request: WireRequest, library: Library) -> Failure:
    """Give the failure with a request in place of the one that was sent, whose headers hold the key."""
    if isinstance(failure.cause, library.error):
        failure.cause.request = library.request(request.method, request.url)
    return failure


def _failure_in_aiohttp(error: Exception, request: WireRequest, aiohttp: ModuleType) -> Failure | None:
    """Tell what an error means that comes from aiohttp; None when it does not."""
    chain = list(causes(error))
    if isinstance(error, TimeoutError):
        trouble = _place_in_aiohttp(chain)
    else:
        trouble = _trouble_in_aiohttp(chain, aiohttp)
    if trouble is not None:
        if request.method in _SENT_AGAIN:
            trouble = _OF_THE_SECOND.get(trouble, trouble)
        return Failure(trouble, _INSTEAD[trouble](str(error) or type(error).__name__))
    if any(_is_in_aiohttp(frame) for frame, _ in walk_tb(error.__traceback__)):
        without_frames(error)  # they hold the headers as texts
    return None


def _trouble_in_aiohttp(chain: list[BaseException], aiohttp: ModuleType) -> FailureKind | None:
    for name, trouble in _OF_AIOHTTP:
        if any(isinstance(link, getattr(aiohttp, name, ())) for link in chain):
            place = _place_in_aiohttp(chain) if trouble is FailureKind.CONNECT_TIMEOUT else None
            return place or trouble
    return None


def _place_in_aiohttp(chain: list[BaseException]) -> FailureKind | None:
    for link in chain:
        for frame, _ in walk_tb(link.__traceback__):
            if frame.f_code.co_name in _AIOHTTP_PLACES and _is_in_aiohttp(frame):
                return _AIOHTTP_PLACES[frame.f_code.co_name]
    return None


def _is_in_aiohttp(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).startswith("aiohttp.")
