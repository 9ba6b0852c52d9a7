"""The server's time: running, jumping, never back."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from attrs import define
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server import clock as clock_module
from pandocast_server.clock import Clock

SECOND = 10**9


@define
class Machine:
    """The two clocks of a machine, in nanoseconds: what is patched in the place of the real ones."""

    wall: int = 1_700_000_000 * SECOND
    monotonic: int = 0

    def run(self, seconds: float) -> None:
        self.wall += round(seconds * SECOND)
        self.monotonic += round(seconds * SECOND)

    def sleep(self, seconds: float) -> None:
        """Be suspended: the monotonic clock does not notice."""
        self.wall += round(seconds * SECOND)

    def set_back(self, seconds: float) -> None:
        self.wall -= round(seconds * SECOND)

    def date(self) -> datetime:
        return datetime.fromtimestamp(self.wall / SECOND, UTC)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(clock_module, "wall_ns", lambda: machine.wall)
    monkeypatch.setattr(clock_module, "monotonic_ns", lambda: machine.monotonic)
    return machine


def test_it_shows_real_time_until_it_jumps() -> None:
    clock = Clock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    assert clock.now().utcoffset() == timedelta()


def test_after_the_machine_slept_it_shows_what_the_wall_clock_shows(machine: Machine) -> None:
    """A clock behind by the whole sleep signs webhooks that every tolerance refuses."""
    clock = Clock()
    clock.advance(hours=2)
    machine.run(1)
    machine.sleep(8 * 3600)
    assert clock.now() == machine.date() + timedelta(hours=2)


def test_set_back_it_runs_at_half_speed_until_the_wall_clock_has_caught_up(machine: Machine) -> None:
    clock = Clock()
    before = clock.now()
    machine.set_back(60)
    shown = [clock.now()]
    for _ in range(5):
        machine.run(20)
        shown.append(clock.now())
    ten = timedelta(seconds=10)
    # 60 seconds behind, it gains 10 on the wall clock in each 20; from then on they are the same.
    assert [moment - before for moment in shown] == [number * ten for number in range(6)]
    machine.run(20)
    assert clock.now() == machine.date() == before + 6 * ten
    machine.run(20)
    assert clock.now() == machine.date() == before + 8 * ten


def test_reading_it_all_the_time_makes_it_neither_faster_nor_slower(machine: Machine) -> None:
    clock = Clock()
    before = clock.now()
    machine.set_back(60)
    for _ in range(10_000):
        machine.run(0.001)
        clock.now()
    assert abs(clock.now() - before - timedelta(seconds=5)) <= timedelta(microseconds=10)


@given(
    st.lists(
        st.tuples(st.sampled_from(("run", "sleep", "set_back", "advance")), st.floats(0, 1e6)), max_size=9
    )
)
def test_whatever_happens_to_the_machine_it_never_goes_back(steps: list[tuple[str, float]]) -> None:
    machine = Machine()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock_module, "wall_ns", lambda: machine.wall)
        patch.setattr(clock_module, "monotonic_ns", lambda: machine.monotonic)
        clock = Clock()
        shown = [clock.now()]
        for name, seconds in steps:
            if name == "advance":
                clock.advance(seconds=seconds)
            else:
                getattr(machine, name)(seconds)
            shown.append(clock.now())
    assert all(earlier <= later for earlier, later in pairwise(shown))


def test_a_reset_is_real_time_also_behind_what_was_shown(machine: Machine) -> None:
    clock = Clock()
    machine.set_back(3600)
    clock.reset()
    assert clock.now() == machine.date()


def test_it_never_shows_less_than_before() -> None:
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


def test_whoever_waits_hears_of_every_jump() -> None:
    clock = Clock()
    told: list[datetime] = []
    clock.on_jump(lambda: told.append(clock.now()))
    jumped = clock.advance(hours=2)
    clock.reset()  # nothing is due that was not before
    assert len(told) == 1
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
