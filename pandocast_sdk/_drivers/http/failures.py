"""Maps the errors of an HTTP library to kinds of failure, which say what the server may have received.

An httpx client over aiohttp uses the names of httpx's errors, but not their meaning: it calls a connection
that breaks after everything was sent a `ConnectTimeout`. So if an error comes from aiohttp, aiohttp's own
class decides.
"""

import sys
from traceback import walk_tb
from types import FrameType, ModuleType

import httpx

from pandocast_sdk._core.protocol import Failure, FailureKind, WireRequest
from pandocast_sdk._core.redaction import causes, without_frames
from pandocast_sdk._drivers.http.interruptions import interruption
from pandocast_sdk._drivers.http.libraries import HTTPLibrary

_AIOHTTP_KINDS: tuple[tuple[str, FailureKind], ...] = (
    ("ClientConnectorError", FailureKind.NOT_CONNECTED),
    ("ClientHttpProxyError", FailureKind.NOT_CONNECTED),
    ("ConnectionTimeoutError", FailureKind.CONNECT_TIMEOUT),
    ("ServerTimeoutError", FailureKind.TIMEOUT),
    ("ClientError", FailureKind.BROKEN),
)

# aiohttp itself sends these once more when a connection breaks. Its error is about the second attempt alone,
# while the first may have reached the server.
_RESENT = frozenset({"PUT", "DELETE"})
_KINDS_AFTER_RESENDING = {
    FailureKind.NOT_CONNECTED: FailureKind.BROKEN,
    FailureKind.CONNECT_TIMEOUT: FailureKind.TIMEOUT,
    FailureKind.POOL_TIMEOUT: FailureKind.TIMEOUT,
}

# aiohttp's own errors refer to requests with their headers. These say as much, and have no causes.
_REPLACEMENTS: dict[FailureKind, type[httpx.TransportError]] = {
    FailureKind.NOT_CONNECTED: httpx.ConnectError,
    FailureKind.CONNECT_TIMEOUT: httpx.ConnectTimeout,
    FailureKind.POOL_TIMEOUT: httpx.PoolTimeout,
    FailureKind.TIMEOUT: httpx.ReadTimeout,
    FailureKind.BROKEN: httpx.RemoteProtocolError,
}

# Where in aiohttp a call timed out. Should these names change, the kind is less exact, and still safe.
_AIOHTTP_KINDS_BY_FUNCTION = {
    "_wait_for_available_connection": FailureKind.POOL_TIMEOUT,
    "_create_connection": FailureKind.CONNECT_TIMEOUT,
}


def failure_of(error: Exception, request: WireRequest, library: HTTPLibrary) -> Failure:
    """Return the failure that an error means, and remove the credentials from the error.

    Raises:
        ValueError: The address is invalid; nothing was sent.
        Exception: The error itself, if it does not come from the HTTP library; or that of a signal handler.
    """
    raised_by_handler = interruption(error)
    if raised_by_handler is not None:
        raise without_frames(raised_by_handler) from None
    if isinstance(error, library.invalid_url):
        fault = without_frames(error)  # the frames contain a request that is half made
        raise ValueError(f"no request can have this address: {fault}") from None  # noqa: TRY004 - no type
    aiohttp = sys.modules.get("aiohttp")
    failure = None if aiohttp is None else _failure_in_aiohttp(error, request, aiohttp)
    if failure is not None:
        return _without_request(failure, request, library)
    for error_class, kind in library.failure_kinds:
        if isinstance(error, error_class):
            return _without_request(Failure(kind, error), request, library)
    raise error


def _without_request(failure: Failure, request: WireRequest, library: HTTPLibrary) -> Failure:
    """Return the failure with a request without headers, since those of the original contain the key."""
    if isinstance(failure.cause, library.error):
        failure.cause.request = library.request(request.method, request.url)
    return failure


def _failure_in_aiohttp(error: Exception, request: WireRequest, aiohttp: ModuleType) -> Failure | None:
    """Return the failure that an error of aiohttp means; None for other errors."""
    chain = list(causes(error))
    kind = _kind_by_function(chain) if isinstance(error, TimeoutError) else _kind_by_class(chain, aiohttp)
    if kind is not None:
        if request.method in _RESENT:
            kind = _KINDS_AFTER_RESENDING.get(kind, kind)
        return Failure(kind, _REPLACEMENTS[kind](str(error) or type(error).__name__))
    if any(_is_in_aiohttp(frame) for frame, _ in walk_tb(error.__traceback__)):
        without_frames(error)  # they contain the headers
    return None


def _kind_by_class(chain: list[BaseException], aiohttp: ModuleType) -> FailureKind | None:
    for name, kind in _AIOHTTP_KINDS:
        if any(isinstance(link, getattr(aiohttp, name, ())) for link in chain):
            found = _kind_by_function(chain) if kind is FailureKind.CONNECT_TIMEOUT else None
            return found or kind
    return None


def _kind_by_function(chain: list[BaseException]) -> FailureKind | None:
    for link in chain:
        for frame, _ in walk_tb(link.__traceback__):
            if frame.f_code.co_name in _AIOHTTP_KINDS_BY_FUNCTION and _is_in_aiohttp(frame):
                return _AIOHTTP_KINDS_BY_FUNCTION[frame.f_code.co_name]
    return None


def _is_in_aiohttp(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).startswith("aiohttp.")
