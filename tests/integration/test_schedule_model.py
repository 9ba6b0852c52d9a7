"""The schedule under any sequence of calls and any passing of time, beside a small model of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from attrs import define, field
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pandocast_sdk import ConflictError, Slot
from pandocast_server.testing import ReferenceServer

EXAMPLES = settings(max_examples=settings().max_examples // 5)  # each takes some hundred requests
SLOTS = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from([0, 9, 23]), st.sampled_from([0, 30, 59])),
    max_size=4,
    unique=True,
)


@define
class Schedule:
    """Approved drafts, scheduled ones, and the rules of the week; days count from Sunday."""

    slots: list[tuple[int, int, int]] = field(factory=list)
    created: list[str] = field(factory=list)
    approved: list[str] = field(factory=list)
    scheduled: dict[str, datetime] = field(factory=dict)
    posted: list[str] = field(factory=list)
    paused: bool = False

    def next_free(self, after: datetime) -> datetime | None:
        """Try every minute-of-week of every coming day, one after the other."""
        taken = set(self.scheduled.values())
        midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
        for days in range(7 * (len(taken) + 2) if self.slots else 0):
            day = midnight + timedelta(days=days)
            for day_of_week, hour, minute in sorted(self.slots):
                moment = day.replace(hour=hour, minute=minute)
                if (day.weekday() + 1) % 7 == day_of_week and moment > after and moment not in taken:
                    return moment
        return None

    def post_what_is_due(self, now: datetime) -> None:
        if not self.paused:
            due = sorted((at, id_) for id_, at in self.scheduled.items() if at <= now)
            for _, id_ in due:
                del self.scheduled[id_]
                self.posted.append(id_)


class ScheduleMachine(RuleBasedStateMachine):
    """Random weeks of a content team."""

    server: ReferenceServer

    def __init__(self) -> None:
        super().__init__()
        self.server.reset()
        self.client = self.server.passband_client()
        self.model = Schedule()

    def teardown(self) -> None:
        self.client.close()

    @rule(slots=SLOTS)
    def replace_slots(self, slots: list[tuple[int, int, int]]) -> None:
        response = self.client.schedule.replace_slots(
            Slot(day_of_week=day, hour=hour, minute=minute) for day, hour, minute in slots
        )
        assert [(slot.day_of_week, slot.hour, slot.minute) for slot in response] == sorted(slots)
        self.model.slots = slots

    @rule()
    def write_and_approve(self) -> None:
        (draft,) = self.client.drafts.create(text="A thought worth having").drafts
        self.client.drafts.approve(draft.id)
        self.model.created.append(draft.id)
        self.model.approved.append(draft.id)

    @precondition(lambda self: self.model.approved)
    @rule(index=st.integers(0, 100))
    def enqueue(self, index: int) -> None:
        id_ = self.model.approved[index % len(self.model.approved)]
        possible = {self._next_free()}
        if possible == {None}:
            with pytest.raises(ConflictError):
                self.client.schedule.enqueue(id_)
            return
        at = self.client.schedule.enqueue(id_).scheduled_at
        assert at in possible | {self._next_free()}  # a slot may have passed between the looks
        assert at is not None
        self.model.approved.remove(id_)
        self.model.scheduled[id_] = at

    @rule()
    def bulk(self) -> None:
        waiting = list(self.model.approved)
        response = self.client.schedule.bulk()
        if not self.model.slots:
            assert (response.scheduled, response.skipped) == ([], len(waiting))
            assert (response.reason is None) == (not waiting)
            return
        assert [one.id for one in response.scheduled] == waiting  # the oldest first
        assert response.skipped == 0
        for one in response.scheduled:
            assert one.id is not None
            assert one.scheduled_at is not None
            assert one.scheduled_at == self._next_free()
            self.model.approved.remove(one.id)
            self.model.scheduled[one.id] = one.scheduled_at

    @precondition(lambda self: self.model.scheduled)
    @rule(index=st.integers(0, 100))
    def cancel(self, index: int) -> None:
        id_ = sorted(self.model.scheduled)[index % len(self.model.scheduled)]
        assert self.client.drafts.cancel_schedule(id_).scheduled_at is None
        del self.model.scheduled[id_]
        self.model.approved.append(id_)
        self.model.approved.sort(key=self.model.created.index)

    @rule()
    def pause(self) -> None:
        self.client.schedule.pause()
        self.model.paused = True

    @rule()
    def resume(self) -> None:
        self.client.schedule.resume()
        self.model.paused = False
        self.server.drain()
        self.model.post_what_is_due(self.server.clock.now())

    @rule(hours=st.integers(1, 24 * 9))
    def let_time_pass(self, hours: int) -> None:
        self.server.clock.advance(hours=hours)
        self.server.drain()
        self.model.post_what_is_due(self.server.clock.now())

    @precondition(lambda self: self.model.scheduled)
    @rule(index=st.integers(0, 100), minutes=st.integers(-61, 61))
    def read_conflicts(self, index: int, minutes: int) -> None:
        times = sorted(self.model.scheduled.values())
        at = times[index % len(times)] + timedelta(minutes=minutes)
        near = {id_ for id_, one in self.model.scheduled.items() if abs(one - at) <= timedelta(minutes=30)}
        response = self.client.schedule.conflicts(at)
        assert {draft.id for draft in response.conflicts} == near
        assert (response.has_conflict, response.count) == (bool(near), len(near))

    @invariant()
    def every_draft_is_where_the_model_has_it(self) -> None:
        assert [draft.id for draft in self.client.schedule.unscheduled()] == self.model.approved
        assert self.client.schedule.is_paused() == self.model.paused
        scheduled = {draft.id: draft.scheduled_at for draft in self.client.drafts.list(status="scheduled")}
        assert scheduled == self.model.scheduled
        queued = [at for at in scheduled.values() if at is not None]
        assert len(queued) == len(set(queued))  # never two in one slot
        posted = sorted(self.client.drafts.list(status="posted"), key=lambda draft: draft.posted_at or _NEVER)
        assert [draft.id for draft in posted] == self.model.posted

    def _next_free(self) -> datetime | None:
        return self.model.next_free(self.server.clock.now())


_NEVER = datetime.max.replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer() as server:
        yield server


@pytest.mark.hypothesis
def test_no_sequence_of_calls_and_jumps_of_time_breaks_the_schedule(server: ReferenceServer) -> None:
    machine = type("Machine", (ScheduleMachine,), {"server": server})
    run_state_machine_as_test(machine, settings=settings(EXAMPLES, stateful_step_count=30))
