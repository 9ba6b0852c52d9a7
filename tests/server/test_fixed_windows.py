from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.rate_limit import (
    MAX_ADDRESSES,
    FixedWindows,
    RateLimits,
    WindowStatus,
    address_name,
)

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
EPOCH_NOON = int(NOON.timestamp())


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_window_opens_with_a_request_and_ends_on_a_whole_second() -> None:
    windows = FixedWindows(2, 60)
    assert windows.count("key", after(0.7)) == WindowStatus(2, 1, EPOCH_NOON + 60)
    assert windows.count("key", after(59.999999)) == WindowStatus(2, 0, EPOCH_NOON + 60)
    assert windows.count("key", after(59.999999)) == WindowStatus(2, 0, EPOCH_NOON + 60, is_refused=True)
    assert windows.count("key", after(60)) == WindowStatus(2, 1, EPOCH_NOON + 120)


def test_the_next_window_waits_for_a_request() -> None:
    windows = FixedWindows(1, 60)
    windows.count("key", NOON)
    assert windows.count("key", after(100.5)).reset == EPOCH_NOON + 160


def test_a_refused_request_does_not_lengthen_the_window() -> None:
    windows = FixedWindows(1, 60)
    for second in range(60):
        assert windows.count("key", after(second)).is_refused == (second > 0)
    assert not windows.count("key", after(60)).is_refused


def test_names_do_not_share_a_window() -> None:
    windows = FixedWindows(1, 60)
    assert not windows.count("one", NOON).is_refused
    assert not windows.count("other", NOON).is_refused
    assert windows.count("one", NOON).is_refused


def test_a_clock_that_was_reset_opens_a_new_window() -> None:
    windows = FixedWindows(1, 60)
    windows.count("key", after(7200))
    status = windows.count("key", NOON)
    assert (status.is_refused, status.reset) == (False, EPOCH_NOON + 60)


def test_seconds_left_lead_exactly_to_the_reset() -> None:
    status = FixedWindows(1, 60).count("key", after(0.25))
    assert status.seconds_left(after(0.25)) == 60
    assert status.seconds_left(after(59.999999)) == 1


def test_closed_windows_are_forgotten() -> None:
    windows = FixedWindows(1, 60)
    for number in range(50):
        windows.count(f"key {number}", after(number))
    windows.count("key", after(100))
    assert len(windows) == 10


def test_at_most_so_many_addresses_are_remembered() -> None:
    limits = RateLimits(1, 60)
    for number in range(MAX_ADDRESSES + 1):
        limits.addresses.count(f"address {number}", NOON)
    assert len(limits.addresses) == MAX_ADDRESSES
    assert limits.addresses.count(f"address {MAX_ADDRESSES}", NOON).is_refused
    assert not limits.addresses.count("address 0", NOON).is_refused  # the first one was forgotten


def test_keys_are_all_remembered() -> None:
    limits = RateLimits(1, 60)
    for number in range(MAX_ADDRESSES + 1):
        limits.keys.count(f"key {number}", NOON)
    assert limits.keys.count("key 0", NOON).is_refused


@given(
    limit=st.integers(1, 5),
    window=st.integers(1, 10),
    gaps=st.lists(st.integers(0, 4_000_000), min_size=1, max_size=60),
)
def test_no_window_ever_takes_more_than_its_limit_or_refuses_before(
    limit: int, window: int, gaps: list[int]
) -> None:
    windows = FixedWindows(limit, window)
    now = NOON
    taken: dict[int, int] = {}
    for gap in gaps:
        now += timedelta(microseconds=gap)
        status = windows.count("key", now)
        opened = status.reset - window
        assert opened <= now.timestamp() < status.reset
        assert all(opened >= other for other in taken if other != status.reset)
        assert status.is_refused == (taken.get(status.reset, 0) == limit)
        taken[status.reset] = taken.get(status.reset, 0) + (not status.is_refused)
        assert status.remaining == limit - taken[status.reset]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("a socket", "another socket", False),
        (None, None, True),
    ],
)
def test_ipv6_counts_by_its_64_first_bits(one: str | None, other: str | None, is_same: bool) -> None:  # noqa: FBT001 - a table
    assert (address_name(one) == address_name(other)) == is_same
