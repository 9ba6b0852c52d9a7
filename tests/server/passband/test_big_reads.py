"""What reads thousands of rows leaves the event loop to everybody else."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event
from support.in_process import Api, open_api
from support.stored_drafts import store_draft

PASSBAND = "http://server/passband/v1"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path) as api:
        yield api


@pytest.mark.parametrize("path", ["schedule/unscheduled", "schedule/best-times", "engagement", "calendar"])
def test_lists_without_pages_and_sums_are_read_in_a_thread(api: Api, path: str) -> None:
    store_draft(api)
    loop = threading.get_ident()  # requests are answered in the thread that sends them
    read_in: set[int] = set()

    def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if "FROM drafts" in statement or "FROM engagement" in statement:
            read_in.add(threading.get_ident())

    url = f"{PASSBAND}/{path}"
    if path == "calendar":
        url = api.send("GET", f"{PASSBAND}/calendar/feed").json()["url"]
    event.listen(api.runtime.database.engine, "before_cursor_execute", note)
    assert api.send("GET", url).status_code == 200
    assert read_in
    assert loop not in read_in
