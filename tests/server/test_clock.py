"""The server's time: running, jumping, never back."""

from datetime import UTC, datetime, timedelta

import pytest

from pandocast_server.clock import Clock


def test_it_shows_real_time_until_it_jumps() -> None:
    clock = Clock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    assert clock.now().utcoffset() == timedelta()


def test_it_never_shows_the_same_or_less_than_before() -> None:
    clock = Clock()
    shown = [clock.now() for _ in range(1000)]
    assert shown == sorted(shown)


def test_jumps_add_up_whatever_parts_they_are_told_in() -> None:
    clock = Clock()
    before = clock.now()
    clock.advance(hours=1, minutes=1)
    now = clock.advance(timedelta(days=1), seconds=30)
    assert (
        timedelta(0)
        <= now - before - timedelta(days=1, hours=1, minutes=1, seconds=30)
        < timedelta(seconds=1)
    )


def test_a_reset_gives_real_time_back() -> None:
    clock = Clock()
    clock.advance(days=400)
    clock.reset()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_whoever_waits_is_told_of_every_jump() -> None:
    clock = Clock()
    told: list[datetime] = []
    clock.on_jump(lambda: told.append(clock.now()))
    jumped = clock.advance(hours=2)
    clock.reset()
    assert len(told) == 2
    assert abs(told[0] - jumped) < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("jump", "message"),
    [({"seconds": -1}, "only goes forward"), ({"days": 8000 * 366}, "beyond the year 9999")],
)
def test_a_jump_that_cannot_be_is_refused_and_changes_nothing(jump: dict[str, float], message: str) -> None:
    clock = Clock()
    with pytest.raises(ValueError, match=message):
        clock.advance(**jump)  # type: ignore[arg-type] # all of them are numbers
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
