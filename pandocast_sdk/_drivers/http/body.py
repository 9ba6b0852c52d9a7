"""Reading the body of a response within bounds of time and size, whatever the server sends."""

import time
import zlib

import httpx

from pandocast_sdk._core.protocol import RawHeaders

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes of one decompressed body: more is no response of these APIs."""

_GZIP = zlib.MAX_WBITS | 16  # the standard library's way to say so


class ResponseTooLargeError(Exception):
    """A response exceeds what these APIs send."""

    def __init__(self) -> None:
        super().__init__(f"the response is larger than {LARGEST_BODY // 1024 // 1024} MiB")


class AttemptExpiredError(Exception):
    """A response trickled in for longer than its attempt may last."""


UNREADABLE = (ResponseTooLargeError, AttemptExpiredError, httpx.DecodingError)
"""What is raised of a body that is not read to its end."""


class BodyReader:
    """Collects the pieces of one body as they come from the wire.

    The HTTP library would decompress a whole piece before anybody can look at it, and several codings on top
    of each other; a few kilobytes could fill the memory so. Here only what was asked for is undone, and never
    further than `LARGEST_BODY`. A coding that was not asked for is left as it is.
    """

    __slots__ = ("_begun", "_body", "_expires", "_inflater")

    def __init__(self, headers: RawHeaders, expires: float) -> None:
        self._expires = expires
        # The first piece, mostly the only one, as it is; more are joined at once: a list of millions of tiny
        # pieces would be many times as large.
        self._body: bytes | bytearray = b""
        self._begun = False
        self._inflater = None
        for name, _ in headers:
            if len(name) == len(_CODING) and name.lower() == _CODING and _is_gzip(headers):
                self._inflater = zlib.decompressobj(_GZIP)

    def add(self, piece: bytes) -> None:
        """Take the next piece.

        Raises:
            ResponseTooLargeError: There is more than a response may have.
            AttemptExpiredError: The attempt has lasted too long.
            httpx.DecodingError: It is not compressed as its header says.
        """
        self._begun = True
        if self._inflater is not None:
            try:
                piece = self._inflater.decompress(piece, LARGEST_BODY - len(self._body) + 1)
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
        if time.monotonic() > self._expires:
            raise AttemptExpiredError("the response trickled in for too long")

    def finish(self) -> bytes:
        """Return the body, once it is complete.

        Raises:
            httpx.DecodingError: The compressed body ends too early.
        """
        if self._begun and self._inflater is not None and not self._inflater.eof:
            raise httpx.DecodingError("the compressed body ends too early")
        return bytes(self._body)


def _is_gzip(headers: RawHeaders) -> bool:
    codings = [value.strip().lower() for name, value in headers if name.lower() == _CODING]
    return codings in ([b"gzip"], [b"x-gzip"])


_CODING = b"content-encoding"
