"""Undoes the compression of an answer while it comes in, and never makes more of it than asked for."""

import zlib
from typing import Protocol

_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS

# Each member costs a copy of all that follows it in the piece that came.
_MOST_MEMBERS = 1000


class InflateError(Exception):
    """What came is not what its coding promises; the text says what is wrong."""


class _Member(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...


class Inflater:
    """Inflates `gzip` of one or more members, and `deflate` with or without its zlib frame."""

    def __init__(self, coding: str) -> None:
        """Make one for the coding `gzip` or `deflate`."""
        self._is_gzip = coding == "gzip"
        self._waiting = b""
        self._member: _Member | None = None
        self._begun = 0
        self._only_padding_follows = False

    def feed(self, piece: bytes, *, most: int) -> bytes:
        """Give what the next piece inflates to, but at most `most` bytes of it; what is more is lost.

        Raises:
            InflateError: It is not of the coding, or of absurdly many members.
        """
        made: list[bytes] = []
        rest, self._waiting = self._waiting + piece, b""
        while rest and most > 0 and not self._only_padding_follows:
            if self._member is None:
                if len(rest) < len(_MAGIC):
                    self._waiting = rest
                    break
                self._begin(rest)
            if self._member is not None:
                made.append(self._inflate(self._member, rest, most))
                most -= len(made[-1])
                rest = self._member.unused_data
                if self._member.eof:
                    self._member = None
        return b"".join(made)

    def end(self) -> None:
        """Make sure that the answer was whole; one without any byte is.

        Raises:
            InflateError: It ended before its compressed data did.
        """
        if self._member is not None or (self._waiting and not self._begun):
            raise InflateError("the answer ended before its compressed data did")

    def _begin(self, data: bytes) -> None:
        is_first = not self._begun
        if self._is_gzip and data.startswith(_MAGIC):
            self._member = zlib.decompressobj(_GZIP)
        elif self._is_gzip and is_first:
            raise InflateError("the answer is not compressed as it says")
        elif is_first:
            self._member = zlib.decompressobj(_deflate_frame(data))
        else:
            self._only_padding_follows = True
        self._begun += 1
        if self._begun > _MOST_MEMBERS:
            raise InflateError("the answer is compressed in too many parts")

    def _inflate(self, member: _Member, data: bytes, most: int) -> bytes:
        try:
            return member.decompress(data, most)
        except zlib.error as error:
            raise InflateError("the answer cannot be decompressed") from error


def _deflate_frame(data: bytes) -> int:
    # The standard means zlib's frame; some servers leave it out.
    is_zlib = data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if is_zlib else _RAW
