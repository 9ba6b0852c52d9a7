"""Inflating what comes in pieces."""

import gzip
import zlib
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pandocast_server.outgoing.inflating import InflateError, Inflater


def raw(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


def members(data: bytes) -> bytes:
    return gzip.compress(data[:3]) + gzip.compress(data[3:]) + b"\0\0"


COMPRESS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "members": ("gzip", members),
    "zlib": ("deflate", zlib.compress),
    "raw": ("deflate", raw),
}


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


@given(st.sampled_from(sorted(COMPRESS)), st.binary(max_size=300), st.lists(st.integers(0, 999), max_size=8))
@example("gzip", b"x", [1])
@example("raw", b"", [1])
def test_however_it_is_cut_it_inflates_to_the_same(form: str, data: bytes, cuts: list[int]) -> None:
    coding, compress = COMPRESS[form]
    inflater = Inflater(coding)
    assert b"".join(inflater.feed(piece, most=10_000) for piece in pieces(compress(data), cuts)) == data
    inflater.end()


@given(st.sampled_from(sorted(COMPRESS)), st.binary(max_size=300), st.integers(0, 100))
def test_never_more_comes_out_than_asked_for(form: str, data: bytes, most: int) -> None:
    coding, compress = COMPRESS[form]
    assert Inflater(coding).feed(compress(data), most=most) == data[:most]


@given(st.sampled_from(["gzip", "zlib", "raw"]), st.binary(max_size=100), st.data())
def test_what_is_cut_short_is_not_taken_for_whole(form: str, data: bytes, draw: st.DataObject) -> None:
    coding, compress = COMPRESS[form]
    whole = compress(data)
    inflater = Inflater(coding)
    inflater.feed(whole[: draw.draw(st.integers(1, len(whole) - 1))], most=10_000)
    with pytest.raises(InflateError, match="ended before"):
        inflater.end()


@given(st.sampled_from(["gzip", "deflate"]), st.lists(st.binary(max_size=40), max_size=5))
def test_any_bytes_inflate_or_are_refused_and_nothing_worse(coding: str, garbage: list[bytes]) -> None:
    inflater = Inflater(coding)
    try:
        for piece in garbage:
            assert len(inflater.feed(piece, most=1000)) <= 1000
        inflater.end()
    except InflateError as error:
        assert str(error).startswith("the answer ")  # noqa: PT017 - a refusal need not come
