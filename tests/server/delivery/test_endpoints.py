"""What Settings -> Webhooks does, without a worker."""

from pathlib import Path

import pytest
from sqlalchemy import insert, update
from support.post_office import WORKSPACE, Office, open_office

from pandocast_server.delivery.endpoints import (
    DeliveryNotFoundError,
    EndpointNotFoundError,
    add_endpoint,
    enable_endpoint,
    get_delivery,
    get_endpoint,
    list_deliveries,
    list_endpoints,
    replay_delivery,
)
from pandocast_server.delivery.vetting import InvalidEndpointError
from pandocast_server.storage.tables import deliveries, endpoints, workspaces

URL = "http://127.0.0.1:9/hook"


def test_a_new_endpoint_is_enabled_and_has_a_secret_that_nothing_prints(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        assert (endpoint.url, endpoint.enabled, endpoint.consecutive_failures) == (URL, True, 0)
        assert endpoint.secret.startswith("whsec_")
        assert endpoint.secret not in repr(endpoint)
        assert office.endpoint(endpoint.id) == endpoint
        assert office.add(URL).secret != endpoint.secret
        assert office.add(URL, secret="mine").secret == "mine"


@pytest.mark.parametrize(("url", "secret"), [("ftp://h/", None), (URL, "")])
def test_an_endpoint_that_cannot_be_used_is_not_added(tmp_path: Path, url: str, secret: str | None) -> None:
    with open_office(tmp_path) as office:
        with pytest.raises(InvalidEndpointError):
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
                with pytest.raises(EndpointNotFoundError):
                    look(connection, workspace_id="ws_other", endpoint_id=endpoint.id)
            for ask in (get_delivery, replay_delivery):
                with pytest.raises(DeliveryNotFoundError):
                    ask(connection, workspace_id="ws_other", delivery_id=delivery.id)


def test_enabling_counts_from_zero_and_brings_back_nothing(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        with office.runtime.database.write() as connection:
            connection.execute(update(endpoints).values(enabled=False, consecutive_failures=10))
        office.record()
        enabled = office.enable(endpoint.id)
        assert (enabled.enabled, enabled.consecutive_failures) == (True, 0)
        assert office.statuses(endpoint.id) == ["skipped"]


def end(office: Office, delivery_id: str, status: str) -> None:
    with office.runtime.database.write() as connection:
        ended = update(deliveries).where(deliveries.c.id == delivery_id)
        connection.execute(ended.values(status=status, response_status=500, error="no", attempts=1))


@pytest.mark.parametrize("status", ["succeeded", "failed", "skipped"])
def test_a_replay_stands_at_the_end_of_the_line_under_its_old_name(tmp_path: Path, status: str) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        for number in range(3):
            office.record(number=number)
        first, second, third = (delivery.id for delivery in office.deliveries(endpoint.id))
        end(office, first, status)
        replayed = office.replay(first)
        assert (replayed.id, replayed.status, replayed.attempts) == (first, "pending", 1)
        assert (replayed.response_status, replayed.error, replayed.finished_at) == (None, None, None)
        assert [delivery.id for delivery in office.deliveries(endpoint.id)] == [second, third, first]
        office.record()
        assert [delivery.id for delivery in office.deliveries(endpoint.id)][:3] == [second, third, first]


@pytest.mark.parametrize("status", ["pending", "sending"])
def test_what_waits_or_is_under_way_is_not_replayed(tmp_path: Path, status: str) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        office.record()
        office.record()
        first, second = (delivery.id for delivery in office.deliveries(endpoint.id))
        end(office, first, status)
        assert office.replay(first).status == status
        assert [delivery.id for delivery in office.deliveries(endpoint.id)] == [first, second]


def test_a_delivery_shows_the_bytes_that_are_sent(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add(URL)
        office.record("post.failed", error="no")
        (delivery,) = office.deliveries(endpoint.id)
        assert delivery.event == "post.failed"
        assert delivery.body.startswith(b'{"event":"post.failed"')
        assert delivery.endpoint_id == endpoint.id
