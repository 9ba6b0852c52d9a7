"""The tolerance of a receiver: how old or how new a delivery may be."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_sdk.errors import WebhookPayloadError, WebhookVerificationError
from pandocast_sdk.webhooks import Webhook, sign

SECRET = "whsec_test"
NOW = datetime(2026, 3, 28, 10, 5, tzinfo=UTC)
BODY = (
    b'{"event":"content.analyzed","timestamp":"2026-03-28T10:05:00.000Z","data":{"workspace_id":"ws_abc123",'
    b'"content_id":"abc123","title":"Why AI Agents Need Memory"}}'
)
SIGNATURE = sign(BODY, SECRET)
NAME = "X-Pandocast-Signature"


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {NAME: sign(body, secret)}


def dated(timestamp: object, event: str = "content.uploaded") -> bytes:
    return json.dumps({"event": event, "timestamp": timestamp, "data": {}}).encode()


@given(
    st.timedeltas(min_value=timedelta(hours=-1), max_value=timedelta(hours=1)),
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=1)),
)
def test_a_tolerance_applies_to_the_past_and_the_future(off: timedelta, tolerance: timedelta) -> None:
    body = dated((NOW + off).isoformat())
    webhook = Webhook(SECRET, tolerance, now=lambda: NOW)
    if abs(off) <= tolerance:
        assert webhook.unwrap(body, signed(body)).timestamp == NOW + off
    else:
        with pytest.raises(WebhookVerificationError, match="from now") as caught:
            webhook.unwrap(body, signed(body))
        assert not isinstance(caught.value, WebhookPayloadError)


@pytest.mark.parametrize("sign_of", [-1, 1], ids=["past", "future"])
def test_a_timestamp_at_the_tolerance_is_accepted_and_one_beyond_is_not(sign_of: int) -> None:
    webhook = Webhook(SECRET, 300, now=lambda: NOW)
    at_the_edge = dated((NOW + sign_of * timedelta(seconds=300)).isoformat())
    beyond = dated((NOW + sign_of * timedelta(seconds=300, microseconds=1)).isoformat())
    assert webhook.unwrap(at_the_edge, signed(at_the_edge)).event == "content.uploaded"
    with pytest.raises(WebhookVerificationError, match="more than 0:05:00 from now"):
        webhook.unwrap(beyond, signed(beyond))


def test_a_tolerance_of_zero_accepts_the_same_moment_only() -> None:
    assert Webhook(SECRET, 0, now=lambda: NOW).unwrap(BODY, {NAME: SIGNATURE}).timestamp == NOW
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET, 0, now=lambda: NOW + timedelta.resolution).unwrap(BODY, {NAME: SIGNATURE})


def test_the_clock_is_read_at_each_delivery() -> None:
    times = iter([NOW, NOW, NOW + timedelta(hours=1)])  # the first when the receiver is made
    webhook = Webhook(SECRET, timedelta(minutes=5), now=lambda: next(times))
    webhook.unwrap(BODY, {NAME: SIGNATURE})
    with pytest.raises(WebhookVerificationError):
        webhook.unwrap(BODY, {NAME: SIGNATURE})


def test_the_default_clock_is_that_of_the_system() -> None:
    fresh, stale = dated(datetime.now(UTC).isoformat()), dated("2020-01-01T00:00:00Z")
    webhook = Webhook(SECRET, tolerance=60)
    assert webhook.unwrap(fresh, signed(fresh)).event == "content.uploaded"
    with pytest.raises(WebhookVerificationError):
        webhook.unwrap(stale, signed(stale))


@pytest.mark.parametrize("timestamp", ["2026-03-28T10:05:00", "yesterday", None, {}])
def test_a_tolerance_rejects_a_timestamp_that_is_no_moment(timestamp: object) -> None:
    body = dated(timestamp)
    assert Webhook(SECRET).unwrap(body, signed(body)).timestamp is None
    with pytest.raises(WebhookVerificationError, match="cannot be judged"):
        Webhook(SECRET, timedelta.max, now=lambda: NOW).unwrap(body, signed(body))


@pytest.mark.parametrize("timestamp", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999-23:59"])
def test_a_tolerance_rejects_the_first_and_the_last_moment(timestamp: str) -> None:
    body = dated(timestamp)
    with pytest.raises(WebhookVerificationError, match="from now"):
        Webhook(SECRET, 60, now=lambda: NOW).unwrap(body, signed(body))


@pytest.mark.parametrize(
    "tolerance", [-1, -0.001, timedelta(microseconds=-1), float("nan"), float("inf"), 1e30]
)
def test_a_tolerance_that_is_no_duration_is_rejected(tolerance: float | timedelta) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # NaN is refused in the words of the standard library
        Webhook(SECRET, tolerance)


@pytest.mark.parametrize("tolerance", [None, 60])
def test_a_clock_without_an_offset_is_rejected_by_the_constructor(tolerance: float | None) -> None:
    with pytest.raises(ValueError, match="UTC offset"):
        Webhook(SECRET, tolerance, now=lambda: NOW.replace(tzinfo=None))
    with pytest.raises(TypeError, match="must return a time, not float"):
        Webhook(SECRET, tolerance, now=cast("Callable[[], datetime]", lambda: 1.0))
