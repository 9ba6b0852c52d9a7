"""Times on the wire and in the database."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.timestamps import (
    EPOCH,
    from_microseconds,
    to_microseconds,
    webhook_text,
    wire_text,
)

moments = st.timedeltas(timedelta(), timedelta(days=2_900_000)).map(lambda since: EPOCH + since)


def test_answers_leave_a_fraction_of_zero_out() -> None:
    assert wire_text(datetime(2026, 3, 28, 10, tzinfo=UTC)) == "2026-03-28T10:00:00Z"
    assert wire_text(datetime(2026, 3, 28, 10, 0, 0, 1500, tzinfo=UTC)) == "2026-03-28T10:00:00.001500Z"
    east = timezone(timedelta(hours=2))
    assert wire_text(datetime(2026, 3, 28, 12, tzinfo=east)) == "2026-03-28T10:00:00Z"


def test_webhooks_have_three_digits_always() -> None:
    assert webhook_text(datetime(2026, 3, 28, 10, 5, tzinfo=UTC)) == "2026-03-28T10:05:00.000Z"
    assert webhook_text(datetime(2026, 3, 28, 10, 5, 0, 999_999, tzinfo=UTC)) == "2026-03-28T10:05:00.999Z"


@given(moments)
def test_the_database_keeps_every_microsecond(moment: datetime) -> None:
    assert from_microseconds(to_microseconds(moment)) == moment


@given(moments)
def test_what_is_written_is_read_back(moment: datetime) -> None:
    assert datetime.fromisoformat(wire_text(moment)) == moment
    assert moment - datetime.fromisoformat(webhook_text(moment)) < timedelta(milliseconds=1)
