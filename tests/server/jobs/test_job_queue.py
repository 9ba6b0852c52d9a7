"""Which job is next, and who holds it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from support.post_office import WORKSPACE, Office, open_office

from pandocast_server import leases
from pandocast_server.jobs import queue
from pandocast_server.jobs.queue import Job
from pandocast_server.storage.tables import jobs, workspaces

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
) -> str:
    with office.runtime.database.write() as connection:
        return queue.enqueue(
            connection,
            office.runtime,
            workspace_id=workspace_id,
            kind=kind,
            subject_id=subject_id,
            payload={"words": ["ü", 1, None]},
            due_at=due_at,
        )


def claim(office: Office) -> Job | None:
    with office.runtime.database.write() as connection:
        return queue.claim(connection, KINDS, now=office.runtime.clock.now())


def claimed(office: Office) -> Job:
    job = claim(office)
    assert job is not None
    return job


def finish(office: Office, job: Job) -> bool:
    with office.runtime.database.write() as connection:
        return queue.finish(connection, job)


def is_busy(office: Office) -> bool:
    with office.runtime.database.read() as connection:
        return queue.is_busy(connection, KINDS, now=office.runtime.clock.now())


def run_out(office: Office) -> None:
    with office.runtime.database.write() as connection:
        past = leases.real_now() - timedelta(milliseconds=1)
        connection.execute(update(jobs).values(lease_until=past))


def test_a_job_comes_out_as_it_went_in(office: Office) -> None:
    job_id = add(office, "abc")
    job = claimed(office)
    assert (job.id, job.workspace_id, job.kind, job.subject_id) == (job_id, WORKSPACE, "analysis", "abc")
    assert (job.payload, job.attempts) == ({"words": ["ü", 1, None]}, 0)
    assert job.lease.token not in repr(job)


def test_jobs_come_in_the_order_in_which_they_are_due(office: Office) -> None:
    start = office.runtime.clock.now()
    for name, seconds in (("third", 30), ("first", 10), ("second", 20), ("also third", 30)):
        add(office, name, due_at=start + timedelta(seconds=seconds))
    assert claim(office) is None
    office.runtime.clock.advance(seconds=60)
    order: list[str] = []
    while job := claim(office):
        order.append(job.subject_id)
        assert finish(office, job)
    assert order == ["first", "second", "third", "also third"]


def test_a_job_in_the_future_keeps_nobody_busy(office: Office) -> None:
    due = office.runtime.clock.now() + timedelta(hours=1)
    add(office, "later", due_at=due)
    assert not is_busy(office)
    with office.runtime.database.read() as connection:
        assert queue.next_due(connection, KINDS, now=office.runtime.clock.now()) == due
    office.runtime.clock.advance(hours=1)
    assert is_busy(office)
    with office.runtime.database.read() as connection:
        assert queue.next_due(connection, KINDS, now=office.runtime.clock.now()) is None
    job = claimed(office)
    assert is_busy(office)
    assert finish(office, job)
    assert not is_busy(office)


def test_a_workspace_does_one_thing_at_a_time_and_waits_for_no_other(office: Office) -> None:
    add(office, "a")
    add(office, "b")
    add(office, "c", workspace_id=OTHER)
    first, second = claimed(office), claimed(office)
    assert (first.subject_id, second.subject_id) == ("a", "c")
    assert claim(office) is None
    assert finish(office, first)
    assert claimed(office).subject_id == "b"


def test_jobs_of_unknown_kinds_are_left_alone(office: Office) -> None:
    add(office, "x", kind="from_the_future")
    assert claim(office) is None
    assert not is_busy(office)


def test_a_lease_that_ran_out_is_taken_over_and_the_late_finisher_is_told(office: Office) -> None:
    add(office, "a")
    late = claimed(office)
    assert claim(office) is None
    run_out(office)
    holder = claimed(office)
    assert (holder.id, holder.attempts) == (late.id, 1)
    later = office.runtime.clock.now() + timedelta(days=1)
    with office.runtime.database.write() as connection:
        assert not queue.renew(connection, late)
        assert not queue.finish(connection, late)
        assert not queue.requeue(connection, late, due_at=later)
        assert not queue.retry(connection, late)
        assert not queue.release(connection, late)
        assert queue.renew(connection, holder)
        assert queue.finish(connection, holder)
        assert not queue.finish(connection, holder)


def test_a_renewed_lease_is_not_taken_over(office: Office) -> None:
    add(office, "a")
    job = claimed(office)
    run_out(office)
    with office.runtime.database.write() as connection:
        assert queue.renew(connection, job)
    assert claim(office) is None


def test_jumps_of_the_server_clock_end_no_lease(office: Office) -> None:
    add(office, "a")
    job = claimed(office)
    office.runtime.clock.advance(days=1000)
    assert claim(office) is None
    assert finish(office, job)


def test_a_job_to_be_run_anew_waits_for_its_time(office: Office) -> None:
    add(office, "a")
    job = claimed(office)
    again = office.runtime.clock.now() + timedelta(seconds=60)
    with office.runtime.database.write() as connection:
        assert queue.requeue(connection, job, due_at=again)
    assert claim(office) is None
    office.runtime.clock.advance(seconds=60)
    second = claimed(office)
    assert (second.id, second.attempts, second.due_at) == (job.id, 0, again)


def test_a_job_without_an_outcome_counts_and_is_tried_at_once(office: Office) -> None:
    add(office, "a")
    first = claimed(office)
    with office.runtime.database.write() as connection:
        assert queue.retry(connection, first)
    second = claimed(office)
    assert (second.id, second.attempts, second.due_at) == (first.id, 1, first.due_at)


def test_a_released_job_is_as_if_it_had_not_been_claimed(office: Office) -> None:
    add(office, "a")
    job = claimed(office)
    with office.runtime.database.write() as connection:
        assert queue.release(connection, job)
    assert claimed(office).attempts == 0


def test_a_job_of_a_change_that_is_rolled_back_never_was(office: Office) -> None:
    def change() -> None:
        with office.runtime.database.write() as connection:
            queue.enqueue(connection, office.runtime, workspace_id=WORKSPACE, kind="analysis", subject_id="a")
            raise LookupError

    with pytest.raises(LookupError):
        change()
    with office.runtime.database.read() as connection:
        assert connection.scalar(select(jobs.c.id)) is None
