"""Reading a body piece by piece: what comes out does not depend on how it came in."""

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


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[begin:end] for begin, end in pairwise(ends)]


CUTS = st.lists(st.integers(0, 10_000), max_size=12)


@pytest.mark.parametrize(
    ("coding", "pack"),
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
@given(data=st.binary(max_size=3000), places=CUTS)
def test_a_body_is_the_same_however_it_is_cut(
    coding: str, pack: type[bytes], data: bytes, places: list[int]
) -> None:
    assert read(cut(pack(data), places), coding) == data


@given(st.binary(min_size=1, max_size=300), CUTS)
def test_no_junk_is_taken_for_a_packed_body(data: bytes, places: list[int]) -> None:
    with pytest.raises(httpx.DecodingError):
        read(cut(data, places), "gzip")


def test_a_packed_body_that_ends_too_early_is_broken() -> None:
    with pytest.raises(httpx.DecodingError, match="ends too early"):
        read([gzip.compress(b"text" * 100)[:-1]], "gzip")
    assert read([], "gzip") == b"", "as after HEAD"


@pytest.mark.parametrize("size", [999, 1000, 1001, 5000])
@pytest.mark.parametrize("coding", ["", "gzip"])
def test_an_answer_may_be_as_large_as_the_largest(
    size: int, coding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "LARGEST_BODY", 1000)
    data = bytes(size)
    pieces = cut(gzip.compress(data) if coding else data, [3, 700])
    if size > 1000:
        with pytest.raises(ResponseTooLargeError):
            read(pieces, coding)
    else:
        assert read(pieces, coding) == data


def test_a_bomb_is_not_blown_up_before_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_body_that_comes_too_late_is_not_waited_for() -> None:
    with pytest.raises(AttemptExpiredError):
        read([b"a", b"b"], expires=time.monotonic() - 1)
