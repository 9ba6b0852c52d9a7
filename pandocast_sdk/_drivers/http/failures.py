"""What the errors of an HTTP library mean: what the server may have seen of a request that failed.

An httpx client over aiohttp lends its errors httpx's names, but not their meaning: a connection that breaks
after everything was sent is a `ConnectTimeout` to it. So where an error comes from aiohttp, aiohttp's own
class decides.
"""

import sys
from traceback import walk_tb
from types import FrameType, ModuleType

import httpx

from pandocast_sdk._core.protocol import Failure, FailureKind, WireRequest
from pandocast_sdk._core.redaction import causes, without_frames
from pandocast_sdk._drivers.http.libraries import HTTPLibrary

_AIOHTTP_KINDS: tuple[tuple[str, FailureKind], ...] = (
    ("ClientConnectorError", FailureKind.NOT_CONNECTED),
    ("ClientHttpProxyError", FailureKind.NOT_CONNECTED),
    ("ConnectionTimeoutError", FailureKind.CONNECT_TIMEOUT),
    ("ServerTimeoutError", FailureKind.TIMEOUT),
    ("ClientError", FailureKind.BROKEN),
)

# Aiohttp sends these once more by itself when a connection breaks, so that its last error tells of the second
# sending alone: the first may have reached the server.
_RESENT = frozenset({"PUT", "DELETE"})
_KINDS_AFTER_RESENDING = {
    FailureKind.NOT_CONNECTED: FailureKind.BROKEN,
    FailureKind.CONNECT_TIMEOUT: FailureKind.TIMEOUT,
    FailureKind.POOL_TIMEOUT: FailureKind.TIMEOUT,
}

# Aiohttp's own errors drag requests along, with their headers: these say as much, and have no causes.
_REPLACEMENTS: dict[FailureKind, type[httpx.TransportError]] = {
    FailureKind.NOT_CONNECTED: httpx.ConnectError,
    FailureKind.CONNECT_TIMEOUT: httpx.ConnectTimeout,
    FailureKind.POOL_TIMEOUT: httpx.PoolTimeout,
    FailureKind.TIMEOUT: httpx.ReadTimeout,
    FailureKind.BROKEN: httpx.RemoteProtocolError,
}

# Where in aiohttp a call was when its time was up. Should these names change, it is told less exactly.
_AIOHTTP_KINDS_BY_FUNCTION = {
    "_wait_for_available_connection": FailureKind.POOL_TIMEOUT,
    "_create_connection": FailureKind.CONNECT_TIMEOUT,
}


def failure_of(error: Exception, request: WireRequest, library: HTTPLibrary) -> Failure:
    """Return what the server may have seen of a request that failed, and take the credentials from the error.

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
    for error_class, kind in library.failure_kinds:
        if isinstance(error, error_class):
            return _without_request(Failure(kind, error), request, library)
    raise error


def _without_request(failure: Failure, request: WireRequest, library: HTTPLibrary) -> Failure:
    """Return the failure with a request in place of the one that was sent, whose headers hold the key."""
    if isinstance(failure.cause, library.error):
        failure.cause.request = library.request(request.method, request.url)
    return failure


def _failure_in_aiohttp(error: Exception, request: WireRequest, aiohttp: ModuleType) -> Failure | None:
    """Return what an error means that comes from aiohttp; None when it does not."""
    chain = list(causes(error))
    kind = _kind_by_function(chain) if isinstance(error, TimeoutError) else _kind_by_class(chain, aiohttp)
    if kind is not None:
        if request.method in _RESENT:
            kind = _KINDS_AFTER_RESENDING.get(kind, kind)
        return Failure(kind, _REPLACEMENTS[kind](str(error) or type(error).__name__))
    if any(_is_in_aiohttp(frame) for frame, _ in walk_tb(error.__traceback__)):
        without_frames(error)  # they hold the headers as texts
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
