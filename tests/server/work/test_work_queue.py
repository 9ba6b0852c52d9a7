"""Which job is next, and who holds it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from support.post_office import WORKSPACE, Office, open_office

from pandocast_server.storage.tables import workspaces
from pandocast_server.work import queue
from pandocast_server.work.queue import Job

pytestmark = pytest.mark.usefixtures("long_leases")

KINDS = ("analysis", "publish")
OTHER = "ws_other"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        with opened.runtime.database.write() as connection:
            now = opened.runtime.clock.now()
            connection.execute(insert(workspaces).values(id=OTHER, name="other", created_at=now))
        yield opened


def add(
    office: Office,
    subject_id: str,
    *,
    due_at: datetime | None = None,
    workspace_id: str = WORKSPACE,
    kind: str = "analysis",
    lane: str | None = None,
) -> None:
    with office.runtime.database.write() as connection:
        queue.enqueue(
            connection,
            office.runtime,
            workspace_id=workspace_id,
            kind=kind,
            subject_id=subject_id,
            payload={"words": ["ü", 1, None]},
            due_at=due_at,
            lane=lane,
        )


def claim(office: Office, limit: int = 9) -> list[Job]:
    with office.runtime.database.write() as connection:
        return queue.claim(connection, KINDS, now=office.runtime.clock.now(), limit=limit)


def claimed(office: Office) -> Job:
    (job,) = claim(office)
    return job


def finish(office: Office, job: Job) -> bool:
    with office.runtime.database.write() as connection:
        return queue.end(connection, job)


def give_back(
    office: Office, job: Job, *, failures: int = 0, claims: int = 0, due_at: datetime | None = None
) -> bool:
    with office.runtime.database.write() as connection:
        return queue.give_back(connection, job, failures=failures, claims=claims, due_at=due_at)


def is_busy(office: Office) -> bool:
    with office.runtime.database.read() as connection:
        return queue.is_busy(connection, KINDS, now=office.runtime.clock.now())


def seconds_to_next(office: Office) -> float | None:
    with office.runtime.database.read() as connection:
        is_due, seconds = queue.look(connection, KINDS, now=office.runtime.clock.now())
    with office.runtime.database.write() as connection:
        assert is_due == bool(queue.claim(connection, KINDS, now=office.runtime.clock.now(), limit=1))
        connection.rollback()
    return seconds


def test_a_job_comes_out_as_it_went_in(office: Office) -> None:
    add(office, "abc")
    job = claimed(office)
    assert (job.workspace_id, job.kind, job.subject_id) == (WORKSPACE, "analysis", "abc")
    assert (job.payload, job.failures, job.claims) == ({"words": ["ü", 1, None]}, 0, 1)
    assert job.lease_token not in repr(job)


def test_jobs_come_in_the_order_in_which_they_are_due(office: Office) -> None:
    start = office.runtime.clock.now()
    for name, seconds in (("third", 30), ("first", 10), ("second", 20), ("also third", 30)):
        add(office, name, due_at=start + timedelta(seconds=seconds))
    assert claim(office) == []
    office.runtime.clock.advance(seconds=60)
    order: list[str] = []
    while jobs := claim(office):
        order.extend(job.subject_id for job in jobs)
        assert all(finish(office, job) for job in jobs)
    assert order == ["first", "second", "third", "also third"]


def test_a_job_in_the_future_keeps_nobody_busy(office: Office) -> None:
    add(office, "later", due_at=office.runtime.clock.now() + timedelta(hours=1))
    assert not is_busy(office)
    assert 3500 < (seconds_to_next(office) or 0) <= 3600
    office.runtime.clock.advance(hours=1)
    assert is_busy(office)
    assert seconds_to_next(office) is None
    job = claimed(office)
    assert is_busy(office)
    assert 0 <= (seconds_to_next(office) or 0) <= queue.LEASE_SECONDS
    assert finish(office, job)
    assert not is_busy(office)


def test_a_lane_does_one_thing_at_a_time_and_waits_for_no_other(office: Office) -> None:
    add(office, "a")
    add(office, "b")
    add(office, "c", lane="slow")
    add(office, "d", workspace_id=OTHER)
    add(office, "e", lane="slow", workspace_id=OTHER)
    first, *others = claim(office)
    assert [job.subject_id for job in (first, *others)] == ["a", "c", "d", "e"]
    assert claim(office) == []
    assert finish(office, first)
    assert claimed(office).subject_id == "b"


def test_no_more_than_the_limit_and_those_due_longest_first(office: Office) -> None:
    for number in range(4):
        add(office, str(number), lane=str(number))
    assert [[job.subject_id for job in claim(office, limit=3)] for _ in range(2)] == [["0", "1", "2"], ["3"]]


def test_what_becomes_due_earlier_than_what_is_under_way_waits_for_it(office: Office) -> None:
    add(office, "a")
    job = claimed(office)
    add(office, "b", due_at=job.due_at - timedelta(seconds=1))
    assert claim(office) == []
    assert finish(office, job)
    assert claimed(office).subject_id == "b"


def test_jobs_of_unknown_kinds_are_left_alone_and_hold_nobody_up(office: Office) -> None:
    add(office, "x", kind="from_the_future")
    assert claim(office) == []
    assert not is_busy(office)
    add(office, "a")
    assert claimed(office).subject_id == "a"


def test_a_lease_that_ran_out_is_taken_over_and_the_late_finisher_is_told(office: Office) -> None:
    add(office, "a")
    add(office, "b")
    late = claimed(office)
    assert claim(office) == []
    office.let_leases_run_out()
    assert seconds_to_next(office) == 0
    holder = claimed(office)
    assert (holder.subject_id, holder.failures, holder.claims) == ("a", 0, 2)
    assert not give_back(office, late)
    assert not finish(office, late)
    office.let_leases_run_out()
    with office.runtime.database.write() as connection:
        queue.renew(connection, [late])
    assert claimed(office).subject_id == "a", "who lost a lease cannot renew it"


def test_a_renewed_lease_is_not_taken_over(office: Office) -> None:
    add(office, "a")
    job = claimed(office)
    office.let_leases_run_out()
    with office.runtime.database.write() as connection:
        queue.renew(connection, [job])
    assert claim(office) == []
    assert finish(office, job)
    assert not finish(office, job)


def test_jumps_of_the_server_clock_end_no_lease(office: Office) -> None:
    add(office, "a")
    job = claimed(office)
    office.runtime.clock.advance(days=1000)
    assert claim(office) == []
    assert finish(office, job)


def test_a_job_to_be_run_anew_waits_for_its_time(office: Office) -> None:
    add(office, "a")
    job = claimed(office)
    again = office.runtime.clock.now() + timedelta(seconds=60)
    assert give_back(office, job, due_at=again)
    assert claim(office) == []
    office.runtime.clock.advance(seconds=60)
    second = claimed(office)
    assert (second.seq, second.failures, second.claims, second.due_at) == (job.seq, 0, 1, again)


def test_a_job_that_is_given_back_keeps_its_time_and_what_was_counted(office: Office) -> None:
    add(office, "a")
    first = claimed(office)
    assert give_back(office, first, failures=3, claims=7)
    second = claimed(office)
    assert (second.seq, second.failures, second.claims) == (first.seq, 3, 8)
    assert second.due_at == first.due_at


def test_a_job_of_a_change_that_is_rolled_back_never_was(office: Office) -> None:
    def change() -> None:
        with office.runtime.database.write() as connection:
            queue.enqueue(connection, office.runtime, workspace_id=WORKSPACE, kind="analysis", subject_id="a")
            raise LookupError

    with pytest.raises(LookupError):
        change()
    assert office.open_jobs() == []
