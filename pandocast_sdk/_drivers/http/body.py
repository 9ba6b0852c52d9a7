"""Reading the body of a response, within limits of time and size."""

import zlib

import httpx

from pandocast_sdk._core.clock import monotonic
from pandocast_sdk._core.protocol import RawHeaders
from pandocast_sdk._drivers.http.inflater import Inflater

LARGEST_BODY = 64 * 1024 * 1024
"""The maximum size of a decompressed body, in bytes, which these APIs never reach."""


class ResponseTooLargeError(Exception):
    """A response is larger than `LARGEST_BODY`."""

    def __init__(self) -> None:
        super().__init__(f"the response is larger than {LARGEST_BODY // 1024 // 1024} MiB")


class AttemptExpiredError(Exception):
    """A response was still arriving when its attempt had timed out."""


UNREADABLE = (ResponseTooLargeError, AttemptExpiredError, httpx.DecodingError)
"""The errors after which a body is not read to its end."""


class BodyReader:
    """Collects the pieces of one body as they arrive.

    The HTTP library would decompress whole pieces, and several codings on top of each other: a few kilobytes
    could fill the memory. This decompresses only the requested coding, and only up to `LARGEST_BODY`.
    """

    __slots__ = ("_begun", "_body", "_expires", "_inflater")

    def __init__(self, headers: RawHeaders, expires: float) -> None:
        self._expires = expires
        # The first piece, usually the only one, is kept as it is; others are appended at once, since a list
        # of millions of tiny pieces would be many times as large.
        self._body: bytes | bytearray = b""
        self._begun = False
        self._inflater: Inflater | None = None
        for name, _ in headers:
            if len(name) == len(_CODING) and name.lower() == _CODING and _is_gzip(headers):
                self._inflater = Inflater()

    def add(self, piece: bytes) -> None:
        """Add the next piece.

        Raises:
            ResponseTooLargeError: The body is larger than `LARGEST_BODY`.
            AttemptExpiredError: The attempt has timed out.
            httpx.DecodingError: The body is not compressed as its header says.
        """
        self._begun = True
        if self._inflater is not None:
            try:
                piece = self._inflater.inflate(piece, LARGEST_BODY - len(self._body) + 1)
            except zlib.error as error:
                raise httpx.DecodingError(str(error)) from error
        if not self._body:
            self._body = piece
        elif isinstance(self._body, bytearray):
            self._body += piece
        else:
            self._body = bytearray(self._body) + piece
        if len(self._body) > LARGEST_BODY:
            raise ResponseTooLargeError
        if monotonic() > self._expires:
            raise AttemptExpiredError("the response trickled in for too long")

    def finish(self) -> bytes:
        """Return the body, once it is complete.

        Raises:
            httpx.DecodingError: The compressed body ends too early.
        """
        if self._begun and self._inflater is not None and not self._inflater.is_complete:
            raise httpx.DecodingError("the compressed body ends too early")
        return bytes(self._body)


def _is_gzip(headers: RawHeaders) -> bool:
    codings = [value.strip().lower() for name, value in headers if name.lower() == _CODING]
    return codings in ([b"gzip"], [b"x-gzip"])


_CODING = b"content-encoding"
