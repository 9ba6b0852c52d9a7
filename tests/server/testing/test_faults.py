"""Which request a fault takes, and which faults are refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.testing.faults import Faults

SEGMENTS = st.text("abcdefgh0123_-", min_size=1, max_size=8)


def test_a_fault_takes_as_many_requests_as_it_was_told() -> None:
    faults = Faults()
    faults.add("POST", "/content/upload", status=500, times=2)
    taken = [faults.take("POST", "/api/v1/content/upload") for _ in range(3)]
    assert [found and found.remaining for found in taken] == [2, 1, None]
    assert faults.waiting == []


def test_a_fault_for_every_request_stays_until_it_is_cleared() -> None:
    faults = Faults()
    faults.add("GET", "/content", drop=True, times=None)
    assert all(faults.take("GET", "/api/v1/content") for _ in range(5))
    faults.clear()
    assert faults.take("GET", "/api/v1/content") is None


def test_the_fault_added_first_strikes_first() -> None:
    faults = Faults()
    faults.add("GET", "/content/{id}/outputs", status=503)
    faults.add("GET", "/content/abc/outputs", status=500)
    statuses = [
        found.status for _ in range(2) if (found := faults.take("GET", "/api/v1/content/abc/outputs"))
    ]
    assert statuses == [503, 500]


def test_a_fault_serves_both_mounts() -> None:
    faults = Faults()
    faults.add("GET", "/drafts", status=500)
    assert faults.take("GET", "/passband/v1/drafts")


def test_methods_are_written_in_any_case() -> None:
    faults = Faults()
    faults.add("post", "/content/upload", status=500)
    assert faults.take("POST", "/api/v1/content/upload")


@given(st.lists(SEGMENTS, min_size=1, max_size=5), st.data())
def test_a_wildcard_stands_for_exactly_one_segment(segments: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(segments) - 1))
    pattern = "/" + "/".join("{id}" if at == place else name for at, name in enumerate(segments))
    path = "/api/v1/" + "/".join(segments)
    faults = Faults()
    faults.add("GET", pattern, status=500, times=None)
    assert faults.take("GET", path)
    assert not faults.take("GET", path + "/more")
    assert not faults.take("GET", path.replace(f"/{segments[place]}", "/", 1) if place == 0 else path + "/")
    assert not faults.take("PUT", path)


@pytest.mark.parametrize(
    ("method", "path", "options", "words"),
    [
        ("GET", "/content", {}, "needs a status, a drop or a delay"),
        ("GET", "/content", {"status": 500, "drop": True}, "no status"),
        ("GET", "/content", {"status": 100}, "not a status"),
        ("GET", "/content", {"status": 600}, "not a status"),
        ("GET", "/content", {"status": 500, "times": 0}, "times"),
        ("GET", "/content", {"delay": -1}, "seconds"),
        ("GET", "/content", {"delay": float("nan")}, "seconds"),
        ("GET", "/content", {"delay": float("inf")}, "seconds"),
        ("GET", "/content", {"drop": True, "retry_after": 3}, "retry_after"),
        ("GET", "/content", {"status": 429, "retry_after": "1\r\nX: y"}, "header"),
        ("GET", "content", {"status": 500}, "begins with '/'"),
        ("GET", "/content?limit=1", {"status": 500}, "no query"),
        ("GET", "/api/v1/content", {"status": 500}, "without the mount: '/content'"),
        ("", "/content", {"status": 500}, "HTTP method"),
        ("GET /", "/content", {"status": 500}, "HTTP method"),
    ],
)
def test_a_fault_that_could_never_strike_is_refused(
    method: str, path: str, options: dict[str, Any], words: str
) -> None:
    faults = Faults()
    with pytest.raises(ValueError, match=words):
        faults.add(method, path, **options)
    assert faults.waiting == []
