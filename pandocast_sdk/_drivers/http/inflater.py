"""Decompressing gzip, which may have several members, and bytes behind them.

RFC 1952 defines a member, and a file as a series of them: each begins anew.
"""

import zlib

_GZIP = zlib.MAX_WBITS | 16  # see the documentation of `zlib.decompressobj`
_MAGIC = b"\x1f\x8b"
_SLICE = 4096  # bytes; zlib copies what follows a member, for each of many tiny ones


class Inflater:
    """Decompresses the pieces of one body."""

    __slots__ = ("_between", "_member", "_trailing")

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._between: bytes = b""  # the beginning of what follows a member, too short to tell what it is
        self._trailing = False

    @property
    def is_complete(self) -> bool:
        """Whether it ends where a member does."""
        return self._member.eof

    def inflate(self, piece: bytes, limit: int) -> bytes:
        """Decompress the next piece, and no more than about `limit` bytes of it.

        Raises:
            zlib.error: It is not compressed by gzip.
        """
        if not self._member.eof:
            data = self._member.decompress(piece, limit)
            piece = self._member.unused_data
            if not piece:
                return data
        else:
            data = b""
        pieces, length = [data], len(data)
        for begin in range(0, len(piece), _SLICE):
            rest = piece[begin : begin + _SLICE]
            while rest and length <= limit and not self._trailing:
                rest = self._next_member(rest)
                if not rest:
                    break
                data = self._member.decompress(rest, limit - length + 1)
                rest = self._member.unused_data
                pieces.append(data)
                length += len(data)
        return b"".join(pieces)

    def _next_member(self, rest: bytes) -> bytes:
        """Begin the next member if this one has ended and another follows; return what to decompress."""
        if not self._member.eof:
            return rest
        rest = self._between + rest
        self._between = b""
        if len(rest) < len(_MAGIC) and _MAGIC.startswith(rest):
            self._between = rest
            return b""
        if not rest.startswith(_MAGIC):
            self._trailing = True  # bytes without a meaning, which other clients ignore, too
            return b""
        self._member = zlib.decompressobj(_GZIP)
        return rest
