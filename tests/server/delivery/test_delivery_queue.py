"""Lines, leases and the count of failures, without a socket."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from support.post_office import Office, open_office

from pandocast_server import leases
from pandocast_server.delivery import queue
from pandocast_server.delivery.queue import Attempt, ClaimedDelivery
from pandocast_server.storage.tables import deliveries

URL = "http://127.0.0.1:9/hook"
SUCCESS = Attempt(200, None)
FAILURE = Attempt(500, "the endpoint answered 500")


def claim(office: Office, limit: int = 100) -> list[ClaimedDelivery]:
    with office.runtime.database.write() as connection:
        return list(queue.claim(connection, limit=limit))


def finish(office: Office, delivery: ClaimedDelivery, attempt: Attempt) -> bool:
    with office.runtime.database.write() as connection:
        return queue.finish(connection, office.runtime, delivery, attempt)


def run_out(office: Office) -> None:
    """Make it so that every lease ended a moment ago."""
    with office.runtime.database.write() as connection:
        past = leases.real_now() - timedelta(milliseconds=1)
        connection.execute(update(deliveries).values(lease_until=past))


def fail(office: Office, times: int) -> None:
    for _ in range(times):
        office.record()
        (delivery,) = claim(office)
        assert finish(office, delivery, FAILURE)


def test_one_delivery_at_a_time_in_the_order_of_the_events(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        for _ in range(3):
            office.record()
        order = [delivery.id for delivery in office.deliveries(endpoint.id)]
        taken: list[str] = []
        for _ in range(3):
            (delivery,) = claim(office)
            assert claim(office) == []
            assert office.statuses(endpoint.id)[len(taken)] == "sending"
            assert finish(office, delivery, FAILURE)
            taken.append(delivery.id)
        assert taken == order
        assert claim(office) == []


def test_endpoints_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        lines = {office.add(f"http://127.0.0.1:9/{number}").id for number in range(5)}
        office.record()
        office.record()
        assert {delivery.endpoint_id for delivery in claim(office)} == lines
        assert claim(office) == []


def test_no_more_than_asked_for_and_the_oldest_first(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        lines = [office.add(f"http://127.0.0.1:9/{number}").id for number in range(5)]
        office.record()
        assert [delivery.endpoint_id for delivery in claim(office, 2)] == lines[:2]
        assert [delivery.endpoint_id for delivery in claim(office, 2)] == lines[2:4]


def test_a_lease_that_ran_out_is_taken_over_before_the_rest_of_the_line(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        office.record()
        office.record()
        (dead,) = claim(office)
        assert claim(office) == []
        run_out(office)
        (again,) = claim(office)
        assert again.id == dead.id
        assert office.deliveries(endpoint.id)[0].attempts == 2


def test_jumps_of_the_server_clock_end_no_lease(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        office.add(URL)
        office.record()
        (held,) = claim(office)
        office.runtime.clock.advance(days=1000)
        assert claim(office) == []
        assert finish(office, held, SUCCESS)


@pytest.mark.parametrize("attempt", [SUCCESS, FAILURE])
def test_who_finishes_late_changes_nothing(tmp_path: Path, attempt: Attempt) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        fail(office, 3)
        office.record()
        (late,) = claim(office)
        run_out(office)
        (holder,) = claim(office)
        assert not finish(office, late, attempt)
        assert office.endpoint(endpoint.id).consecutive_failures == 3
        assert office.statuses(endpoint.id)[-1] == "sending"
        assert finish(office, holder, FAILURE)
        assert not finish(office, late, attempt)
        assert not finish(office, holder, SUCCESS)
        assert office.statuses(endpoint.id)[-1] == "failed"
        assert office.endpoint(endpoint.id).consecutive_failures == 4


def test_who_finishes_after_the_lease_ran_out_but_nobody_took_over_still_counts(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        office.record()
        (slow,) = claim(office)
        run_out(office)
        assert finish(office, slow, SUCCESS)
        assert office.statuses(endpoint.id) == ["succeeded"]


def test_a_late_finisher_does_not_end_a_replay_of_the_same_delivery(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        office.record()
        (late,) = claim(office)
        run_out(office)
        (holder,) = claim(office)
        assert finish(office, holder, SUCCESS)
        office.replay(holder.id)
        (replayed,) = claim(office)
        assert not finish(office, late, FAILURE)
        assert finish(office, replayed, SUCCESS)
        assert office.endpoint(endpoint.id).consecutive_failures == 0


def test_a_released_delivery_is_first_in_line_again(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        office.add(URL)
        office.record()
        office.record()
        (held,) = claim(office)
        with office.runtime.database.write() as connection:
            assert queue.release(connection, held)
            assert not queue.release(connection, held)
        assert [delivery.id for delivery in claim(office)] == [held.id]


def test_the_tenth_failure_in_a_row_disables_and_not_the_ninth(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        fail(office, 9)
        assert office.endpoint(endpoint.id).enabled
        office.record()
        office.record()
        (tenth,) = claim(office)
        assert finish(office, tenth, FAILURE)
        disabled = office.endpoint(endpoint.id)
        assert (disabled.enabled, disabled.consecutive_failures) == (False, 10)
        office.record()
        assert office.statuses(endpoint.id)[-3:] == ["failed", "skipped", "skipped"]
        assert claim(office) == []


def test_one_success_resets_the_count(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        fail(office, 9)
        office.record()
        (good,) = claim(office)
        assert finish(office, good, SUCCESS)
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
        first, second, third = [delivery.id for delivery in office.deliveries(endpoint.id)][:3]
        for delivery_id in (first, second, third):
            office.replay(delivery_id)
        for attempt, count in ((FAILURE, 11), (SUCCESS, 0), (FAILURE, 1)):
            (delivery,) = claim(office)
            assert finish(office, delivery, attempt)
            state = office.endpoint(endpoint.id)
            assert (state.enabled, state.consecutive_failures) == (False, count)


def test_other_endpoints_keep_their_count(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        bad = office.add(URL)
        fail(office, 9)
        good = office.add(URL)
        office.record()
        for delivery in claim(office):
            assert finish(office, delivery, FAILURE)
        assert not office.endpoint(bad.id).enabled
        assert office.endpoint(good.id).consecutive_failures == 1


def test_many_claimers_share_the_work_without_taking_anything_twice(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        lines = [office.add(f"http://127.0.0.1:9/{number}").id for number in range(4)]
        for _ in range(10):
            office.record()

        def work(_: int) -> list[ClaimedDelivery]:
            done: list[ClaimedDelivery] = []
            while any("pending" in office.statuses(line) for line in lines):
                for delivery in claim(office, 1):
                    assert finish(office, delivery, SUCCESS)
                    done.append(delivery)
            return done

        with ThreadPoolExecutor(4) as threads:
            taken = [delivery.id for done in threads.map(work, range(4)) for delivery in done]
        assert len(taken) == len(set(taken)) == 40
        assert all(set(office.statuses(line)) == {"succeeded"} for line in lines)


def test_neither_secret_nor_body_nor_address_is_printed(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        office.record()
        (delivery,) = claim(office)
        for hidden in (endpoint.secret, URL, delivery.lease.token):
            assert hidden not in repr(delivery)
