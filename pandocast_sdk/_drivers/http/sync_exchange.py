"""One request and its response, blocking; the awaiting twin is `async_exchange`."""

from typing import cast

import httpx

from pandocast_sdk._core.clock import monotonic
from pandocast_sdk._core.protocol import Failure, RawHeaders, Send, WireResponse
from pandocast_sdk._core.redaction import without_frames
from pandocast_sdk._drivers.http.abandoned import give_back
from pandocast_sdk._drivers.http.body import BodyReader
from pandocast_sdk._drivers.http.failures import failure_of
from pandocast_sdk._drivers.http.hook_errors import is_of_hook, response_of
from pandocast_sdk._drivers.http.interruptions import InterruptedWriteError
from pandocast_sdk._drivers.http.leftovers import close_after, followed_connection, release
from pandocast_sdk._drivers.http.request_builder import RequestBuilder
from pandocast_sdk._drivers.http.slots import take_slot
from pandocast_sdk._drivers.http.sync_pool import OpenTransport, Pool
from pandocast_sdk._drivers.http.time_left import TimeLeft
from pandocast_sdk.options import ClientOptions


class Exchange:
    """Sends one client's requests over a pool."""

    def __init__(self, options: ClientOptions, pool: Pool) -> None:
        """Prepare the parts that all requests share.

        Raises:
            ValueError: The client's address is invalid.
        """
        pool.prepare()
        self._pool = pool
        self._request_builder = RequestBuilder(options, pool.library)

    def __call__(self, step: Send) -> WireResponse | Failure:
        """Send a request, and return its response or the failure."""
        time_left = TimeLeft(step, monotonic())
        transport = request = slots = None
        try:
            transport = self._pool.transport()
            request = self._request_builder.request(step.request, time_left)
            slots = take_slot(transport.transport_to(request.url), time_left)
            response = transport.send(request)
            headers = response.headers.raw
            body = _read(response, headers, time_left.expires)
        except Exception as error:  # looked up in a table, raised again if not found
            _give_back(transport, request)
            answer = response_of(error, request, self._pool.library, time_left.began)
            if answer is not None:
                _close_if_followed(cast("httpx.HTTPStatusError", error).response)
                return answer
            if is_of_hook(error, request, self._pool.library, self._pool.hooks):
                raise
            return failure_of(error, step.request, self._pool.library)
        except BaseException as error:
            without_frames(error)  # of an interrupted call: they contain the headers
            _give_back(transport, request)
            if isinstance(error, InterruptedWriteError):
                raise without_frames(error.raised) from None
            raise
        finally:
            if slots is not None:
                slots.put(None)
        return WireResponse(response.status_code, headers, body, time_left.began, monotonic())


def _give_back(transport: OpenTransport | None, request: httpx.Request | None) -> None:
    """Give back the connection of a request that has failed."""
    if transport is not None and request is not None:
        give_back(transport.transport_to(request.url), request)


def _read(response: httpx.Response, headers: RawHeaders, expires: float) -> bytes:
    if response.is_stream_consumed:
        _close_if_followed(response)
        return response.content  # a hook or transport of the caller's has read it
    reader = BodyReader(headers, expires)
    stream = cast("httpx.SyncByteStream", response.stream)  # a blocking client's always is
    try:
        for piece in stream:
            reader.add(piece)
        close_after(stream)
    finally:
        stream.close()
        release(response)
    return reader.finish()


def _close_if_followed(response: httpx.Response) -> None:
    """Close the connection of a response that a hook has read if bytes have come behind it."""
    connection = followed_connection(response.stream)
    if connection is not None:
        connection.close()
