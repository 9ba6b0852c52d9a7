"""The pause: what it holds, and what resuming has posted."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from support.in_process import Api, StillClock, open_api
from support.stored_drafts import jobs_of, statements_of, status_of, store_draft

from pandocast_server.passband.drafts.transitions import POSTED, SCHEDULED, STATUSES
from pandocast_server.passband.schedule.scheduling import DUE_POST, is_paused
from pandocast_server.storage.passband_tables import engagement
from pandocast_server.timestamps import wire_text
from pandocast_server.workspaces import create_workspace

PATH = "http://server/passband/v1/schedule/pause"
DRAFTS = "http://server/passband/v1/drafts"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as api:
        yield api


def put(api: Api, *, paused: bool) -> None:
    answer = api.send("PUT", PATH, json={"paused": paused})
    assert (answer.status_code, answer.json()) == (200, {"paused": paused})
    assert api.send("GET", PATH).json() == {"paused": paused}
    with api.runtime.database.read() as connection:
        assert is_paused(connection, workspace_id=api.workspace.workspace_id) is paused


def scheduled(api: Api, **after: float) -> str:
    return store_draft(api, status=SCHEDULED, scheduled_at=api.clock.now() + timedelta(**after))


def test_nothing_is_paused_at_first(api: Api) -> None:
    assert api.send("GET", PATH).json() == {"paused": False}


def test_pausing_and_resuming_can_be_said_twice(api: Api) -> None:
    for paused in (False, True, True, False, False, True):
        put(api, paused=paused)
    assert jobs_of(api, DUE_POST) == []


def test_a_pause_is_a_workspace_s_own(api: Api) -> None:
    other = create_workspace(api.runtime, "other")
    put(api, paused=True)
    assert api.send("GET", PATH, key=other.api_key).json() == {"paused": False}


def test_resuming_has_the_overdue_posted_in_the_order_of_their_times(api: Api) -> None:
    put(api, paused=True)
    late, early, with_it = scheduled(api, hours=2), scheduled(api, hours=1), scheduled(api, hours=1)
    at_the_moment, future = scheduled(api, hours=3), scheduled(api, hours=3, microseconds=1)
    for status in STATUSES:
        if status != SCHEDULED:
            store_draft(api, status=status, scheduled_at=api.clock.now())
    start = api.clock.now()
    api.clock.move(hours=3)
    put(api, paused=True)
    assert jobs_of(api, DUE_POST) == []
    put(api, paused=False)
    assert jobs_of(api, DUE_POST) == [
        (early, start + timedelta(hours=1)),
        (with_it, start + timedelta(hours=1)),
        (late, start + timedelta(hours=2)),
        (at_the_moment, start + timedelta(hours=3)),
    ]
    assert future not in dict(jobs_of(api, DUE_POST))


def test_what_the_pause_held_is_posted_after_it(api: Api) -> None:
    start = api.clock.now()
    late, early = store_draft(api), store_draft(api)
    for draft_id, hours in ((late, 2), (early, 1)):
        at = wire_text(start + timedelta(hours=hours))
        body = {"action": "schedule", "scheduledAt": at}
        assert api.send("PATCH", f"{DRAFTS}/{draft_id}", json=body).status_code == 200
    put(api, paused=True)
    api.clock.move(hours=3)
    api.run_jobs()
    assert [status_of(api, draft_id) for draft_id in (early, late)] == [SCHEDULED, SCHEDULED]
    put(api, paused=False)
    api.run_jobs()
    assert [status_of(api, draft_id) for draft_id in (early, late)] == [POSTED, POSTED]
    with api.runtime.database.read() as connection:
        posted = list(connection.scalars(select(engagement.c.draft_id).order_by(engagement.c.seq)))
    assert list(dict.fromkeys(posted)) == [early, late]


def test_what_is_overdue_elsewhere_is_left_alone(api: Api) -> None:
    other = create_workspace(api.runtime, "other").workspace_id
    store_draft(api, status=SCHEDULED, scheduled_at=api.clock.now(), workspace_id=other)
    put(api, paused=True)
    put(api, paused=False)
    assert jobs_of(api, DUE_POST) == []


def test_resuming_announces_the_work(api: Api) -> None:
    announced: list[list[tuple[str, object]]] = []
    put(api, paused=True)
    draft_id = scheduled(api, hours=-1)
    api.runtime.on_work(lambda: announced.append(list(jobs_of(api, DUE_POST))))
    put(api, paused=False)
    assert [[found for found, _ in jobs] for jobs in announced] == [[draft_id]]


@pytest.mark.parametrize("body", [{}, {"paused": None}, {"paused": 1}, {"paused": "true"}, {"paused": []}])
def test_what_is_neither_true_nor_false_is_refused_and_changes_nothing(
    api: Api, body: dict[str, object]
) -> None:
    put(api, paused=True)
    answer = api.send("PUT", PATH, json=body)
    assert (answer.status_code, answer.json()["error"]) == (
        400,
        "paused must be true or false" if body else "paused is missing",
    )
    assert api.send("GET", PATH).json() == {"paused": True}


def test_a_read_only_key_can_only_look(api: Api) -> None:
    key = api.new_key(read_only=True)
    assert api.send("GET", PATH, key=key).status_code == 200
    assert api.send("PUT", PATH, key=key, json={"paused": True}).status_code == 403


def test_resuming_takes_as_many_statements_for_many_as_for_a_few(api: Api) -> None:
    executed: list[int] = []
    for how_many in (2, 50):
        put(api, paused=True)
        for _ in range(how_many):
            scheduled(api, hours=1)
        api.clock.move(hours=2)
        with statements_of(api) as statements:
            api.send("PUT", PATH, json={"paused": False})
        executed.append(len(statements))
    assert executed[0] == executed[1]
    assert len(jobs_of(api, DUE_POST)) == 2 + 52
