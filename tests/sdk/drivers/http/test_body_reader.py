"""Reading a response body piece by piece: its content, its size limit, and its end in time."""

import gzip
import time
import tracemalloc
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_sdk._drivers.http import body
from pandocast_sdk._drivers.http.body import AttemptExpiredError, BodyReader, ResponseTooLargeError

NEVER = float("inf")


def read(pieces: list[bytes], coding: str = "", *, expires: float = NEVER) -> bytes:
    headers = [(b"Content-Encoding", coding.encode())] if coding else []
    reader = BodyReader(headers, expires)
    for piece in pieces:
        reader.add(piece)
    return reader.finish()


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    ends = sorted({0, len(data), *(position % (len(data) + 1) for position in cuts)})
    return [data[begin:end] for begin, end in pairwise(ends)]


CUTS = st.lists(st.integers(0, 10_000), max_size=12)


@pytest.mark.parametrize(
    ("coding", "encode"),
    [
        ("", bytes),
        ("identity", bytes),
        ("br", bytes),
        ("gzip, gzip", bytes),
        ("gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", bytes),
    ],
)
@given(data=st.binary(max_size=3000), cuts=CUTS)
def test_a_body_is_the_same_however_it_is_cut(
    coding: str, encode: type[bytes], data: bytes, cuts: list[int]
) -> None:
    assert read(cut(encode(data), cuts), coding) == data


@given(st.lists(st.binary(max_size=500), min_size=1, max_size=5), CUTS)
def test_a_gzip_body_may_have_several_members(texts: list[bytes], cuts: list[int]) -> None:
    assert read(cut(b"".join(map(gzip.compress, texts)), cuts), "gzip") == b"".join(texts)


@given(st.sampled_from([b"\0" * 9000, b"\x1f", b"\x1fjunk", b"junk" * 3000]), CUTS)
def test_bytes_behind_the_last_member_are_ignored(junk: bytes, cuts: list[int]) -> None:
    assert (
        read(cut(gzip.compress(b"text") + gzip.compress(b" and more") + junk, cuts), "gzip")
        == b"text and more"
    )


@given(CUTS)
def test_a_second_member_that_ends_too_early_is_an_error(cuts: list[int]) -> None:
    with pytest.raises(httpx.DecodingError):
        read(cut(gzip.compress(b"text") + gzip.compress(b"more")[:-1], cuts), "gzip")


def test_members_together_may_be_as_large_as_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "LARGEST_BODY", 1000)
    half = gzip.compress(bytes(500))
    assert len(read([half + half], "gzip")) == 1000
    with pytest.raises(ResponseTooLargeError):
        read([half + half + gzip.compress(b"1")], "gzip")
    with pytest.raises(ResponseTooLargeError):
        read([half, half, gzip.compress(bytes(1_000_000))], "gzip")


def test_trailing_bytes_are_not_kept() -> None:
    """Kept in one growing object, they would take time that grows with their square."""
    reader = BodyReader([(b"Content-Encoding", b"gzip")], NEVER)
    reader.add(gzip.compress(b"text"))
    tracemalloc.start()
    try:
        for _ in range(1000):
            reader.add(bytes(10_000))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 100_000
    assert reader.finish() == b"text"


@given(st.binary(min_size=1, max_size=300), CUTS)
def test_bytes_that_are_no_gzip_are_an_error(data: bytes, cuts: list[int]) -> None:
    with pytest.raises(httpx.DecodingError):
        read(cut(data, cuts), "gzip")


def test_a_gzip_body_that_ends_too_early_is_an_error() -> None:
    with pytest.raises(httpx.DecodingError, match="ends too early"):
        read([gzip.compress(b"text" * 100)[:-1]], "gzip")
    assert read([], "gzip") == b"", "as after HEAD"


@pytest.mark.parametrize("size", [999, 1000, 1001, 5000])
@pytest.mark.parametrize("coding", ["", "gzip"])
def test_a_body_may_be_as_large_as_the_limit(size: int, coding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "LARGEST_BODY", 1000)
    data = bytes(size)
    pieces = cut(gzip.compress(data) if coding else data, [3, 700])
    if size > 1000:
        with pytest.raises(ResponseTooLargeError):
            read(pieces, coding)
    else:
        assert read(pieces, coding) == data


def test_a_gzip_bomb_is_not_inflated_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "LARGEST_BODY", 100_000)
    bomb = gzip.compress(bytes(50_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(ResponseTooLargeError):
            read([bomb], "gzip")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


def test_a_body_that_arrives_after_the_timeout_is_an_error() -> None:
    with pytest.raises(AttemptExpiredError):
        read([b"a", b"b"], expires=time.monotonic() - 1)
