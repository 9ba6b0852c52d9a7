"""Events are recorded with their cause, as exact bytes."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from support.post_office import WORKSPACE, Office, open_office

from pandocast_server.delivery.endpoints import add_endpoint, list_deliveries
from pandocast_server.delivery.events import record_event
from pandocast_server.storage.tables import deliveries, endpoints, events, workspaces


def body_of(office: Office, event_id: str) -> bytes:
    with office.runtime.database.read() as connection:
        body: bytes = connection.execute(select(events.c.body).where(events.c.id == event_id)).scalar_one()
    return body


def test_the_body_is_compact_utf_8_with_milliseconds(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        body = body_of(office, office.record("content.analyzed", content_id="abc123", title="Größe ✓"))
    timestamp = re.search(rb'"timestamp":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"', body)
    assert timestamp is not None
    expected = (
        '{"event":"content.analyzed","timestamp":"%s","data":'
        '{"workspace_id":"ws_office","content_id":"abc123","title":"Größe ✓"}}'
    )
    assert body.decode() == expected % timestamp[1].decode()


def test_the_timestamp_is_the_server_clocks(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        office.runtime.clock.advance(days=400)
        before = office.runtime.clock.now()
        written = json.loads(body_of(office, office.record()))["timestamp"]
    assert written[:10] in {before.date().isoformat(), office.runtime.clock.now().date().isoformat()}


def test_the_workspace_of_the_data_is_the_true_one(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        data = json.loads(body_of(office, office.record(a=1, workspace_id="ws_other")))["data"]
    assert list(data.items()) == [("workspace_id", WORKSPACE), ("a", 1)]


@pytest.mark.parametrize("type", ["", "two words", "line\r\nX-Injected: yes", "größe", "tab\t", "x" * 201])
def test_a_type_that_is_no_header_value_is_refused(tmp_path: Path, type: str) -> None:  # noqa: A002 - the event's own word
    with open_office(tmp_path) as office, pytest.raises(ValueError, match="event type"):
        office.record(type)


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), "\ud800"],
    ids=["nan", "infinity", "surrogate"],
)
def test_data_that_are_no_json_are_refused_and_leave_nothing(tmp_path: Path, value: object) -> None:
    with open_office(tmp_path) as office:
        office.add("http://127.0.0.1:9/")
        with pytest.raises(ValueError, match=r"."):
            office.record(value=value)
        with office.runtime.database.read() as connection:
            assert connection.scalar(select(func.count()).select_from(events)) == 0


def test_a_change_that_is_rolled_back_takes_its_event_along(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        office.add("http://127.0.0.1:9/")

        def change() -> None:
            with office.runtime.database.write() as connection:
                record_event(connection, office.runtime, workspace_id=WORKSPACE, type="x", data={})
                raise LookupError

        with pytest.raises(LookupError):
            change()
        with office.runtime.database.read() as connection:
            assert connection.scalar(select(func.count()).select_from(events)) == 0
            assert connection.scalar(select(func.count()).select_from(deliveries)) == 0


def test_every_endpoint_of_the_workspace_and_no_other_gets_a_delivery(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        first, second = office.add("http://127.0.0.1:9/a"), office.add("http://127.0.0.1:9/b")
        with office.runtime.database.write() as connection:
            now = office.runtime.clock.now()
            connection.execute(insert(workspaces).values(id="ws_other", name="other", created_at=now))
            other = add_endpoint(
                connection, office.runtime, workspace_id="ws_other", url="http://127.0.0.1:9/c"
            )
        event_id = office.record()
        assert [d.event_id for d in office.deliveries(first.id)] == [event_id]
        assert [d.event_id for d in office.deliveries(second.id)] == [event_id]
        with office.runtime.database.read() as connection:
            assert list_deliveries(connection, workspace_id="ws_other", endpoint_id=other.id) == []


def test_a_disabled_endpoint_skips_what_happens_meanwhile(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        endpoint = office.add("http://127.0.0.1:9/")
        office.record()
        with office.runtime.database.write() as connection:
            connection.execute(endpoints.update().values(enabled=False))
        office.record()
        office.enable(endpoint.id)
        office.record()
        assert office.statuses(endpoint.id) == ["pending", "skipped", "pending"]
