"""The order of deliveries, and the count of failures, without a socket."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.post_office import Office, open_office

pytestmark = pytest.mark.usefixtures("long_leases")

URL = "http://127.0.0.1:9/hook"


def send(office: Office, *statuses: int) -> None:
    """Have the deliveries that wait sent one after the other, with these responses."""
    for status in statuses:
        (job,) = office.claim()
        assert office.finish(job, status)


def fail(office: Office, times: int) -> None:
    for _ in range(times):
        office.record()
        send(office, 500)


def test_one_delivery_at_a_time_in_the_order_of_the_events(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        for _ in range(3):
            office.record()
        order = [delivery.id for delivery in office.deliveries(endpoint.id)]
        taken: list[str] = []
        for _ in range(3):
            (job,) = office.claim()
            assert office.claim() == []
            assert office.finish(job, 500)
            taken.append(job.subject_id)
        assert taken == order
        assert office.claim() == []


def test_the_order_is_that_of_the_events_whatever_the_clocks_say(tmp_path: Path) -> None:
    """Of several servers on one database, one may be ahead of another."""
    with open_office(tmp_path) as ahead, open_office(tmp_path) as behind:
        endpoint = ahead.add(URL)
        ahead.runtime.clock.advance(hours=1)
        ahead.record()
        behind.record()
        order = [delivery.id for delivery in behind.deliveries(endpoint.id)]
        for expected in order:
            (job,) = behind.claim()
            assert job.subject_id == expected
            assert behind.finish(job)


def test_endpoints_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        lines = {office.add(f"http://127.0.0.1:9/{number}").id for number in range(5)}
        office.record()
        office.record()
        assert {job.lane.partition("/")[2] for job in office.claim()} == lines
        assert office.claim() == []


def test_no_more_than_asked_for_and_the_oldest_first(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        lines = [office.add(f"http://127.0.0.1:9/{number}").id for number in range(5)]
        office.record()
        taken = [[job.lane.partition("/")[2] for job in office.claim(limit=2)] for _ in range(2)]
        assert taken == [lines[:2], lines[2:4]]


@pytest.mark.parametrize("status", [200, 500])
def test_who_finishes_late_changes_nothing(tmp_path: Path, status: int) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        fail(office, 3)
        office.record()
        (late,) = office.claim()
        office.let_leases_run_out()
        (holder,) = office.claim()
        assert not office.finish(late, status)
        assert office.endpoint(endpoint.id).consecutive_failures == 3
        assert office.statuses(endpoint.id)[-1] == "pending"
        assert office.finish(holder, 500)
        assert not office.finish(late, status)
        assert not office.finish(holder, 200)
        assert office.statuses(endpoint.id)[-1] == "failed"
        assert office.endpoint(endpoint.id).consecutive_failures == 4


def test_who_finishes_after_the_lease_ran_out_but_nobody_took_over_still_counts(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        office.record()
        (slow,) = office.claim()
        office.let_leases_run_out()
        assert office.finish(slow, 200)
        assert office.statuses(endpoint.id) == ["succeeded"]


def test_a_late_finisher_does_not_end_a_replay_of_the_same_delivery(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        office.record()
        (late,) = office.claim()
        office.let_leases_run_out()
        (holder,) = office.claim()
        assert office.finish(holder, 200)
        office.replay(holder.subject_id)
        (replayed,) = office.claim()
        assert not office.finish(late, 500)
        assert office.finish(replayed, 200)
        assert office.endpoint(endpoint.id).consecutive_failures == 0


def test_the_tenth_failure_in_a_row_disables_and_not_the_ninth(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        fail(office, 9)
        assert office.endpoint(endpoint.id).enabled
        office.record()
        office.record()
        send(office, 500)
        disabled = office.endpoint(endpoint.id)
        assert (disabled.enabled, disabled.consecutive_failures) == (False, 10)
        office.record()
        assert office.statuses(endpoint.id)[-3:] == ["failed", "skipped", "skipped"]
        assert office.claim() == []
        assert office.open_jobs() == []


def test_one_success_resets_the_count(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        fail(office, 9)
        office.record()
        send(office, 200)
        assert office.endpoint(endpoint.id).consecutive_failures == 0
        fail(office, 9)
        assert office.endpoint(endpoint.id).enabled


def test_after_enabling_it_takes_ten_again(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        fail(office, 10)
        office.enable(endpoint.id)
        fail(office, 9)
        assert office.endpoint(endpoint.id).enabled
        fail(office, 1)
        assert not office.endpoint(endpoint.id).enabled


def test_replays_of_a_disabled_endpoint_are_sent_one_after_the_other(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        fail(office, 10)
        for delivery in office.deliveries(endpoint.id)[:3]:
            office.replay(delivery.id)
        for status, count in ((500, 11), (200, 0), (500, 1)):
            send(office, status)
            state = office.endpoint(endpoint.id)
            assert (state.enabled, state.consecutive_failures) == (False, count)


def test_other_endpoints_keep_their_count(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        bad = office.add(URL)
        fail(office, 9)
        good = office.add(URL)
        office.record()
        for job in office.claim():
            assert office.finish(job, 500)
        assert not office.endpoint(bad.id).enabled
        assert office.endpoint(good.id).consecutive_failures == 1


def test_many_claimers_share_the_work_without_taking_anything_twice(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        lines = [office.add(f"http://127.0.0.1:9/{number}").id for number in range(4)]
        for _ in range(10):
            office.record()

        def work(_: int) -> list[str]:
            done: list[str] = []
            while office.open_jobs():
                for job in office.claim(limit=1):
                    assert office.finish(job)
                    done.append(job.subject_id)
            return done

        with ThreadPoolExecutor(4) as threads:
            taken = [delivery for done in threads.map(work, range(4)) for delivery in done]
        assert len(taken) == len(set(taken)) == 40
        assert all(set(office.statuses(line)) == {"succeeded"} for line in lines)
