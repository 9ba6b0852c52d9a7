"""What Settings -> Webhooks does, without a worker."""

from pathlib import Path

import pytest
from sqlalchemy import delete, insert, update
from support.post_office import WORKSPACE, Office, open_office

from pandocast_server.delivery.endpoints import (
    add_endpoint,
    enable_endpoint,
    get_delivery,
    get_endpoint,
    list_deliveries,
    list_endpoints,
    replay_delivery,
)
from pandocast_server.storage.tables import deliveries, endpoints, open_jobs, workspaces

pytestmark = pytest.mark.usefixtures("long_leases")

URL = "http://127.0.0.1:9/hook"


def test_a_new_endpoint_is_enabled_and_has_a_secret_that_nothing_prints(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        assert (endpoint.url, endpoint.enabled, endpoint.consecutive_failures) == (URL, True, 0)
        assert endpoint.secret.startswith("whsec_")
        assert endpoint.secret not in repr(endpoint)
        assert office.endpoint(endpoint.id) == endpoint
        assert office.add(URL).secret != endpoint.secret
        for given in ("s", "x" * 200):
            assert office.add(URL, secret=given).secret == given


@pytest.mark.parametrize(
    ("url", "secret", "message"),
    [
        ("ftp://h/", None, "^url must begin with"),
        *(
            (URL, secret, "^secret must be 1 to 200 visible ASCII characters$")
            for secret in ("", " ", "a b", "x" * 201, "größe", "line\n", "\ud800")
        ),
    ],
)
def test_an_endpoint_that_cannot_be_used_is_not_added(
    tmp_path: Path, url: str, secret: str | None, message: str
) -> None:
    with open_office(tmp_path) as office:
        with pytest.raises(ValueError, match=message):
            office.add(url, secret=secret)
        with office.runtime.database.read() as connection:
            assert list_endpoints(connection, workspace_id=WORKSPACE) == []


def test_another_workspace_sees_nothing(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        office.record()
        (delivery,) = office.deliveries(endpoint.id)
        with office.runtime.database.write() as connection:
            now = office.runtime.clock.now()
            connection.execute(insert(workspaces).values(id="ws_other", name="other", created_at=now))
            theirs = add_endpoint(connection, office.runtime, workspace_id="ws_other", url=URL)
            assert list_endpoints(connection, workspace_id="ws_other") == [theirs]
            for look in (get_endpoint, enable_endpoint, list_deliveries):
                with pytest.raises(LookupError):
                    look(connection, workspace_id="ws_other", endpoint_id=endpoint.id)
            with pytest.raises(LookupError):
                get_delivery(connection, workspace_id="ws_other", delivery_id=delivery.id)
            with pytest.raises(LookupError):
                replay_delivery(connection, office.runtime, workspace_id="ws_other", delivery_id=delivery.id)


def test_enabling_counts_from_zero_and_brings_back_nothing(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        with office.runtime.database.write() as connection:
            connection.execute(update(endpoints).values(enabled=False, consecutive_failures=10))
        office.record()
        enabled = office.enable(endpoint.id)
        assert (enabled.enabled, enabled.consecutive_failures) == (True, 0)
        assert office.statuses(endpoint.id) == ["skipped"]


def order(office: Office) -> list[str]:
    """Send all that waits, one after the other, and return which it was."""
    sent: list[str] = []
    while claimed := office.claim():
        sent.extend(job.subject_id for job in claimed)
        assert all(office.finish(job) for job in claimed)
    return sent


@pytest.mark.parametrize("status", [200, 500, None])
def test_a_replay_is_sent_after_all_that_waits_under_its_old_name(tmp_path: Path, status: int | None) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        office.record()
        if status is None:
            with office.runtime.database.write() as connection:
                connection.execute(update(deliveries).values(status="skipped"))
                connection.execute(delete(open_jobs))
        else:
            (job,) = office.claim()
            assert office.finish(job, status)
        office.record()
        office.record()
        first, second, third = (delivery.id for delivery in office.deliveries(endpoint.id))
        replayed = office.replay(first)
        assert (replayed.id, replayed.status, replayed.attempts) == (
            first,
            "pending",
            int(status is not None),
        )
        assert (replayed.response_status, replayed.error, replayed.finished_at) == (None, None, None)
        office.record()
        *begun, fourth = (delivery.id for delivery in office.deliveries(endpoint.id))
        assert begun == [first, second, third]
        assert order(office) == [second, third, first, fourth]


def test_what_waits_or_is_under_way_is_not_replayed(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        office.record()
        office.record()
        first, second = (delivery.id for delivery in office.deliveries(endpoint.id))
        (job,) = office.claim()
        for waiting in (first, second):
            assert office.replay(waiting).status == "pending"
        assert office.finish(job)
        assert order(office) == [second]


def test_a_delivery_shows_the_bytes_that_are_sent(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        office.record("post.failed", error="no")
        (delivery,) = office.deliveries(endpoint.id)
        assert delivery.event == "post.failed"
        assert delivery.body.startswith(b'{"event":"post.failed"')
        assert delivery.endpoint_id == endpoint.id
